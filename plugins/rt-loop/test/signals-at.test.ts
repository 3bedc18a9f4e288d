import type { MarketRow } from 'kwx/database'
import {
  civilOf,
  MAX_OBSERVATION_AGE,
  type Prices,
  pricesFromCandles,
  pricesFromTrades,
  weatherSeries,
} from 'kwx/features'
import { NO_HEAD } from 'kwx/model'
import { parseDay } from 'kwx/time'
import { beforeAll, describe, expect, it } from 'vitest'

import { MAX_BOOK_AGE } from '../src/signals/book-at.ts'
import type { CityRows } from '../src/signals/city-rows.ts'
import type { LivePair } from '../src/signals/load-pair.ts'
import type { Pair } from '../src/signals/pair.ts'
import { signalsAt } from '../src/signals/signals-at.ts'
import { livePair } from './support.ts'

const DAY = parseDay('2025-02-20')
const AT = DAY * 1440 + 1080
const MS = 60_000

let pair: LivePair
beforeAll(async () => {
  pair = (await livePair()).pair
})

const market = (id: number, type: MarketRow['strike_type'], floor: number | null, cap: number | null): MarketRow =>
  ({
    market_id: id,
    ticker: `M${id}`,
    event_ticker: 'E',
    strike_type: type,
    floor_strike: floor,
    cap_strike: cap,
    close_ms: (DAY + 2) * 1440 * MS,
    day: DAY,
    result: null,
  }) as MarketRow
const MARKETS = [
  market(1, 'less', null, 80),
  market(2, 'between', 80, 81),
  market(3, 'between', 82, 83),
  market(4, 'greater', 83, null),
]

/** Quotes of some minutes before and at the minute that is looked at. */
const quotes = (...rows: readonly (readonly [ago: number, bid: number, ask: number])[]): Prices =>
  pricesFromCandles({
    endMinute: Int32Array.from(rows, ([ago]) => AT - ago),
    priceClose: new Int16Array(rows.length).fill(-1),
    bidClose: Int16Array.from(rows, ([, bid]) => 100 * bid),
    askClose: Int16Array.from(rows, ([, , ask]) => 100 * ask),
    volumeCenti: new Int32Array(rows.length),
  })
const prints = (...rows: readonly (readonly [ago: number, taker: 'yes' | 'no', cents: number])[]): Prices =>
  pricesFromTrades({
    tsMs: Float64Array.from(rows, ([ago]) => (AT - ago) * MS - 1),
    price: Int16Array.from(rows, ([, , cents]) => 100 * cents),
    countCenti: new Int32Array(rows.length).fill(100),
    takerYes: Uint8Array.from(rows, ([, taker]) => Number(taker === 'yes')),
  })

interface City {
  readonly prices?: Readonly<Record<number, Prices>>
  /** Minutes before the minute at which reports became known. */
  readonly reports?: readonly number[]
  readonly markets?: readonly MarketRow[]
}
const rowsOf = ({ prices = { 2: quotes([0, 41, 43]) }, reports = [10], markets = MARKETS }: City = {}): CityRows => ({
  markets,
  prices: new Map(Object.entries(prices).map(([id, of]) => [Number(id), of])),
  weather: weatherSeries(
    reports.map((ago) => {
      const known_ms = (AT - ago) * MS
      const values = { temp_f: 79, dew_f: 60, humidity_pct: 50, wind_mph: 5 }
      return { source: 'iem-asos', report_type: 'routine', valid_ms: known_ms - 5 * MS, known_ms, ...values }
    }),
  ),
  maxima: new Map(),
  civil: civilOf(pair.city, DAY, DAY),
})
const signals = (city: City = {}, over: Partial<Pair> = {}) =>
  signalsAt({ ...pair, ...over }, rowsOf(city), AT, { standDown: null, reason: null })
const only = async (city: City = {}, over: Partial<Pair> = {}) => (await signals(city, over))[0]!
const pool = (over: Partial<Pair['pool']>) => ({ pool: { ...pair.pool, ...over } })
const risk = (over: Partial<Pair['loaded']['config']['risk']>) => ({
  loaded: { ...pair.loaded, config: { ...pair.loaded.config, risk: { ...pair.loaded.config.risk, ...over } } },
})

