import { randomFrom } from 'kwx/random'
import { describe, expect, it } from 'vitest'

import { marketSides } from '../src/services/day-cells.ts'
import { walkWindows } from '../src/services/walk-windows.ts'
import { madePilots, withRows } from './support/made-pilots.ts'

const strong = { seed: 2, pilots: 4, edge: 0.6, noise: 0.3 }

describe('walking over the windows', () => {
  it('delivers the price bit for bit until there is evidence', () => {
    const pilots = madePilots(strong)
    const { fits, delivered } = walkWindows(pilots, 42)
    expect(fits[0]!.map(({ weight }) => weight.outcome).slice(0, 3)).toEqual(['no-rows', 'too-few-days', 'fitted'])
    const { to } = pilots[0]!.windows[1]!
    expect(delivered[0]!.slice(0, to)).toEqual(pilots[0]!.rows.market.slice(0, to))
  })

  it('delivers the price bit for bit wherever the weight is 0, even where the overround could be taken out', () => {
    const [pilot] = madePilots({ seed: 2, noise: 3 })
    // A market side that is surely better than the price, and a model that knows nothing.
    const better = pilot!.rows.market.map((p, i) => (pilot!.rows.label[i] ? (1 + p) / 2 : p / 2))
    const devigged = { proportional: better, power: better, logit_shift: better }
    const { fits, delivered } = walkWindows([withRows(pilot!, { devigged })], 42)
    expect(fits[0]!.at(-1)!.devig.method).toBe('proportional')
    expect(fits[0]!.every(({ weight }) => weight.value === 0)).toBe(true)
    expect(delivered[0]).toEqual(pilot!.rows.market)
  })

  it('is out of sample: what happens in a window changes neither it nor the ones before', () => {
    const pilots = madePilots(strong)
    const [before, after] = [walkWindows(pilots, 42), walkWindows(pilots.map(turned), 42)]
    const { from, to } = pilots[0]!.windows[5]!
    expect(after.delivered[0]!.slice(0, to)).toEqual(before.delivered[0]!.slice(0, to))
    expect(before.delivered[0]!.slice(from, to)).not.toEqual(pilots[0]!.rows.market.slice(from, to))
    expect(after.final[0]!.weight).not.toEqual(before.final[0]!.weight)

    function turned(pilot: (typeof pilots)[number]) {
      const label = pilot.rows.label.map((y, i) => (i >= pilot.windows[5]!.from ? 1 - y : y))
      return withRows(pilot, { label })
    }
  })

  it('leaves out days of earlier windows that the window tests too', () => {
    const pilots = madePilots({ ...strong, pilots: 1, stepDays: 2, testDays: 7, windows: 10 })
    const { fits } = walkWindows(pilots, 42)
    // The tenth window begins on day 18: nine windows saw days 0 to 22, of which 18 lie before it.
    expect(fits[0]![9]!.weight.days).toBe(18)
  })

  it('leaves out the days before a window whose outcomes were not known yet', () => {
    const daysOf = (embargoDays: number) =>
      walkWindows(madePilots({ ...strong, pilots: 1, embargoDays }), 42).fits[0]!.map(({ weight }) => weight.days)
    expect(daysOf(0).slice(0, 4)).toEqual([0, 7, 14, 21])
    expect(daysOf(1).slice(0, 4)).toEqual([0, 6, 13, 20])
    expect(daysOf(7).slice(0, 4)).toEqual([0, 0, 7, 14])
  })

  it('does not change a weight for the outcomes of the last day before its window', () => {
    const pilots = madePilots({ ...strong, embargoDays: 1 })
    const { firstTestDay } = pilots[0]!.windows[5]!
    const turned = pilots.map((pilot) =>
      withRows(pilot, {
        label: pilot.rows.label.map((y, i) => (pilot.rows.day[i] === firstTestDay - 1 ? 1 - y : y)),
      }),
    )
    const weightOf = (all: typeof pilots) => walkWindows(all, 42).fits[0]!.map(({ weight }) => weight)
    const [before, after] = [weightOf(pilots), weightOf(turned)]
    expect(after.slice(0, 6)).toEqual(before.slice(0, 6))
    expect(after[6]).not.toEqual(before[6])
  })

  it('gives each pilot of several its own embargo', () => {
    const [one, two] = madePilots({ ...strong, pilots: 2 })
    const { fits } = walkWindows([one!, { ...two!, embargoDays: 2 }], 42)
    expect(fits.map((own) => own[3]!.weight.days)).toEqual([21, 19])
  })

  it('shares one fit between pilots whose windows begin on one day, of which each takes what its own days bear', () => {
    const { fits } = walkWindows(madePilots(strong), 42)
    const fitted = fits.map((own) => own.map(({ weight: { fitted, low, high, days } }) => [fitted, low, high, days]))
    expect(fitted[3]).toEqual(fitted[0])
    const values = fits.map((own) => own.at(-1)!.weight.value)
    expect(new Set(values).size).toBeGreaterThan(1)
    for (const [p, value] of values.entries()) expect(value).toBeLessThanOrEqual(fits[p]!.at(-1)!.weight.low!)
  })

  it('takes the overround out only where that surely helps', () => {
    const [pilot] = madePilots({ seed: 1 })
    const random = randomFrom('overround')
    const luck = pilot!.rows.market.map((p) => Math.min(0.99, Math.max(0.01, p + 0.05 * random.normal())))
    const right = pilot!.rows.market.map((p, i) => (pilot!.rows.label[i] ? (9 + p) / 10 : (9 * p) / 10))
    const chosen = (power: Float64Array) => {
      const devigged = { ...pilot!.rows.devigged, power }
      return walkWindows([withRows(pilot!, { devigged })], 42).final[0]!.devig
    }
    expect(chosen(right)).toMatchObject({ method: 'power' })
    expect(chosen(luck)).toMatchObject({
      method: 'none',
      reason: expect.stringContaining('No method is surely better'),
    })
    expect(chosen(luck).candidates.map(({ reason }) => reason)).toEqual([
      'No ladder was complete.',
      null,
      'No ladder was complete.',
    ])
  })

  it('takes no overround out where the ladder was incomplete', () => {
    const [pilot] = madePilots({ seed: 1 })
    expect(marketSides(pilot!.rows, 'power')).toEqual(pilot!.rows.market)
  })
})
