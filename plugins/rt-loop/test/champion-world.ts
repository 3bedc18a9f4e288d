import { type City, loadCity } from 'kwx/cities'
import { changeEProcess, type Database, runQuery, saveMarkets } from 'kwx/database'
import { randomFrom } from 'kwx/random'
import { climateDayEnd, climateDayStart, formatDay, minuteToMs } from 'kwx/time'
import { marketExample } from '../../../test/support/market-example.ts'
import { repositoryContributions } from '../../../test/support/plugins.ts'
import { noisy, simulateLadders } from '../../../test/support/simulated-ladders.ts'
import type { Pair } from '../src/signals/pair.ts'

/** The first day of every process here. */
export const FIRST = 20_140
export const MODEL = 'the-model'
const HOUR = 3_600_000

/** A configuration of a city, as far as a champion's process looks at it. */
export async function championPair(id: string, candidate = false): Promise<Pair> {
  const city = await loadCity(repositoryContributions(), id)
  return { loaded: { name: id, config: { city: id, bracket: 'between' } }, city, candidate } as unknown as Pair
}

export const placeOf = ({ city }: Pick<Pair, 'city'>) => ({ city: city.id, bracket: 'between' }) as const

/** A promotion of the day before the first one. */
export const promote = (db: Database, pair: Pair, promotion_id: number, atMs = minuteToMs(FIRST * 1440) - HOUR) =>
  changeEProcess(db, placeOf(pair), atMs, {
    ...{ promotion_id, version: `v${promotion_id}`, model_ids: [MODEL], first_day: FIRST },
  })

/** One recorded row of a market, which is 0, 1, ...; minutes count from the start of the climate day. */
export interface RecordedRow {
  readonly market: number
  readonly minute: number
  readonly pBlend: number | null
  readonly pMarket: number | null
  readonly modelId?: string
  readonly candidate?: boolean
}

export interface RecordedDay {
  readonly day: number
  readonly rows: readonly RecordedRow[]
  /** The market that says YES; null for none. */
  readonly won: number | null
  readonly markets?: number
  readonly status?: string
}

export const tickerOf = ({ series }: City, day: number, market: number): string =>
  `${series[0]!.ticker}-${formatDay(day)}-B${60 + 2 * market}.5`

/** Writes the markets of an event day, settled or as told. */
export async function recordMarkets(db: Database, { city }: Pick<Pair, 'city'>, given: RecordedDay): Promise<void> {
  const { day, won, markets = 4, status = 'finalized' } = given
  const series = city.series[0]!.ticker
  const event = {
    ticker: `${series}-${formatDay(day)}`,
    seriesTicker: series,
    city: city.id,
    day,
    origin: 'simulated' as const,
  }
  const all = Array.from({ length: markets }, (_, k) =>
    marketExample(tickerOf(city, day, k), {
      ...{ floor_strike: 60 + 2 * k, cap_strike: 61 + 2 * k, status },
      close_ms: minuteToMs(climateDayEnd(day, city.standardOffset)),
      result: status !== 'finalized' ? null : k === won ? 'yes' : 'no',
    }),
  )
  await saveMarkets(db, [{ ...event, markets: all }])
}

/** Writes the markets of an event day and what a loop recorded of them. */
export async function recordDay(db: Database, pair: Pick<Pair, 'city'>, given: RecordedDay): Promise<void> {
  const { city } = pair
  await recordMarkets(db, pair, given)
  const start = climateDayStart(given.day, city.standardOffset)
  const rows = given.rows.map(({ market, minute, pBlend, pMarket, modelId = MODEL, candidate = false }) => ({
    ...{ ticker: tickerOf(city, given.day, market), at: (start + minute) * 60, pBlend, pMarket, modelId, candidate },
  }))
  await runQuery(
    db,
    `insert into rt_signals (ts_utc, market_ticker, city, bracket, p_market, p_blend, minutes_to_close, model_id,
       stand_down, candidate, trace, created_at)
     select to_timestamp(at), ticker, $2, 'between', "pMarket", "pBlend", 1, "modelId", 'no_edge', candidate, '{}', to_timestamp(at)
     from jsonb_to_recordset($1::jsonb) as given (ticker text, at float8, "pBlend" float8, "pMarket" float8,
       "modelId" text, candidate boolean)`,
    [JSON.stringify(rows), city.id],
  )
}

/** When a day's results pay: nine hours after its end. */
export const morningAfter = ({ city }: Pick<Pair, 'city'>, day: number): number =>
  minuteToMs(climateDayEnd(day, city.standardOffset)) + 9 * HOUR

/** Four rows of two markets in two hours: the model says `pBlend` of the market that wins, the market `pMarket`. */
export const simpleDay = (day: number, pBlend: number, pMarket = 0.5): RecordedDay => ({
  ...{ day, won: 0 },
  rows: [30, 31, 32, 90].flatMap((minute) => [
    { market: 0, minute, pBlend, pMarket },
    { market: 1, minute, pBlend: 1 - pBlend, pMarket: 1 - pMarket },
  ]),
})

/**
 * Days of a champion and a market that both see the truth with noise in their log-odds.
 *
 * @param noise  standard deviation of the champion's and of the market's noise, log-odds
 */
export function noisyDays(seed: string, days: number, [champion, market]: readonly [number, number]): RecordedDay[] {
  const random = randomFrom(seed)
  const ladders = simulateLadders(random, { days, rows: 2 })
  const [pMarket, pBlend] = [noisy(random, ladders, market), noisy(random, ladders, champion)]
  const made: { rows: RecordedRow[]; won: number | null }[] = Array.from({ length: days }, () => ({
    rows: [],
    won: null,
  }))
  const seen = new Map<string, number>()
  ladders.day.forEach((day, i) => {
    const own = (ladders.market[i]! % 6) - 1
    const key = `${day} ${own} ${ladders.hour[i]}`
    const nth = (seen.get(key) ?? 0) + 1
    seen.set(key, nth)
    if (ladders.label[i] === 1) made[day]!.won = own
    made[day]!.rows.push({ market: own, minute: 60 * ladders.hour[i]! + nth, pBlend: pBlend[i]!, pMarket: pMarket[i]! })
  })
  return made.map((one, k) => ({ day: FIRST + k, ...one }))
}
