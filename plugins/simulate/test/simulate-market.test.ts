import { join } from 'node:path'

import type { StepContext } from 'kwx'
import type { City } from 'kwx/cities'
import {
  type Database,
  ensureMigrated,
  openDatabase,
  readCandles,
  readCompleteness,
  readMarkets,
  readObservations,
  readSettlements,
  saveSettlements,
} from 'kwx/database'
import { readYaml, validate } from 'kwx/schema'
import { fixedClock, parseDay } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MarketParameters, marketParameters } from '../src/parameters.ts'
import { simulateMarket } from '../src/services/simulate-market.ts'
import step from '../src/steps/market.ts'
import { readTruth } from '../src/storage/simulated.ts'
import { storedDigest } from './stored-digest.ts'
import { daysOf, marketsOf, parameters, simville } from './support.ts'

const URL = 'pglite:memory'
let db: Database
beforeAll(async () => {
  db = await openDatabase({ url: URL })
  await ensureMigrated(db, URL)
})
afterAll(() => db?.destroy())

const context = (signal = new AbortController().signal): Pick<StepContext, 'clock' | 'signal' | 'progress'> => ({
  clock: fixedClock(1_700_000_000_000),
  signal,
  progress() {},
})
const simulate = (own: Partial<MarketParameters> = {}, city: City = simville) =>
  simulateMarket(db, city, parameters({ days: 4, ...own }), context())

const observation = {
  station: 'XREA',
  source: 'iem-asos',
  valid_ms: 1,
  known_ms: 2,
  report_type: 'routine',
  temp_f: 50,
  dew_f: null,
  humidity_pct: null,
  wind_mph: null,
  forward_filled: false,
  origin: 'replay',
} as const

describe('simulateMarket', () => {
  it('writes what the generator made, all marked simulated', async () => {
    const made = await simulate()
    const simulated = marketsOf(daysOf({ days: 4 }))
    const markets = await readMarkets(db, { city: 'simville', fromDay: 0, toDay: 60_000 })
    expect(made).toMatchObject({ city: 'simville', days: 4, markets: 24, written: true })
    expect(made.trades).toBe(simulated.reduce((sum, { prints }) => sum + prints.length, 0))
    expect(markets.map(({ ticker }) => ticker)).toEqual(simulated.map(({ ticker }) => ticker).sort())
    expect(new Set(markets.map(({ origin, status }) => `${origin} ${status}`))).toEqual(
      new Set(['simulated finalized']),
    )
    const byTicker = new Map(simulated.map((market) => [market.ticker, market]))
    for await (const { marketId, n, endMinute, bidClose, volumeCenti } of readCandles(
      db,
      markets.map(({ market_id }) => market_id),
    )) {
      const { bars } = byTicker.get(markets.find(({ market_id }) => market_id === marketId)!.ticker)!
      expect(n).toBe(bars.length)
      expect(Array.from(endMinute)).toEqual(bars.map(({ endMinute }) => endMinute))
      expect(Array.from(bidClose)).toEqual(bars.map(({ bid }) => (bid.close === null ? -1 : bid.close * 100)))
      expect(Array.from(volumeCenti)).toEqual(bars.map(({ volume }) => volume * 100))
    }
    const settlements = await readSettlements(db, { city: 'simville', fromDay: 0, toDay: 60_000 })
    expect(settlements.map(({ used, kind, origin }) => `${used} ${kind} ${origin}`)).toEqual(
      Array(4).fill('true final simulated'),
    )
    const observations = await readObservations(db, { station: 'XSIM', fromMs: 0, toMs: 4e12 })
    expect(observations.length).toBeGreaterThanOrEqual(5 * 24)
    expect(observations.every(({ origin, source }) => origin === 'simulated' && source === 'simulated')).toBe(true)
  })

  it('stores the truth of every candle', async () => {
    const markets = await readMarkets(db, { city: 'simville', fromDay: 0, toDay: 60_000 })
    const truth = await readTruth(
      db,
      markets.map(({ market_id }) => market_id),
    )
    const expected = marketsOf(daysOf({ days: 4 })).reduce((sum, { bars }) => sum + bars.length, 0)
    expect(truth.p).toHaveLength(expected)
    expect(truth.p.every((p) => p >= 0 && p <= 1)).toBe(true)
  })

  it('writes nothing when equal parameters made what is there, and says the same', async () => {
    const before = await storedDigest(db, simville)
    const { written, ...first } = await simulate({ seed: 1 })
    expect(written).toBe(false)
    expect(await storedDigest(db, simville)).toBe(before)
    const { written: _, ...other } = await simulate({ seed: 2 })
    expect(await simulate({ seed: 2 })).toEqual({ ...other, written: false })
    const { written: again, ...second } = await simulate({ seed: 1 })
    expect(again).toBe(true)
    expect(second).toEqual(first)
  })

  it('replaces the rows of other parameters: none of theirs stay, and coming back gives the same rows', async () => {
    await simulate({ seed: 1 })
    const one = await storedDigest(db, simville)
    await simulate({ days: 2, start_date: '2024-02-28', edge: 0.5 })
    const markets = await readMarkets(db, { city: 'simville', fromDay: 0, toDay: 60_000 })
    expect(new Set(markets.map(({ day }) => day))).toEqual(new Set([parseDay('2024-02-28'), parseDay('2024-02-29')]))
    await simulate({ seed: 1 })
    expect(await storedDigest(db, simville)).toBe(one)
  })

  it('starts over after a stop between two chunks and ends with the same rows', async () => {
    await simulate({ days: 22 })
    const whole = await storedDigest(db, simville)
    await simulate({ days: 2 })
    const abort = new AbortController()
    const stopping = { ...context(abort.signal), progress: () => abort.abort() }
    await expect(simulateMarket(db, simville, parameters({ days: 22 }), stopping)).rejects.toThrow()
    expect((await readMarkets(db, { city: 'simville', fromDay: 0, toDay: 60_000 })).length).toBeGreaterThan(0)
    expect(await readCompleteness(db, 'simville', 0, 60_000)).toEqual([])
    expect((await simulate({ days: 22 })).written).toBe(true)
    expect(await storedDigest(db, simville)).toBe(whole)
  })

  it('simulates any contributed city beside the others', async () => {
    await simulate()
    const before = await storedDigest(db, simville)
    const elsewhere: City = {
      ...simville,
      id: 'elsewhere',
      station: 'XELS',
      standardOffset: 330,
      series: [{ ticker: 'ELSEHIGH' }],
    }
    await simulate({ city: 'elsewhere' }, elsewhere)
    const markets = await readMarkets(db, { city: 'elsewhere', fromDay: 0, toDay: 60_000 })
    expect(markets).toHaveLength(24)
    expect(markets.every(({ ticker }) => ticker.startsWith('ELSEHIGH-'))).toBe(true)
    expect(await storedDigest(db, simville)).toBe(before)
  })

  it('refuses a city with real settlements or a station with replayed readings, and leaves them alone', async () => {
    const real: City = { ...simville, id: 'realtown', station: 'XREA', series: [{ ticker: 'REALHIGH' }] }
    await db.insertInto('observations').values(observation).execute()
    await expect(simulate({ city: 'realtown' }, real)).rejects.toMatchObject({ code: 'SIMULATE_OVER_REAL', exit: 2 })
    await db.deleteFrom('observations').where('station', '=', 'XREA').execute()
    const settlement = {
      city: 'realtown',
      day: 20_000,
      source: 'nws-cli',
      product_id: 'p',
      kind: 'final',
      issued_ms: 1,
      tmax_f: 70,
    } as const
    await saveSettlements(db, [{ ...settlement, origin: 'real' }])
    await expect(simulate({ city: 'realtown' }, real)).rejects.toMatchObject({
      details: { found: [{ table: 'settlements', origin: 'real' }] },
    })
    expect(await readSettlements(db, { city: 'realtown', fromDay: 0, toDay: 60_000 })).toHaveLength(1)
    expect(await readMarkets(db, { city: 'realtown', fromDay: 0, toDay: 60_000 })).toEqual([])
  })
})

