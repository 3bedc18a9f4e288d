/** The next number of a xorshift32 generator: 0 to 2³¹ − 1 in `value`. */
interface Generator {
  state: number
}

/** @source Marsaglia 2003, the triple 13, 17, 5; scikit-learn's generator in its stochastic solvers */
function nextInteger(generator: Generator): number {
  let s = generator.state
  s ^= s << 13
  s ^= s >>> 17
  s ^= s << 5
  generator.state = s
  return s & 0x7fffffff
}

/**
 * Draws rows with replacement, with probabilities in proportion to their weights.
 *
 * Equal weights take one number modulo n; others two, by the alias method.
 *
 * @source Walker 1977; Vose 1991 for the tables
 * @cost O(n) once, O(1) per draw
 */
export function rowDrawer(weight: Float64Array, seed: number): () => number {
  const n = weight.length
  const generator: Generator = { state: seed >>> 0 || 1 }
  if (weight.every((w) => w === weight[0])) return () => nextInteger(generator) % n
  const total = weight.reduce((sum, w) => sum + w, 0)
  const share = weight.map((w) => (w * n) / total)
  const alias = Int32Array.from(weight.keys())
  const small: number[] = []
  const large: number[] = []
  share.forEach((s, i) => {
    ;(s < 1 ? small : large).push(i)
  })
  while (small.length > 0 && large.length > 0) {
    const low = small.pop()!
    const high = large.pop()!
    alias[low] = high
    share[high]! -= 1 - share[low]!
    ;(share[high]! < 1 ? small : large).push(high)
  }
  for (const i of small) share[i] = weight[i]! > 0 ? 1 : 0 // what rounding left over
  const heaviest = weight.reduce((best, w, i) => (w > weight[best]! ? i : best), 0)
  for (const i of small) if (weight[i] === 0) alias[i] = heaviest
  return () => {
    const i = nextInteger(generator) % n
    return nextInteger(generator) < share[i]! * 2 ** 31 ? i : alias[i]!
  }
}
