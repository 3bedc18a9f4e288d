import fc from 'fast-check'
import type { BlendWeight } from 'kwx/contracts'
import { describe, expect, it } from 'vitest'

import { boundHarm } from '../src/services/bound-harm.ts'
import { type DayCell, STEPS } from '../src/services/day-cells.ts'

const about = { name: 'chicago between', seed: 'test' }
const weight = (value: number): BlendWeight => ({
  value,
  fitted: 0.9,
  low: value,
  high: 1,
  level: 0.95,
  draws: 2000,
  days: 60,
  event_days: 60,
  outcome: 'fitted',
  reason: `Fitted 0.90 [${value.toFixed(2)}, 1.00] on 60 days; its lower end is used.`,
})

/** Days on which weight w costs `slope[day]` · w, over a price that costs 0.4; if that is right, `far` · w². */
const cells = (slopes: readonly number[], rows = (_: number) => 10, far = 0): DayCell[] =>
  slopes.map((slope, day) => ({
    ...{ pilot: 0, window: 0, day, positives: 1, rows: rows(day) },
    loss: Float64Array.from({ length: STEPS + 1 }, (_, k) => 0.4 + (slope * k) / STEPS),
    echo: false,
    divergence: Float64Array.from({ length: STEPS + 1 }, (_, k) => far * (k / STEPS) ** 2),
  }))
const days = (n: number, slope: (day: number) => number) => Array.from({ length: n }, (_, day) => slope(day))
const bounded = (made: readonly DayCell[], value = 0.6) => boundHarm(weight(value), made, made, about)

describe('bounding the harm of a weight', () => {
  it('leaves a weight alone that costs nothing on any day', () => {
    expect(bounded(cells(days(60, () => -0.05)))).toEqual(weight(0.6))
  })

  it('keeps as much of it as costs 0.002 where every day costs the same', () => {
    const found = bounded(cells(days(60, () => 0.0095)))
    expect(found).toMatchObject({ value: 0.21, low: 0.6, outcome: 'fitted' })
    expect(found.reason).toBe(
      'Fitted 0.90 [0.60, 1.00] on 60 days; 0.21 is used: with more, four weeks of chicago between could cost over 0.002.',
    )
  })

  it('lowers a weight that gains on average and can lose for weeks', () => {
    const steady = bounded(cells(days(60, () => -0.01)))
    const wild = bounded(cells(days(60, (day) => (day % 2 ? -0.21 : 0.19))))
    expect(steady.value).toBe(0.6)
    expect(wild.value).toBeGreaterThan(0)
    expect(wild.value).toBeLessThan(0.1)
  })

  it('counts rows, not days: a model that loses the busy days keeps little', () => {
    const made = (busy: number) =>
      cells(
        days(60, (day) => (day % 3 ? -0.05 : 0.08)),
        (day) => (day % 3 ? 10 : busy),
      )
    expect(bounded(made(10)).value).toBeGreaterThan(0.1)
    expect(bounded(made(1000)).value).toBeLessThan(0.05)
  })

  it('takes the price as it is for the measure, not the market side that the pool starts from', () => {
    const made = cells(days(60, () => 0))
    const dearer = made.map((cell) => ({ ...cell, loss: cell.loss.map((loss) => loss + 0.003) }))
    expect(boundHarm(weight(0.6), dearer, made, about).value).toBe(0)
  })

  it('keeps a model near the price until there are four weeks, however well it does', () => {
    const far = (n: number, strays: number) =>
      bounded(
        cells(
          days(n, () => -0.05),
          undefined,
          strays,
        ),
      )
    expect(far(27, 0.033)).toMatchObject({ value: 0.24, outcome: 'fitted' })
    expect(far(27, 0.033).reason).toContain('0.24 is used: on under 28 days, no more than costs 0.002 if the price of')
    expect(far(27, 0.005).value).toBe(0.6)
    expect(far(28, 0.033).value).toBe(0.6)
  })

  it('gives none on less than two weeks of the pilot, however long the others were watched', () => {
    const found = bounded(cells(days(13, () => -0.05)))
    expect(found).toMatchObject({ value: 0, outcome: 'too-few-days', days: 60 })
    expect(found.reason).toBe('13 days of chicago between are too few, 14 are needed: weight 0.')
    expect(bounded(cells(days(14, () => -0.05))).value).toBe(0.6)
  })

  it('never raises a weight, and gives the same for the same seed', () => {
    const slopes = fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), { minLength: 28, maxLength: 40 })
    fc.assert(
      fc.property(slopes, fc.integer({ min: 0, max: STEPS }), (made, k) => {
        const found = bounded(cells(made), k / STEPS)
        expect(found.value).toBeLessThanOrEqual(k / STEPS)
        expect(found).toEqual(bounded(cells(made).toReversed(), k / STEPS))
      }),
      { numRuns: 5, seed: 7 },
    )
  })
})
