import fc from 'fast-check'
import type { Column, Table } from 'kwx/artefacts'
import { describe, expect, it } from 'vitest'

import { areaUnderCurve, checkOutcomes } from '../src/services/leak/check-columns.ts'
import { cutAt, cutPrices } from '../src/services/leak/cut-at.ts'
import { LeakCounter } from '../src/services/leak/findings.ts'
import type { RawPrices } from '../src/services/leak/raw-data.ts'
import { sampledRows } from '../src/services/leak/sampled-rows.ts'
import { observation, settlement } from './support/made-up.ts'

const trades = (stamps: readonly number[]): RawPrices & { kind: 'trades' } => ({
  kind: 'trades',
  n: stamps.length,
  tsMs: Float64Array.from(stamps),
  price: Int16Array.from(stamps, (_, k) => k),
  countCenti: Int32Array.from(stamps, (_, k) => k),
  takerYes: Uint8Array.from(stamps, (_, k) => k % 2),
})

describe('a cut at a minute', () => {
  it('holds exactly the prints known by then, in the exchange\u2019s order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 600_000 })), fc.integer({ min: 0, max: 10 }), (stamps, minute) => {
        const kept = stamps.map((ms, k) => [ms, k] as const).filter(([ms]) => ms <= minute * 60_000)
        const cut = cutPrices(trades(stamps), minute) as RawPrices & { kind: 'trades' }
        expect([...cut.tsMs]).toEqual(kept.map(([ms]) => ms))
        expect([...cut.price]).toEqual(kept.map(([, k]) => k))
        expect(cut.n).toBe(kept.length)
      }),
    )
  })

  it('holds no candle that is stamped later', () => {
    const n = 5
    const endMinute = Int32Array.of(10, 11, 13, 20, 21)
    const side = () => new Int16Array(n)
    const candles: RawPrices = {
      kind: 'candles',
      n,
      endMinute,
      priceClose: side(),
      bidClose: side(),
      askClose: side(),
      volumeCenti: new Int32Array(n),
    }
    const cut = (minute: number) => [...(cutPrices(candles, minute) as typeof candles & { kind: 'candles' }).endMinute]
    expect([cut(9), cut(10), cut(12), cut(21)]).toEqual([[], [10], [10, 11], [10, 11, 13, 20, 21]])
  })

  it('holds nothing that became known later, no outcome, and the issuance that was used then', () => {
    const at = 1_000_000
    const ms = at * 60_000
    const day = Math.floor(at / 1440) - 1
    const market = { market_id: 1, result: 'yes', expiration_value: 70, day } as never
    const late = { ...settlement('nyc', day, 71, { product_id: 'late', issued_ms: ms + 1 }), used: false }
    const first = { ...settlement('nyc', day, 70, { issued_ms: ms }), used: false }
    const archive = { ...settlement('nyc', day, 72, { product_id: 'a', kind: 'archive', issued_ms: null }), used: true }
    const raw = {
      markets: [market],
      observations: [observation(ms - 500_000_000), observation(ms - 300_000), observation(ms - 299_999)],
      settlements: [late, first, archive],
    }
    const cut = cutAt(raw, new Map(), at, { standardOffset: -300, pastMs: 100_000_000 })
    expect(cut.observations.map(({ known_ms }) => known_ms - ms)).toEqual([0])
    expect(cut.settlements.map(({ product_id, used }) => [product_id, used])).toEqual([[`cli-${day}`, true]])
    expect(cut.markets).toMatchObject([{ result: null, expiration_value: null }])
    expect(
      cutAt(raw, new Map(), at, { standardOffset: -300, pastMs: Number.MAX_SAFE_INTEGER }).observations,
    ).toHaveLength(2)
  })
})

describe('a sample of rows', () => {
  const table = (n: number): Table =>
    new Map<string, Column>([
      ['market', { codes: Int32Array.from({ length: n }, (_, i) => i % 2), values: ['A', 'B'] }],
      ['event_day', Int32Array.from({ length: n }, (_, i) => i)],
      ['end_minute', Int32Array.from({ length: n }, (_, i) => 100 + i)],
    ])

  it('has as many rows as asked for, each once, in order, and depends on the seed alone', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.integer({ min: 1, max: 250 }), fc.integer(), (n, count, seed) => {
        const rows = sampledRows(table(n), count, seed).map(({ row }) => row)
        expect(rows).toHaveLength(Math.min(n, count))
        expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b))
        expect(sampledRows(table(n), count, seed).map(({ row }) => row)).toEqual(rows)
      }),
    )
  })

  it('takes every row alike', () => {
    const hits = new Array<number>(10).fill(0)
    for (let seed = 0; seed < 2000; seed++) for (const { row } of sampledRows(table(10), 3, seed)) hits[row]!++
    for (const hit of hits) expect(Math.abs(hit - 600)).toBeLessThan(110)
  })
})

describe('columns against outcomes', () => {
  /** `n` markets of one row each, every second one YES; the column is its label where `has` says, else NaN. */
  const found = (n: number, has: (k: number) => boolean) => {
    const label = Uint8Array.from({ length: n }, (_, k) => k % 2)
    const values = [Float64Array.from(label, (y, k) => (has(k) ? y : Number.NaN))]
    const leaks = new LeakCounter()
    const market = Array.from(label, (_, k) => `M${k}`)
    const isJudged = checkOutcomes({ names: ['market_middle'], values, label, market }, leaks)
    return [isJudged, leaks.list().map(({ subject }) => subject)]
  }

  it('are judged on the rows that have a value', () => {
    expect(found(60, (k) => k % 3 !== 0)).toEqual([true, ['market_middle']])
  })

  it('are not judged where too few markets have one', () => {
    expect(found(60, (k) => k < 18)).toEqual([true, []])
    expect(found(60, () => false)).toEqual([true, []])
  })
})

describe('the area under the curve', () => {
  it('is the share of pairs in order, ties counting half', () => {
    const pair = fc.record({ value: fc.integer({ min: 0, max: 5 }), label: fc.integer({ min: 0, max: 1 }) })
    fc.assert(
      fc.property(fc.array(pair, { minLength: 2, maxLength: 40 }), (rows) => {
        const [ones, zeros] = [1, 0].map((label) => rows.filter((row) => row.label === label)) as [
          typeof rows,
          typeof rows,
        ]
        fc.pre(ones.length > 0 && zeros.length > 0)
        let sum = 0
        for (const one of ones)
          for (const zero of zeros) sum += one.value > zero.value ? 1 : one.value === zero.value ? 0.5 : 0
        const auc = areaUnderCurve(
          Float64Array.from(rows, ({ value }) => value),
          Uint8Array.from(rows, ({ label }) => label),
        )
        expect(auc).toBeCloseTo(sum / (ones.length * zeros.length), 12)
      }),
    )
  })
})
