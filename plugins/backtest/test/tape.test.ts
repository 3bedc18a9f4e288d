import fc from 'fast-check'
import type { SealedLabel } from 'kwx/contracts'
import { feeCalendar } from 'kwx/trading'
import { describe, expect, it } from 'vitest'
import { CLOSE, PRINT, QUOTE, SETTLE, SIGNAL, type Tape, TapeBuilder } from '../src/engine/tape.ts'
import { buildTape } from '../src/services/build-tape.ts'
import type { MarketData } from '../src/services/market-data.ts'
import { distanceFromMaximum } from '../src/services/running-maximum.ts'
import type { Signals } from '../src/services/signals.ts'

const DAY = 20_000
const START = DAY * 1440 + 360 // 06:00Z: midnight at -6 h

const market = (over: object = {}) =>
  ({
    market_id: 1,
    ticker: 'M',
    day: DAY,
    close_ms: null,
    strike_type: 'between',
    floor_strike: 70,
    cap_strike: 71,
    ...over,
  }) as MarketData['markets'][number]
const signals = (endMinute: number[] = []): Signals => ({
  n: endMinute.length,
  tickers: ['M'],
  market: new Int32Array(endMinute.length),
  day: new Int32Array(endMinute.length).fill(DAY),
  endMinute: Int32Array.from(endMinute),
  p: new Float64Array(endMinute.length).fill(0.5),
  model: new Float64Array(endMinute.length).fill(0.5),
  marketP: new Float64Array(endMinute.length).fill(0.5),
  hasView: new Uint8Array(endMinute.length).fill(1),
  label: new Uint8Array(endMinute.length),
})
const label = (over: object = {}) => ({ market: 'M', label: 1, quarantine: null, ...over }) as SealedLabel
const data = (over: Partial<MarketData> = {}): MarketData => ({
  markets: [market()],
  trades: new Map(),
  candles: new Map(),
  quotes: new Map(),
  observations: [],
  ...over,
})
const trades = (rows: [minute: number, price: number, count: number, yes: 0 | 1][]) =>
  new Map([
    [
      1,
      {
        marketId: 1,
        n: rows.length,
        tsMs: Float64Array.from(rows, ([minute]) => (START + minute) * 60_000),
        price: Int16Array.from(rows, ([, price]) => price),
        countCenti: Int32Array.from(rows, ([, , count]) => count),
        takerYes: Uint8Array.from(rows, ([, , , yes]) => yes),
      },
    ],
  ])
const candles = (rows: [minute: number, price: number, bid: number, ask: number, volume: number][]) =>
  new Map([
    [
      1,
      {
        marketId: 1,
        n: rows.length,
        endMinute: Int32Array.from(rows, ([minute]) => START + minute),
        priceClose: Int16Array.from(rows, ([, price]) => price),
        bidClose: Int16Array.from(rows, ([, , bid]) => bid),
        askClose: Int16Array.from(rows, ([, , , ask]) => ask),
        volumeCenti: Int32Array.from(rows, ([, , , , volume]) => volume),
      },
    ],
  ])
/** Rows of a tape without closes and settlements: minute of the climate day, kind, a, b, c. */
const rowsOf = ({ n, timeMs, kind, a, b, c }: Tape) =>
  Array.from({ length: n }, (_, i) => [timeMs[i]! / 60_000 - START, kind[i]!, a[i]!, b[i]!, c[i]!]).filter(
    ([, what]) => what !== CLOSE && what !== SETTLE,
  )

describe('a tape', () => {
  it('is in the order of time, then kind, then as it was given', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 400_000 }), fc.integer({ min: 0, max: 4 })), { maxLength: 300 }),
        (rows) => {
          const builder = new TapeBuilder()
          for (const [i, [at, kind]] of rows.entries()) builder.add(at, kind, 0, i)
          const { n, timeMs, kind, a } = builder.finish()
          const expected = rows
            .map(([at, what], i) => [at, what, i] as const)
            .sort((x, y) => x[0] - y[0] || x[1] - y[1] || x[2] - y[2])
          expect(Array.from({ length: n }, (_, i) => [timeMs[i], kind[i], a[i]])).toEqual(expected)
        },
      ),
    )
  })

  it('delays signals and nothing else', () => {
    const builder = new TapeBuilder()
    builder.add(0, SIGNAL, 0)
    builder.add(30_000, PRINT, 0)
    builder.add(60_000, QUOTE, 0)
    expect([...builder.finish(60_000).kind]).toEqual([PRINT, QUOTE, SIGNAL])
    expect([...builder.finish().kind]).toEqual([SIGNAL, PRINT, QUOTE])
  })
})

