import { describe, expect, it } from 'vitest'

import { type DayCell, dayCells } from '../src/services/day-cells.ts'
import { fitWeight } from '../src/services/fit-weight.ts'
import { type MadeOptions, madePilots, withRows } from './support/made-pilots.ts'

const cellsOf = (options: MadeOptions) => dayCells(madePilots(options), 'none', 'all')

describe('fitting the weight of the model', () => {
  it('gives none without rows', () => {
    expect(fitWeight([], 'seed')).toMatchObject({ value: 0, fitted: null, low: null, high: null, outcome: 'no-rows' })
  })

  it('gives none on less than two weeks, whatever they say', () => {
    const weight = fitWeight(cellsOf({ seed: 1, edge: 0.9, noise: 0, windows: 1, testDays: 13, pilots: 6 }), 'seed')
    expect(weight).toMatchObject({ value: 0, days: 13, event_days: 78, outcome: 'too-few-days' })
    expect(weight.fitted).toBeGreaterThan(0)
  })

  it('has no interval on one day', () => {
    const weight = fitWeight(cellsOf({ seed: 1, windows: 1, testDays: 1 }), 'seed')
    expect([weight.value, weight.low, weight.high]).toEqual([0, null, null])
  })

  it('gives none where all rows have one outcome', () => {
    const weight = fitWeight(cellsOf({ seed: 1, outcome: 0 }), 'seed')
    expect(weight).toMatchObject({ value: 0, outcome: 'one-class' })
  })

  it('gives none where the model is the market', () => {
    const [pilot] = madePilots({ seed: 1 })
    const same = withRows(pilot!, { model: pilot!.rows.market.map((p) => Math.min(0.99, Math.max(0.01, p))) })
    const twin = withRows(same, { market: same.rows.model })
    expect(fitWeight(dayCells([twin], 'none', 'all'), 'seed')).toMatchObject({ value: 0, outcome: 'flat' })
  })

  it('gives a model that knows nothing weight 0', () => {
    const weight = fitWeight(cellsOf({ seed: 2, noise: 3 }), 'seed')
    expect(weight).toMatchObject({ value: 0, low: 0, outcome: 'fitted' })
    expect(weight.reason).toContain('the interval contains 0')
  })

  it('uses the lower end of the interval of a model that knows what the market does not', () => {
    const weight = fitWeight(cellsOf({ seed: 2, pilots: 4, edge: 0.6, noise: 0.3 }), 'seed')
    expect(weight.low).toBeGreaterThan(0)
    expect(weight.value).toBe(weight.low)
    expect(weight.fitted).toBeGreaterThan(weight.low!)
    expect(weight.high).toBeGreaterThanOrEqual(weight.fitted!)
  })

  it('counts event days alike: more rows of a day change nothing', () => {
    const cells = cellsOf({ seed: 3, edge: 0.5 })
    const busy = cells.map((cell, i): DayCell => (i % 3 ? cell : { ...cell, rows: 1000 * cell.rows }))
    expect(fitWeight(busy, 'seed')).toEqual(fitWeight(cells, 'seed'))
  })

  it('takes the mean over the rows of a day', () => {
    const [pilot] = madePilots({ seed: 3, windows: 2, rowsPerDay: 1 })
    const { n, label, model, market, day } = pilot!.rows
    const doubled = Int32Array.from({ length: 2 * n }, (_, i) => i >> 1)
    const pick = (values: Float64Array) => Float64Array.from(doubled, (i) => values[i]!)
    const rows = {
      n: 2 * n,
      label: Uint8Array.from(doubled, (i) => label[i]!),
      day: doubled.map((i) => day[i]!),
      model: pick(model),
      market: pick(market),
    }
    const windows = pilot!.windows.map((span) => ({ ...span, from: 2 * span.from, to: 2 * span.to }))
    const [once, twice] = [pilot!, { ...withRows(pilot!, rows), windows }].map((one) => dayCells([one], 'none', 'all'))
    expect(twice!.map(({ rows }) => rows)).toEqual(once!.map(({ rows }) => 2 * rows))
    for (const [i, { loss }] of once!.entries()) expect(twice![i]!.loss[50]).toBeCloseTo(loss[50]!, 12)
  })

  it('takes all cities of a date as one block: the same city twice is no more evidence', () => {
    const cells = cellsOf({ seed: 4, edge: 0.5 })
    const twice = fitWeight([...cells, ...cells.map((cell) => ({ ...cell, pilot: 1 }))], 'seed')
    const once = fitWeight(cells, 'seed')
    expect([twice.fitted, twice.low, twice.high]).toEqual([once.fitted, once.low, once.high])
    expect([once.event_days, twice.event_days, twice.days]).toEqual([56, 112, 56])
  })

  it('depends on nothing but the cells and the seed', () => {
    const cells = cellsOf({ seed: 5, edge: 0.5 })
    expect(fitWeight(cells.toReversed(), 'seed')).toEqual(fitWeight(cells, 'seed'))
  })
})

describe('day cells', () => {
  it('hold what each weight would cost if the price were right: the divergence of the price from the pooled', () => {
    const [pilot] = madePilots({ seed: 6, windows: 1, testDays: 1, rowsPerDay: 1 })
    const rows = { ...pilot!.rows, market: Float64Array.of(0.4), model: Float64Array.of(0.7) }
    const [cell] = dayCells([{ ...pilot!, rows }], 'none', 'all')
    expect(cell!.divergence[0]).toBe(0)
    expect(cell!.divergence[100]).toBeCloseTo(0.4 * Math.log(0.4 / 0.7) + 0.6 * Math.log(0.6 / 0.3), 12)
    for (let k = 1; k <= 100; k++) expect(cell!.divergence[k]!).toBeGreaterThan(cell!.divergence[k - 1]!)
  })
})
