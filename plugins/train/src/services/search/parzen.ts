import type { Random } from 'kwx/random'
import { normalCdf } from './normal-cdf.ts'

/** A density on [0, 1] around observed points. */
export interface Parzen {
  density(x: number): number
  draw(random: Random): number
}

/**
 * Parzen estimator: an equal mixture of the uniform law and of one normal law around each point, cut off at the ends.
 *
 * A point's bandwidth is the larger distance to its neighbours (an end counts as one), at least 1 / (points + 1): dense
 * regions are told apart, and a few points say little about the rest. The uniform part keeps every value reachable.
 *
 * @param points  in [0, 1], shape [k]; none gives the uniform law
 * @source Bergstra, Bardenet, Bengio & Kégl 2011, section 4.2
 * @cost O(k log k), then O(k) per density
 */
export function parzen(points: readonly number[]): Parzen {
  const sorted = [...points].sort((a, b) => a - b)
  const least = 1 / (sorted.length + 1)
  const kernels = sorted.map((at, k) => {
    const width = Math.max(least, at - (sorted[k - 1] ?? 0), (sorted[k + 1] ?? 1) - at)
    const inside = normalCdf((1 - at) / width) - normalCdf(-at / width)
    return { at, width, height: 1 / (inside * width * Math.sqrt(2 * Math.PI)) }
  })
  return {
    density(x) {
      let sum = 1
      for (const { at, width, height } of kernels) sum += height * Math.exp(-0.5 * ((x - at) / width) ** 2)
      return sum / (kernels.length + 1)
    },
    draw(random) {
      const kernel = kernels[random.integer(kernels.length + 1)]
      if (!kernel) return random.uniform()
      for (;;) {
        const x = kernel.at + kernel.width * random.normal()
        if (x >= 0 && x <= 1) return x
      }
    },
  }
}
