import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDay } from '../../../src/base/time/index.ts'
import {
  civilOf,
  type FeatureRows,
  type FeatureSet,
  joinMarket,
  type Prices,
  pricesFromCandles,
  pricesFromTrades,
  pricesUntil,
  type Report,
  weatherSeries,
} from '../../../src/domain/features/index.ts'
import type { LadderMarket } from '../../../src/domain/features/join-market.ts'
import { pricesSince } from '../../../src/domain/features/prices.ts'
import { rowMinutes } from '../../../src/domain/features/rows.ts'
import { repositoryContributions } from '../../support/plugins.ts'

const DAY = parseDay('2025-03-09')
const START = DAY * 1440
const contributions = repositoryContributions()
const SETS = ['baseline', 'elasticnet_rich', 'market_offset', 'nextgen', 'ridge_conservative']
const sets = await Promise.all(SETS.map((id) => contributions.load<FeatureSet>('featureSets', id)))

/** Minutes with gaps of every length, quiet hours among them. */
const gap = fc.oneof(
  { weight: 8, arbitrary: fc.constant(1) },
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 10, max: 200 }),
)
const side = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 99 }) },
  fc.constant(-1),
  fc.constantFrom(0, 100),
)
const candles = fc
  .array(fc.tuple(gap, side, side, fc.integer({ min: 0, max: 900 }), fc.integer({ min: -60, max: 99 })), {
    maxLength: 160,
    size: 'max',
  })
  .map((rows): Prices => {
    let minute = START
    const column = (of: (row: (typeof rows)[number]) => number) => Int16Array.from(rows, of)
    return pricesFromCandles({
      endMinute: Int32Array.from(rows, ([step]) => (minute += step)),
      priceClose: column((row) => (row[4] <= 0 ? -1 : 100 * row[4])),
      bidClose: column(([, bid]) => (bid < 0 ? -1 : 100 * bid)),
      askClose: column(([, , ask]) => (ask < 0 ? -1 : 100 * ask)),
      volumeCenti: Int32Array.from(rows, (row) => row[3]),
    })
  })
const trades = fc
  .array(fc.tuple(gap, fc.integer({ min: 1, max: 99 }), fc.boolean(), fc.integer({ min: 1, max: 900 })), {
    maxLength: 160,
    size: 'max',
  })
  .map((rows): Prices => {
    let minute = START
    return pricesFromTrades({
      tsMs: Float64Array.from(rows, ([step]) => 60_000 * (minute += step) - 1),
      price: Int16Array.from(rows, ([, price]) => 100 * price),
      countCenti: Int32Array.from(rows, (row) => row[3]),
      takerYes: Uint8Array.from(rows, ([, , yes]) => Number(yes)),
    })
  })
const report = fc.record({
  valid: fc.integer({ min: -300, max: 1500 }),
  lag: fc.integer({ min: 0, max: 90 }),
  temp_f: fc.integer({ min: 50, max: 90 }),
})
const reports = fc.array(report, { maxLength: 30 }).map((all) =>
  weatherSeries(
    all.map(({ valid, lag, temp_f }): Report => {
      const valid_ms = (START + valid) * 60_000
      const known_ms = valid_ms + lag * 60_000
      return {
        source: 'a',
        report_type: 'routine',
        valid_ms,
        known_ms,
        temp_f,
        dew_f: temp_f - 5,
        humidity_pct: null,
        wind_mph: 3,
      }
    }),
  ),
)
const market = (k: number): LadderMarket => ({
  market_id: k,
  ticker: `M${k}`,
  event_ticker: 'E',
  strike_type: k === 0 ? 'less' : k === 3 ? 'greater' : 'between',
  floor_strike: k === 0 ? null : 59 + 2 * k,
  cap_strike: k === 3 ? null : 60 + 2 * k,
  close_ms: null,
  day: DAY,
})
const markets = [0, 1, 2, 3].map(market)
const city = { zone: 'America/New_York', standardOffset: -300 }
const context = (set: FeatureSet, weather: ReturnType<typeof weatherSeries>) => ({
  set,
  standardOffset: city.standardOffset,
  civil: civilOf(city, DAY, DAY),
  weather,
  maxima: new Map([[DAY - 1, { tmax: 71, knownMs: (START + 200) * 60_000 }]]),
})

