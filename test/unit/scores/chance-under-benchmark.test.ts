import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomFrom } from '../../../src/base/random/index.ts'
import { chanceUnderBenchmark } from '../../../src/domain/scores/chance-under-benchmark.ts'
import { judgeForecast } from '../../../src/domain/scores/judge-forecast.ts'

/** Days of some markets with one row each. */
const world = (days: number, markets: number, price: (market: number) => number) => {
  const n = days * markets
  const at = (i: number) => i % markets
  return {
    day: Int32Array.from({ length: n }, (_, i) => Math.floor(i / markets)),
    market: Int32Array.from({ length: n }, (_, i) => i),
    hour: new Int32Array(n),
    weight: new Float64Array(n).fill(1),
    benchmark: Float64Array.from({ length: n }, (_, i) => price(at(i))),
  }
}

describe('the chance of a forecast where its benchmark is right', () => {
  it('is that of no hit for tails that were cut and never hit', () => {
    const { hour: _, ...rows } = world(20, 4, () => 0.02)
    const p = rows.benchmark.map((price) => price / 10)
    const observed = Math.log(1 - 0.02) - Math.log(1 - 0.002) // every row settled NO
    const chance = chanceUnderBenchmark({ ...rows, p }, observed, randomFrom('tails'), 9_999)
    expect(chance).toBeCloseTo(0.98 ** 80, 1)
  })

  it('makes no verdict of better out of tails that were cut and never hit', () => {
    const { weight: _, ...rows } = world(20, 4, (market) => (market === 0 ? 0.5 : 0.02))
    const p = rows.benchmark.map((price) => (price < 0.1 ? price / 10 : price))
    const y = Uint8Array.from(p, (_, i) => (rows.benchmark[i] === 0.5 && i % 8 === 0 ? 1 : 0))
    const { skill } = judgeForecast({ ...rows, y, p }, { seed: 1, subject: 'The model', benchmark: 'the price' })
    expect(skill.interval.high).toBeLessThan(-skill.delta)
    expect(skill.verdict).toBe('not-shown')
    expect(skill.sentence).toContain('where the price is right')
  })

  it('is small for a forecast that knows', () => {
    const { weight: _, ...rows } = world(30, 3, () => 0.4)
    const y = Uint8Array.from(rows.benchmark, (_, i) => (i % 5 < 2 ? 1 : 0))
    const p = Float64Array.from(y, (yes) => (yes ? 0.7 : 0.2))
    const { skill } = judgeForecast({ ...rows, y, p }, { seed: 1, subject: 'The model', benchmark: 'the price' })
    expect(skill.chance).toBeLessThan(0.01)
    expect(skill.verdict).toBe('better')
  })

  it('is 1 for the benchmark itself, whatever the prices', () => {
    const prices = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(prices, (all) => {
        const benchmark = Float64Array.from(all)
        const market = Int32Array.from(all, (_, i) => i % 4)
        const rows = { day: market, market, benchmark, p: benchmark, weight: benchmark.map(() => 1) }
        expect(chanceUnderBenchmark(rows, 0, randomFrom('same'), 99)).toBe(1)
      }),
    )
  })

  it('has no figure without a row, and refuses columns of other lengths and prices beyond 1', () => {
    const none = { day: [], market: [], p: [], benchmark: [], weight: [] }
    expect(chanceUnderBenchmark(none, 0, randomFrom('none'))).toBeNaN()
    const one = { day: [1], market: [1], p: [0.5], benchmark: [0.5], weight: [1] }
    expect(() => chanceUnderBenchmark({ ...one, p: [] }, 0, randomFrom('x'))).toThrow(/length|rows/)
    expect(() => chanceUnderBenchmark({ ...one, p: [1.5] }, 0, randomFrom('x'))).toThrow('1.5')
  })
})