describe('buildTape', () => {
  it('keeps prints in whole cents and counts what it cannot use', () => {
    const built = buildTape(
      signals(),
      data({
        trades: trades([
          [10, 3500, 100, 1],
          [11, 3550, 100, 1],
          [12, 10_000, 100, 1],
          [12, 0, 100, 1],
          [13, 9900, 37, 0],
          [14, 3500, 0, 1],
        ]),
      }),
      [label()],
      -360,
    )
    expect(rowsOf(built.builder.finish())).toEqual([
      [10, PRINT, 35, 100, 1],
      [13, PRINT, 99, 37, 0],
    ])
    expect(built.refused).toEqual({ price_off_tick: 1, price_outside: 2, count_not_positive: 1 })
    expect([built.impliedBook, built.prints]).toEqual([true, 2])
  })

  it('stands for a minute without recorded prints by its last price and volume, before the quote of that minute', () => {
    const built = buildTape(
      signals([START + 10]),
      data({
        candles: candles([
          [10, 4100, 4000, 4300, 250],
          [11, -1, -1, 10_000, 0],
        ]),
      }),
      [label()],
      -360,
    )
    expect(rowsOf(built.builder.finish())).toEqual([
      [10, PRINT, 41, 250, 2],
      [10, QUOTE, 40, 43, -1],
      [10, SIGNAL, 0, 0, 0],
      [11, QUOTE, 0, 100, -1],
    ])
    expect(built.impliedBook).toBe(false)
  })

  it('takes recorded prints beside recorded quotes', () => {
    const built = buildTape(
      signals(),
      data({ candles: candles([[10, 4100, 4000, 4300, 250]]), trades: trades([[9.5, 4100, 250, 1]]) }),
      [label()],
      -360,
    )
    expect(rowsOf(built.builder.finish()).map(([minute, kind]) => [minute, kind])).toEqual([
      [9.5, PRINT],
      [10, QUOTE],
    ])
  })

  it.each([
    ['yes', label(), 1],
    ['no', label({ label: 0 }), 0],
    ['a missing label', undefined, -1],
    ['no result', label({ label: null, quarantine: 'no result and no official maximum' }), -1],
    [
      'a contradiction',
      label({ label: null, quarantine: "the result yes contradicts the exchange's own value 80" }),
      -2,
    ],
  ])('settles on %s the next morning', (_, sealed, pays) => {
    const { builder } = buildTape(signals(), data(), sealed ? [sealed] : [], -360)
    const tape = builder.finish()
    expect([...tape.kind]).toEqual([CLOSE, SETTLE])
    expect(tape.a[1]).toBe(pays)
    expect([...tape.timeMs].map((ms) => (ms / 60_000 - START) / 60)).toEqual([24, 33])
  })

  it('closes a market when the exchange says', () => {
    const { builder } = buildTape(
      signals(),
      data({ markets: [market({ close_ms: (START + 1379) * 60_000 })] }),
      [label()],
      -360,
    )
    expect([...builder.finish().timeMs].map((ms) => ms / 60_000 - START)).toEqual([1379, 33 * 60])
  })

  it('refuses signals of a market that is not there', () => {
    expect(() => buildTape(signals([START]), data({ markets: [] }), [], -360)).toThrow(
      expect.objectContaining({ code: 'BACKTEST_MARKET_MISSING', exit: 5 }),
    )
  })
})

describe('feeCalendar', () => {
  it('changes schedules at the midnight of the climate day', () => {
    const regimes = [
      { until: '2026-07-06', type: 'quadratic', multiplier: 1, grain: 'cent' },
      { from: '2026-07-07', type: 'quadratic', multiplier: 1, grain: 'centicent' },
    ] as const
    const first = Date.UTC(2026, 6, 5) / 86_400_000
    const { dated } = feeCalendar(regimes, first, first + 5, -360)
    expect(dated.map(({ fromMs }) => fromMs)).toEqual([Number.NEGATIVE_INFINITY, Date.UTC(2026, 6, 7, 6)])
    expect(dated.map(({ taker }) => taker(3500, 1250))).toEqual([2000, 1991])
  })
})

describe('distanceFromMaximum', () => {
  const report = (hour: number, temp_f: number | null, knownAfter = 0) =>
    ({
      valid_ms: (START + 60 * hour) * 60_000,
      known_ms: (START + 60 * hour + knownAfter) * 60_000,
      temp_f,
    }) as MarketData['observations'][number]
  const observations = [
    report(-1, 90),
    report(1, 60),
    report(8, 66, 30),
    report(9, null),
    report(10, 69.4),
    report(12, 70.6),
    report(14, 75),
  ]
  const distance = distanceFromMaximum(observations, -360)
  it.each([
    [0, 'unknown'],
    [2, 'more than 5 F below'],
    [8, 'more than 5 F below'],
    [9, '2 to 5 F below'],
    [11, 'up to 2 F below'],
    [13, 'inside'],
    [20, 'above'],
  ])('at hour %i is "%s"', (hour, expected) => {
    expect(distance(market(), (START + 60 * hour) * 60_000)).toBe(expected)
  })
})
