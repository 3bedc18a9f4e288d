import type { Start } from 'kwx/model'
import type { HyperParameters } from './space.ts'

/** Where the fits of one fold begin. Changes how long they take, and their last digits, not the optimum. */
export interface Starts {
  /** The start for these parameters; undefined: from nothing. */
  for(parameters: HyperParameters): Start | undefined
  fitted(parameters: HyperParameters, fit: Start): void
}

/** Each from the earlier fit of the same class weight with the nearest C. */
export function nearestStarts(): Starts {
  const known: { logC: number; weight: string | null; fit: Start }[] = []
  return {
    for({ C, class_weight }) {
      const logC = Math.log(C)
      let best: Start | undefined
      let least = Number.POSITIVE_INFINITY
      for (const entry of known) {
        const distance = Math.abs(entry.logC - logC)
        if (entry.weight === class_weight && distance < least) [best, least] = [entry.fit, distance]
      }
      return best
    },
    fitted: ({ C, class_weight }, fit) => void known.push({ logC: Math.log(C), weight: class_weight, fit }),
  }
}

/** Each from the one before it on its path: same penalty, ratio and class weight, the next smaller C. */
export function pathStarts(): Starts {
  let last: { parameters: HyperParameters; fit: Start } | undefined
  return {
    for({ penalty, l1_ratio, class_weight }) {
      const before = last?.parameters
      const same = before?.penalty === penalty && before.l1_ratio === l1_ratio && before.class_weight === class_weight
      return same ? last!.fit : undefined
    },
    fitted(parameters, fit) {
      last = { parameters, fit }
    },
  }
}
