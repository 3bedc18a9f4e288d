import { randomFrom } from 'kwx/random'
import { dayBlockBootstrap } from 'kwx/scores'
import { describe, expect, it } from 'vitest'

/** Differences with mean `truth`, whose rows share an effect of their day. */
function correlated(seed: string, days: number, truth: number) {
  const random = randomFrom(seed)
  const day: number[] = []
  const difference: number[] = []
  for (let d = 0; d < days; d++) {
    const shared = truth + random.normal()
    const rows = 10 + random.integer(20)
    for (let k = 0; k < rows; k++) {
      day.push(d)
      difference.push(shared + 0.3 * random.normal())
    }
  }
  return { day, difference }
}

describe('dayBlockBootstrap', () => {
  it('gives the mean, and the same interval for the same seed', () => {
    const { day, difference } = correlated('a', 30, 0.2)
    const once = dayBlockBootstrap(day, difference, { seed: 1 })
    expect(once.mean).toBeCloseTo(difference.reduce((a, b) => a + b) / difference.length, 12)
    expect(once.days).toBe(30)
    expect(once.low).toBeLessThan(once.mean)
    expect(once.high).toBeGreaterThan(once.mean)
    expect(dayBlockBootstrap(day, difference, { seed: 1 })).toEqual(once)
    expect(dayBlockBootstrap(day, difference, { seed: 2 }).low).not.toBe(once.low)
  })

  it('does not depend on the order of the days in the rows', () => {
    const { day, difference } = correlated('b', 12, 0)
    const order = day.map((_, i) => i).sort((a, b) => day[b]! - day[a]! || a - b)
    const turned = dayBlockBootstrap(
      order.map((i) => day[i]!),
      order.map((i) => difference[i]!),
      { seed: 1 },
    )
    expect(turned.low).toBe(dayBlockBootstrap(day, difference, { seed: 1 }).low)
  })

  it('collapses when every day has the same mean', () => {
    const { low, high } = dayBlockBootstrap([1, 1, 2, 2], [0, 2, 0, 2], { seed: 1 })
    expect([low, high]).toEqual([1, 1])
  })

  it('says nothing about spread from one day', () => {
    expect(dayBlockBootstrap([5, 5, 5], [1, 2, 3], { seed: 1 })).toEqual({
      mean: 2,
      low: Number.NaN,
      high: Number.NaN,
      days: 1,
    })
  })

  it('covers the truth about as often as it says on correlated rows, where rows taken alone would not', () => {
    let blocks = 0
    let single = 0
    const runs = 300
    for (let run = 0; run < runs; run++) {
      const { day, difference } = correlated(`run ${run}`, 40, 0)
      const options = { seed: run, draws: 400, level: 0.9 }
      const byDay = dayBlockBootstrap(day, difference, options)
      if (byDay.low <= 0 && byDay.high >= 0) blocks++
      const byRow = dayBlockBootstrap(
        day.map((_, i) => i),
        difference,
        options,
      )
      if (byRow.low <= 0 && byRow.high >= 0) single++
    }
    // 90 % nominal; the sampling error of 300 runs is 1.7 points, the percentile interval of 40 blocks a little short
    expect(blocks / runs).toBeGreaterThan(0.84)
    expect(blocks / runs).toBeLessThan(0.95)
    expect(single / runs).toBeLessThan(0.5)
  })
})
