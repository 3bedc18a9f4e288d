import type { FillRule } from './assumptions.ts'

/** A resting order as far as its filling depends on it. */
interface Resting {
  /** Cents of its own side. */
  readonly limit: number
  readonly leftCenti: number
  /** What stands before it at its limit, 1e-2 contracts; read and reduced under `queue_last` only. */
  queueCenti: number
}

/**
 * How much of a resting order one print fills, 1e-2 contracts, never more than the print's own size.
 *
 * @param printed  price of the print on the order's side, cents (100 less the price of YES for NO)
 * @param hits  whether the print was a sale into the order's side of the book, or may have been
 */
export function restingFill(
  rule: FillRule,
  order: Resting,
  printed: number,
  countCenti: number,
  hits: boolean,
): number {
  if (printed > order.limit) return 0
  if (printed < order.limit) {
    order.queueCenti = 0 // a print beyond the limit has gone through all that stood there
    return Math.min(order.leftCenti, countCenti)
  }
  if (rule === 'touch') return Math.min(order.leftCenti, countCenti)
  if (rule === 'through' || !hits) return 0
  const ahead = Math.min(order.queueCenti, countCenti)
  order.queueCenti -= ahead
  return Math.min(order.leftCenti, countCenti - ahead)
}
