import type { BlendP } from '../model/probability.ts'

declare const kind: unique symbol

/** Probability that a position pays: P(YES) for YES and 1 − P(YES) for NO. Never to be taken for P(YES) itself. */
export type WinP = number & { readonly [kind]: 'win' }

/** A side of a market: what is bought. NO costs 100 cents less the price of YES. */
export type Side = 'yes' | 'no'

/** The probability that a contract of a side pays. */
export const winProbability = (p: BlendP, side: Side): WinP => (side === 'yes' ? p : 1 - p) as WinP

/**
 * Expected value of a contract bought and held to its settlement, in cents.
 *
 * @param cost  what it costs in all, cents: price, fee and slippage
 */
export const edgeCents = (win: WinP, cost: number): number => 100 * win - cost

/**
 * Kelly's share of the bankroll for a contract that costs `cost` cents and pays 100 or nothing: (q − c) / (1 − c).
 *
 * @returns a number in [0, 1]; 0 where the edge is not above 0 or the cost is no price below 100
 * @source Kelly 1956, for a bet at odds (1 − c) / c
 */
export function kellyFraction(win: WinP, cost: number): number {
  const c = cost / 100
  return c > 0 && c < 1 && win > c ? (win - c) / (1 - c) : 0
}
