import { edgeCents, type FeeSchedule, feeCounter, kellyFraction, type Side, winProbability } from 'kwx/market'
import type { BlendP } from 'kwx/model'

import type { BookAt } from './book-at.ts'
import type { Pair } from './pair.ts'

/** A side of the book, and what it is worth when it is crossed. */
interface BestSide {
  readonly side: Side
  /** Cents per contract after fee and slippage. */
  readonly edge: number
  readonly kelly: number
}

/** The side that is worth more when it is crossed; null where neither has a price. */
export function bestSide(
  p: BlendP,
  { bid, ask }: Pick<BookAt, 'bid' | 'ask'>,
  fee: FeeSchedule,
  { slip_per_leg_cents }: Pair['loaded']['config']['risk'],
): BestSide | null {
  const taker = feeCounter(fee, false)
  // Per contract of an order of 100, as the backtest takes it.
  const feeCents = (price: number) => taker(Math.round(100 * price), 10_000) / 10_000
  const worth = (side: Side, price: number): BestSide[] => {
    if (Number.isNaN(price)) return []
    const paid = Math.min(99, price + Math.ceil(slip_per_leg_cents))
    const cost = paid + feeCents(paid)
    const win = winProbability(p, side)
    return [{ side, edge: edgeCents(win, cost), kelly: kellyFraction(win, cost) }]
  }
  const sides = [...worth('yes', ask), ...worth('no', 100 - bid)]
  return sides.sort((a, b) => b.edge - a.edge)[0] ?? null
}
