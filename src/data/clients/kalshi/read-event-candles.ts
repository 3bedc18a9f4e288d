import { EXIT, KwxError } from '../../../base/errors.ts'
import type { HttpClient } from '../http/http-client.ts'
import { jsonBody } from '../http/unusable-body.ts'
import { candleOf, type KalshiCandle } from './candles.ts'
import { badField, type Fields, listOf, objectOf } from './fields.ts'
import type { CandleSpan, KalshiCandles } from './read-candles.ts'

const PERIOD_S = 60
/** More answers than this for the days of one event are a loop. */
const MOST_REQUESTS = 100

/**
 * One-minute candles of all trading markets of one event in few requests: the exchange shortens a span that is too long
 * for the number of markets and says where it stopped, and from there the next request goes on.
 *
 * @param markets  of the event, each with its opening and closing time
 * @returns the candles of each market's own life, by ticker; null where the event is not known there, and none for a
 *   market that has gone to the archive
 * @throws KwxError KALSHI_EVENT_SPAN (exit 1) for answers that do not get ahead
 */
export async function readEventCandles(
  http: HttpClient,
  { seriesTicker, eventTicker }: { seriesTicker: string; eventTicker: string },
  markets: readonly (CandleSpan & { openMs: number; closeMs: number })[],
): Promise<Map<string, KalshiCandles> | null> {
  const spans = new Map(markets.map(({ ticker, openMs, closeMs }) => [ticker, lifeOf(openMs, closeMs)]))
  let from = Math.min(...[...spans.values()].map(([first]) => first))
  const last = Math.max(...[...spans.values()].map(([, end]) => end))
  const found = new Map<string, Map<number, KalshiCandle>>()
  for (let requests = 1; from <= last; requests++) {
    const what = `the candles of the event ${eventTicker}`
    const body = await http.get({
      path: `/series/${encodeURIComponent(seriesTicker)}/events/${encodeURIComponent(eventTicker)}/candlesticks`,
      query: [
        ['start_ts', from],
        ['end_ts', last],
        ['period_interval', 1],
      ],
      what,
      read: jsonBody,
      maybeMissing: true,
    })
    if (body === null) return null
    const answer = objectOf(body, what)
    const end = answer['adjusted_end_ts']
    if (!Number.isSafeInteger(end)) throw badField(what, 'adjusted_end_ts', end, 'seconds since the epoch')
    if ((end as number) < from || requests > MOST_REQUESTS) throw stuck(what, from, end as number)
    keep(answer, what, spans, found)
    from = (end as number) + PERIOD_S
  }
  return new Map(
    [...found].map(([ticker, byEnd]) => {
      const candles = [...byEnd.values()].sort((a, b) => a.endMinute - b.endMinute)
      const volumeCenti = candles.reduce((sum, candle) => sum + candle.volumeCenti, 0)
      return [ticker, { candles, volumeCenti, requests: 0, tier: 'live' as const }]
    }),
  )
}

function keep(
  answer: Fields,
  what: string,
  spans: ReadonlyMap<string, readonly [number, number]>,
  found: Map<string, Map<number, KalshiCandle>>,
): void {
  const { market_tickers: tickers, market_candlesticks: lists } = answer
  // The exchange writes null for an empty list; a market without an answer is asked for by itself.
  if (tickers === null || lists === null) return
  if (!Array.isArray(tickers) || !Array.isArray(lists) || tickers.length !== lists.length) {
    throw badField(what, 'market_candlesticks', answer['market_tickers'], 'a list for each of market_tickers')
  }
  tickers.forEach((ticker: unknown, k) => {
    const span = typeof ticker === 'string' ? spans.get(ticker) : undefined
    if (span === undefined) return
    const byEnd = found.get(ticker as string) ?? new Map<number, KalshiCandle>()
    found.set(ticker as string, byEnd)
    for (const row of listOf({ candles: lists[k] as unknown }, 'candles', what)) {
      const candle = candleOf(row, 'live', ticker as string)
      const endS = candle.endMinute * PERIOD_S
      if (endS >= span[0] && endS <= span[1]) byEnd.set(candle.endMinute, candle)
    }
  })
}

/** First and last end of a market's candles: the last comes up to one period after its close. */
const lifeOf = (openMs: number, closeMs: number): readonly [number, number] => [
  Math.ceil(openMs / 1000 / PERIOD_S) * PERIOD_S,
  Math.ceil(closeMs / 1000 / PERIOD_S) * PERIOD_S + PERIOD_S,
]

const stuck = (what: string, from: number, end: number): KwxError =>
  new KwxError(`kalshi: ${what} do not get ahead: asked from ${from}, answered up to ${end}.`, {
    code: 'KALSHI_EVENT_SPAN',
    exit: EXIT.error,
    hint: 'Run again later: nothing of the answer counts as complete.',
    details: { from, end },
  })
