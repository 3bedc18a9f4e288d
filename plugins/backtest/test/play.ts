import { feeCounter } from 'kwx/market'

import type { FillRule, RiskLimits } from 'kwx/trading'
import { simulate } from '../src/engine/simulate.ts'
import { CLOSE, PRINT, QUOTE, SETTLE, SIGNAL, TapeBuilder } from '../src/engine/tape.ts'

export const LIMITS: RiskLimits = {
  kelly_alpha: 0.25,
  max_spread_cents: 3,
  tau_open_cents: 1,
  tau_close_cents: 0.5,
  slip_per_leg_cents: 1,
  max_bankroll_pct_city_day_side: 0.1,
}

/** One event of a hand-made tape: seconds, what, then its values; the market is 0 unless told. */
export type Happening =
  | readonly [
      seconds: number,
      what: 'print',
      cents: number,
      contracts: number,
      taker: 'yes' | 'no' | 'unknown',
      market?: number,
    ]
  | readonly [
      seconds: number,
      what: 'quote',
      bid: number,
      ask: number,
      bidSize?: number | undefined,
      askSize?: number | undefined,
      market?: number,
    ]
  | readonly [seconds: number, what: 'signal', p: number, market?: number]
  | readonly [seconds: number, what: 'settle', pays: 1 | 0 | -1 | -2, market?: number]
  | readonly [seconds: number, what: 'close', market?: number]

/** A book 40 at 43, a signal of 0.60 and a quote after it: an offer to buy YES rests at 41. */
export const OFFER: Happening[] = [
  [0, 'quote', 40, 43],
  [60, 'signal', 0.6],
  [61, 'quote', 40, 43],
]
export interface PlayOptions {
  readonly rule?: FillRule
  readonly limits?: Partial<RiskLimits>
  readonly impliedBook?: boolean
  /** Event of each market; one market of one event unless told. */
  readonly event?: readonly number[]
  readonly delayMs?: number
  readonly type?: string
}

/** Plays a hand-made tape. Quotes without sizes have none. */
export function play(happenings: readonly Happening[], options: PlayOptions = {}) {
  const tape = new TapeBuilder()
  const signals: number[] = []
  for (const happening of happenings) {
    const [seconds, what] = happening
    const ms = 1000 * seconds
    if (what === 'print') {
      const [, , cents, contracts, taker, market = 0] = happening
      tape.add(ms, PRINT, market, cents, Math.round(100 * contracts), { yes: 1, no: 0, unknown: 2 }[taker])
    } else if (what === 'quote') {
      const [, , bid, ask, bidSize, askSize, market = 0] = happening
      tape.add(
        ms,
        QUOTE,
        market,
        bid,
        ask,
        bidSize === undefined ? -1 : 100 * bidSize,
        askSize === undefined ? -1 : 100 * askSize,
      )
    } else if (what === 'signal') {
      tape.add(ms, SIGNAL, happening[3] ?? 0, signals.push(happening[2]) - 1)
    } else if (what === 'settle') {
      tape.add(ms, SETTLE, happening[3] ?? 0, happening[2])
    } else tape.add(ms, CLOSE, happening[2] ?? 0)
  }
  const event = Int32Array.from(options.event ?? [0])
  const schedule = { type: options.type ?? 'quadratic', multiplier: 1, grain: 'cent' } as const
  return simulate(tape.finish(options.delayMs ?? 0), {
    event,
    events: Math.max(...event) + 1,
    signalP: Float64Array.from(signals),
    impliedBook: options.impliedBook ?? false,
    fees: [{ fromMs: Number.NEGATIVE_INFINITY, taker: feeCounter(schedule, false), maker: feeCounter(schedule, true) }],
    limits: { ...LIMITS, ...options.limits },
    rule: options.rule ?? 'through',
  })
}