/** Rows of a minute and later, as they come out of all of them. */
const cut = (rows: FeatureRows, since: number) => {
  const keep = Array.from(rows.endMinute, (minute, i) => [minute, i] as const).filter(([minute]) => minute >= since)
  const of = (column: ArrayLike<number>) => keep.map(([, i]) => column[i]!)
  return [of(rows.endMinute), of(rows.price), of(rows.last), of(rows.middle), rows.values.map(of), rows.isNa.map(of)]
}

describe.each([
  ['candles', candles],
  ['prints', trades],
])('the newest rows of a market of %s', (_, prices) => {
  it.each(sets.map((set) => [set.id, set] as const))('have the bits of all rows of %s', (_, set) => {
    fc.assert(
      fc.property(
        fc.tuple(prices, prices, prices),
        reports,
        fc.integer({ min: 0, max: 1 }),
        fc.nat(),
        (ladder, weather, own, at) => {
          const rows = new Map(ladder.map((one, k) => [k, one]))
          const joined = joinMarket(context(set, weather), markets[own]!, markets, rows)!
          const minutes = joined.own.endMinute
          if (minutes.length === 0) return
          const since = minutes[at % minutes.length]! - (at % 3)
          expect(cut(joined.rows(since), since)).toEqual(cut(joined.rows(), since))
          expect(joined.rows(since).endMinute.every((minute) => minute >= since)).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('rows cut at a minute', () => {
  it('count the contracts of a neighbour that never had a price', () => {
    const [minute, nothing] = [Int32Array.of(START), Float64Array.of(Number.NaN)]
    const quiet = { endMinute: minute, mid: nothing, bid: nothing, ask: nothing, volume: Float64Array.of(3) }
    const fifty = Float64Array.of(50)
    const own = { endMinute: minute, mid: fifty, bid: fifty, ask: fifty, volume: Float64Array.of(1) }
    const rows = new Map([
      [1, own],
      [2, quiet],
    ])
    const ladderOnly = { ...sets[3]!, features: sets[3]!.features.filter(({ name }) => name === 'volume_share') }
    const joined = joinMarket(context(ladderOnly, weatherSeries([])), markets[1]!, markets, rows)!
    expect(joined.rows(START).values[0]).toEqual(Float64Array.of(0.25))
  })

  it('share the memory of all, and are all where nothing is cut', () => {
    const minutes = Array.from({ length: 30 }, (_, k) => START + 3 * k)
    const some = pricesFromTrades({
      tsMs: Float64Array.from(minutes, (minute) => 60_000 * minute - 1),
      price: Int16Array.from(minutes, (_, k) => 1000 + 100 * k),
      countCenti: new Int32Array(30).fill(100),
      takerYes: Uint8Array.from(minutes, (_, k) => k % 2),
    })
    const minute = some.endMinute[9]!
    const until = pricesUntil(some, minute)
    expect(until.endMinute.length).toBe(10)
    expect(Object.keys(until).sort()).toEqual(Object.keys(some).sort())
    expect(until.printMean!.buffer).toBe(some.printMean!.buffer)
    expect(pricesSince(some, minute).endMinute[0]).toBe(minute)
    expect(pricesUntil(some, 2 ** 30)).toBe(some)
  })

  it('reach back as far as the features say, and not to the beginning', () => {
    const most = Object.fromEntries(sets.map((set) => [set.id, Math.max(...set.features.map(rowMinutes))]))
    expect(most).toEqual({ baseline: 0, elasticnet_rich: 15, market_offset: 1, nextgen: 60, ridge_conservative: 0 })
  })
})
