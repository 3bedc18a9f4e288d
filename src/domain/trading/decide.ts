import { edgeCents, kellyFraction, type WinP } from '../market/edge.ts'
import type { RiskLimits } from './assumptions.ts'

/** Best prices of one side, cents: what its owner gets and what its buyer pays. */
export interface OwnBook {
  readonly bid: number
  readonly ask: number
}

/** The fee per contract of an order of some size, cents. */
export type FeePerContract = (price: number, maker: boolean) => number

/** Slippage in whole ticks: prices are whole cents, so a part of one costs a whole one. */
const slipOf = ({ slip_per_leg_cents }: RiskLimits) => Math.ceil(slip_per_leg_cents)

/** An order to buy a side that is worth resting. */
export interface Wish {
  readonly limit: number
  /** Cents per contract after the maker's fee. */
  readonly edge: number
  /** Cents per contract if it were crossed now: after slippage and the taker's fee. */
  readonly crossEdge: number
  /** What crossing would pay, slippage included. */
  readonly crossPrice: number
}

/**
 * What to offer for a side: one tick more than its best bid, or the bid itself where a tick more would be the ask.
 *
 * @returns null where the edge of a filled offer is below `tau_open_cents`
 */
export function wishFor(win: WinP, book: OwnBook, fee: FeePerContract, limits: RiskLimits): Wish | null {
  const limit = book.bid + 1 < book.ask ? book.bid + 1 : book.bid
  const edge = edgeCents(win, limit + fee(limit, true))
  if (edge < limits.tau_open_cents) return null
  const crossPrice = Math.min(99, book.ask + slipOf(limits))
  return { limit, edge, crossPrice, crossEdge: edgeCents(win, crossPrice + fee(crossPrice, false)) }
}

/**
 * Whether a held side should be sold: what a sale pays now, after slippage and the taker's fee, is more than
 * `tau_close_cents` above what the position is expected to pay. Else it is held to its settlement.
 *
 * @returns the price of the sale and how much better it is than holding, cents; null to hold on
 */
export function exitFor(
  win: WinP,
  book: OwnBook,
  fee: FeePerContract,
  limits: RiskLimits,
): { readonly price: number; readonly gain: number } | null {
  const price = book.bid - slipOf(limits)
  if (price < 1) return null
  const holding = edgeCents(win, price - fee(price, false))
  return holding < -limits.tau_close_cents ? { price, gain: -holding } : null
}

/**
 * How many contracts a side should be held in all, 1e-2 contracts: `kelly_alpha` of Kelly's stake.
 *
 * @param bankroll  1e-4 dollars
 * @param price  cents that a contract costs
 * @param cost  the same with its fee
 */
export const targetCenti = (win: WinP, price: number, cost: number, bankroll: number, limits: RiskLimits): number =>
  Math.floor((limits.kelly_alpha * kellyFraction(win, cost) * bankroll) / price)