describe('the step simulate:market', () => {
  const problems = (params: unknown) => validate(marketParameters, params)

  it('fills in defaults for everything', async () => {
    const params = {}
    expect(await problems(params)).toEqual([])
    expect(params).toEqual(parameters())
  })

  it.each([
    ['days', 0],
    ['days', 401],
    ['days', 1e9],
    ['days', 2.5],
    ['days', Number.NaN],
    ['edge', -0.1],
    ['edge', 0.95],
    ['edge', '0.5'],
    ['noise', 3],
    ['noise', Number.POSITIVE_INFINITY],
    ['seed', -1],
    ['seed', 2 ** 33],
    ['seed', null],
    ['trades_per_hour', 21],
    ['requote_minutes', 0],
    ['requote_minutes', 7],
    ['spread_cents', 0],
    ['spread_cents', 99],
    ['start_date', '2023-02-30'],
    ['start_date', '1823-01-01'],
    ['start_date', '2023-01-01T00:00Z'],
    ['start_date', 20230101],
    ['city', '../etc'],
    ['city', "x'; drop table candles"],
    ['city', ''],
    ['unknown', 1],
  ])('refuses %s = %j', async (name, value) => {
    expect(await problems({ [name]: value })).not.toEqual([])
  })

  it('asks the contributions for the city and says what it made', async () => {
    const contributions: Pick<StepContext['contributions'], 'find' | 'load'> = {
      find: (kind, id) => ({ kind, id, plugin: 'test', pluginVersion: '1', file: '' }),
      load: async <T>() => simville as T,
    }
    const ctx = { ...context(), contributions, database: async () => db } as unknown as StepContext
    const { summary } = await step.run(ctx, parameters({ days: 1 }), {})
    expect(summary).toMatch(
      /^simville: 1 days, 6 markets, \d+ candles, \d+ trades; .* % YES, log loss .* of the truth, .* of the market/,
    )
  })
})

describe('the pipeline simulate', () => {
  it('has the parameters and the defaults of the step', async () => {
    const { value } = await readYaml(join(import.meta.dirname, '../pipelines/simulate.yaml'))
    const { params, steps } = value as {
      params: { properties: Record<string, { default: unknown }> }
      steps: { with: object }[]
    }
    const defaults = Object.entries(params.properties).map(([name, { default: given }]) => [name, given])
    expect(Object.fromEntries(defaults)).toEqual(parameters())
    expect(Object.keys(steps[0]!.with)).toEqual(Object.keys(marketParameters.properties))
  })
})