describe('a signal', () => {
  it('is there for a market of its bracket with a row of the very minute, and for no other', async () => {
    const prices = {
      1: quotes([0, 10, 12]),
      2: quotes([0, 40, 44]),
      3: quotes([2, 20, 22], [1, 20, 22]),
      4: quotes([0, 5, 6]),
    }
    expect((await signals({ prices })).map(({ ticker }) => ticker)).toEqual(['M2'])
  })

  it('does not look at rows after its minute', async () => {
    const [now, later] = [quotes([3, 40, 44], [0, 40, 44]), quotes([3, 40, 44], [0, 40, 44], [-1, 90, 94])]
    expect(await only({ prices: { 2: later }, reports: [10, -2] })).toEqual(await only({ prices: { 2: now } }))
  })

  it('ends with the close', async () => {
    const closed = MARKETS.map((one) => ({ ...one, close_ms: (AT - 1) * MS }))
    expect(await signals({ markets: closed })).toEqual([])
    const closing = MARKETS.map((one) => ({ ...one, close_ms: AT * MS }))
    expect((await only({ markets: closing })).minutesToClose).toBe(0)
  })

  it('says what it was made from and how old that was', async () => {
    const prices = { 2: prints([4, 'no', 40], [0, 'yes', 44]) }
    const { trace, modelId, window } = await only({ prices, reports: [70, 12.5] })
    expect(trace).toMatchObject({
      features: expect.stringMatching(/^[0-9a-f]{64}$/),
      price_cents: 44,
      price_age_minutes: 0,
      bid_cents: 40,
      ask_cents: 44,
      book_age_minutes: 4,
      weather_age_minutes: 12.5,
      weight: 0.6,
      overround: 'none',
      head: 'none',
      ladder: null,
      settlement: 'nws-cli',
      fee: { type: 'quadratic', multiplier: 1, grain: 'cent' },
    })
    expect([modelId, window]).not.toContain(null)
  })

  it.each<[string, City, string | null]>([
    ['an empty book', { prices: { 2: quotes([0, 0, 100]) } }, 'empty_book'],
    ['a book with one side', { prices: { 2: quotes([0, 0, 4]) } }, 'one_sided_book'],
    ['a crossed book', { prices: { 2: quotes([0, 50, 44]) } }, 'empty_book'],
    ['a side seen as long ago as may be', { prices: { 2: prints([MAX_BOOK_AGE, 'yes', 42], [0, 'no', 41]) } }, null],
    ['a side seen too long ago', { prices: { 2: prints([MAX_BOOK_AGE + 1, 'yes', 42], [0, 'no', 41]) } }, 'stale_book'],
    ['a report as old as may be', { reports: [MAX_OBSERVATION_AGE] }, null],
    ['a report that is too old', { reports: [MAX_OBSERVATION_AGE + 0.1] }, 'weather_stale'],
    ['no report', { reports: [] }, 'weather_stale'],
    ['reports that come later', { reports: [-1] }, 'weather_stale'],
    ['a wide spread', { prices: { 2: quotes([0, 20, 60]) } }, 'wide_spread'],
  ])('with %s stands down as %s', async (_, city, standDown) => {
    expect((await only(city, risk({ tau_open_cents: -100 }))).standDown).toBe(standDown)
  })

  it('stands down where the pool says no more than the price', async () => {
    const { standDown, pBlend, pMarket } = await only({}, pool({ weight: 0 }))
    expect([standDown, pBlend]).toEqual(['no_weight', pMarket])
  })

  it('is charged by the day on which it trades, and settled by that of its event', async () => {
    const fee = [
      { until: '2025-02-20', type: 'quadratic', multiplier: 1, grain: 'cent' },
      { from: '2025-02-21', type: 'quadratic', multiplier: 2, grain: 'cent' },
    ] as const
    const city = { ...pair.city, regimes: { ...pair.city.regimes, fee } }
    const tomorrow = MARKETS.map((one) => ({ ...one, day: DAY + 1 }))
    const { trace } = await only({ markets: tomorrow }, { city })
    expect(trace['fee']).toMatchObject({ multiplier: 1 })
    const unknown = { ...pair.city, regimes: { ...pair.city.regimes, fee: fee.slice(1) } }
    expect((await only({}, { city: unknown })).standDown).toBe('regime_unknown')
  })
})

describe('a signal with a head', () => {
  const head = { method: 'softmax', temperature: 1 } as const
  const whole = { 1: quotes([15, 10, 12]), 2: quotes([0, 40, 44]), 3: quotes([0, 30, 34]), 4: quotes([3, 18, 20]) }

  it('couples a whole ladder of fresh prices, and says of which', async () => {
    const [plain, coupled] = [await signals({ prices: whole }), await signals({ prices: whole }, pool({ head }))]
    expect(coupled.map(({ trace }) => trace['head_refused'])).toEqual([null, null])
    expect(coupled[0]!.trace['ladder']).toMatch(/^[0-9a-f]{64}$/)
    const sum = 0.11 + plain[0]!.pBlend! + plain[1]!.pBlend! + 0.19
    expect(coupled.map(({ pBlend }) => pBlend)).toEqual(plain.map(({ pBlend }) => expect.closeTo(pBlend! / sum, 12)))
  })

  it.each<[string, City, string]>([
    [
      'without a fresh price on a rung',
      { prices: { ...whole, 1: quotes([16, 10, 12]) } },
      '1 of 4 rungs have no fresh price',
    ],
    ['without any price on two', { prices: { 2: whole[2], 3: whole[3] } }, '2 of 4 rungs have no fresh price'],
    ['with a gap', { prices: whole, markets: MARKETS.slice(0, 3) }, 'the ladder is not whole'],
  ])('is the pool without head %s, and names it', async (_, city, refused) => {
    const [plain, coupled] = [await only(city), await only(city, pool({ head }))]
    expect(coupled.trace['head_refused']).toBe(refused)
    expect(coupled.pBlend).toBe(plain.pBlend)
  })

  it('takes the market alone on a rung whose model row is old', async () => {
    const prices = { ...whole, 3: quotes([15, 30, 34]) }
    const [known, unknown] = [
      await only({ prices, reports: [20] }, pool({ head })),
      await only({ prices, reports: [14.5] }, pool({ head })), // nothing was known of the weather at the row of the other rung
    ]
    expect([known, unknown].map(({ trace }) => trace['head_refused'])).toEqual([null, null])
    expect(known.pModel).toBe(unknown.pModel)
    expect(known.pBlend).not.toBe(unknown.pBlend)
  })

  it('is the price with no weight', async () => {
    const { pBlend, pMarket, trace } = await only({ prices: whole }, pool({ weight: 0, devig: 'power', head }))
    expect([pBlend, trace['ladder']]).toEqual([pMarket, null])
  })

  it('has none by default', () => expect(pair.pool.head).toEqual(NO_HEAD))
})
