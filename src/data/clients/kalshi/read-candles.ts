import { EXIT, KwxError } from '../../../base/errors.ts'
import type { HttpClient } from '../http/http-client.ts'
import { jsonBody } from '../http/unusable-body.ts'
import { candleOf, type KalshiCandle } from './candles.ts'
import type { KalshiCutoff } from './cutoff.ts'
import { listOf, objectOf } from './fields.ts'
import type { Tier } from './market.ts'

/** A market with what its candles need: its life, its series (part of the live path) and when it was settled. */
export interface CandleSpan {
  readonly ticker: string
  readonly seriesTicker: string
  readonly openMs: number | null
  readonly closeMs: number | null
  readonly settledMs: number | null
}

/** The candles of a market, and what they sum to. */
export interface KalshiCandles {
  /** Oldest first, each end once. */
  readonly candles: readonly KalshiCandle[]
  /** Sum of the volumes, 1e-2 contracts: 98 to 100 % of the market's. */
  readonly volumeCenti: number
  readonly requests: number
  /** The tier that answered. */
  readonly tier: Tier
}

const PERIOD_S = 60
// The exchange refuses more than 5,000 periods asked for, both ends counted.
const MOST_PERIODS = 4900

/**
 * One-minute candles from a market's opening to one period past its close, in requests of at most 4,900 periods.
 *
 * The tier goes by the settlement; a 404 from one is asked of the other.
 *
 * @throws KwxError KALSHI_MARKET_SPAN without opening or closing time, KALSHI_MARKET_MISSING when no tier has the market
 */
export async function readCandles(http: HttpClient, market: CandleSpan, cutoff: KalshiCutoff): Promise<KalshiCandles> {
  const { ticker, openMs, closeMs, settledMs } = market
  if (openMs === null || closeMs === null) {
    throw new KwxError(
      `kalshi: ${ticker} has no ${openMs === null ? 'opening' : 'closing'} time; its candles need both.`,
      {
        code: 'KALSHI_MARKET_SPAN',
        exit: EXIT.error,
        hint: 'Use "price_source: trades", which needs neither.',
        details: { ticker },
      },
    )
  }
  const archived = settledMs !== null && settledMs < cutoff.marketSettledMs
  const tiers: readonly Tier[] = archived ? ['historical', 'live'] : ['live', 'historical']
  const startS = Math.ceil(openMs / 1000 / PERIOD_S) * PERIOD_S
  const lastS = Math.ceil(closeMs / 1000 / PERIOD_S) * PERIOD_S + PERIOD_S
  for (const tier of tiers) {
    const byEnd = new Map<number, KalshiCandle>()
    let requests = 0
    let missing = false
    for (let fromS = startS; fromS <= lastS && !missing; fromS += MOST_PERIODS * PERIOD_S) {
      const toS = Math.min(lastS, fromS + (MOST_PERIODS - 1) * PERIOD_S)
      const page = await readChunk(http, market, tier, fromS, toS)
      requests++
      if (page === null) missing = true
      for (const candle of page ?? []) {
        const endS = candle.endMinute * 60
        if (endS >= fromS && endS <= toS) byEnd.set(candle.endMinute, candle)
      }
    }
    if (missing) continue
    const candles = [...byEnd.values()].sort((a, b) => a.endMinute - b.endMinute)
    const volumeCenti = candles.reduce((sum, candle) => sum + candle.volumeCenti, 0)
    return { candles, volumeCenti, requests, tier }
  }
  throw new KwxError(`kalshi: neither the live tier nor the archive has candles of ${ticker}; both answered 404.`, {
    code: 'KALSHI_MARKET_MISSING',
    exit: EXIT.error,
    hint: 'A market can move between two requests: run the same command again.',
    details: { ticker },
  })
}

async function readChunk(http: HttpClient, market: CandleSpan, tier: Tier, fromS: number, toS: number) {
  const ticker = encodeURIComponent(market.ticker)
  const what = `the candles of ${market.ticker}`
  const body = await http.get({
    path:
      tier === 'live'
        ? `/series/${encodeURIComponent(market.seriesTicker)}/markets/${ticker}/candlesticks`
        : `/historical/markets/${ticker}/candlesticks`,
    query: [
      ['start_ts', fromS],
      ['end_ts', toS],
      ['period_interval', 1],
    ],
    what,
    read: jsonBody,
    maybeMissing: true,
  })
  if (body === null) return null
  return listOf(objectOf(body, what), 'candlesticks', what).map((row) => candleOf(row, tier, market.ticker))
}
