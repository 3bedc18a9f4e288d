import fc from 'fast-check'
import { brier, decomposeBrier, decomposeLogLoss, logLoss } from 'kwx/scores'
import { describe, expect, it } from 'vitest'
import { poolAdjacentViolators } from '../../../src/domain/scores/pool-adjacent-violators.ts'

const rows = fc.array(
  fc.record({
    y: fc.integer({ min: 0, max: 1 }),
    p: fc.integer({ min: 0, max: 20 }).map((k) => k / 20),
    w: fc.integer({ min: 1, max: 4 }),
  }),
  { minLength: 1, maxLength: 40 },
)
const columns = (list: readonly { y: number; p: number; w: number }[]) =>
  [list.map(({ y }) => y), list.map(({ p }) => p), list.map(({ w }) => w)] as const

describe('decomposeBrier', () => {
  it('of a table computed by hand', () => {
    // 0.2: 1 of 4; 0.6: 1 of 2; 0.9: 1 of 2. Isotonic: 1/4, then 1/2 for both. Share of 1: 3/8.
    const y = [1, 0, 0, 0, 1, 0, 1, 0]
    const p = [0.2, 0.2, 0.2, 0.2, 0.6, 0.6, 0.9, 0.9]
    const score = (0.64 + 3 * 0.04 + 0.16 + 0.36 + 0.01 + 0.81) / 8
    const recalibrated = (4 * (3 / 16) + 4 * (1 / 4)) / 8
    const found = decomposeBrier(y, p)
    expect(found.score).toBeCloseTo(score, 15)
    expect(found.miscalibration).toBeCloseTo(score - recalibrated, 15)
    expect(found.discrimination).toBeCloseTo(15 / 64 - recalibrated, 15)
    expect(found.uncertainty).toBeCloseTo(15 / 64, 15)
  })

  it.each([
    ['certain and right', [0, 1], [0, 1], [0, 0, 0.25, 0.25]],
    ['the share of 1 everywhere', [0, 1, 1, 1], [0.75, 0.75, 0.75, 0.75], [3 / 16, 0, 0, 3 / 16]],
    ['in the wrong order', [1, 0], [0.25, 0.75], [9 / 16, 5 / 16, 0, 1 / 4]],
    ['of one outcome', [1, 1], [0.5, 1], [1 / 8, 1 / 8, 0, 0]],
  ])('of forecasts %s', (_, y, p, [score, miscalibration, discrimination, uncertainty]) =>
    expect(decomposeBrier(y, p)).toEqual({ score, miscalibration, discrimination, uncertainty }),
  )

  it('is not a number without rows of positive weight', () => {
    const none = Number.NaN
    const nothing = { score: none, miscalibration: none, discrimination: none, uncertainty: none }
    expect(decomposeBrier([], [])).toEqual(nothing)
    expect(decomposeBrier([1], [0.5], [0])).toEqual(nothing)
  })

  it('refuses what is not a probability', () => {
    expect(() => decomposeBrier([1], [Number.NaN])).toThrow('NaN is not a probability')
    expect(() => decomposeBrier([1], [0.5, 0.5])).toThrow('1 outcomes but 2 probabilities')
  })
})

describe.each([
  ['decomposeBrier', decomposeBrier, brier],
  ['decomposeLogLoss', decomposeLogLoss, logLoss],
] as const)('%s', (_, decompose, score) => {
  it('adds up to the score, with parts that are not negative', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const [y, p, w] = columns(list)
        const found = decompose(y, p, w)
        expect(found.score).toBe(score(y, p, w))
        expect(found.miscalibration - found.discrimination + found.uncertainty).toBeCloseTo(found.score, 10)
        expect(found.miscalibration).toBeGreaterThanOrEqual(0)
        expect(found.discrimination).toBeGreaterThanOrEqual(0)
        expect(found.uncertainty).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('keeps discrimination and uncertainty under a rising change of the probabilities', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const [y, p, w] = columns(list)
        const before = decompose(y, p, w)
        const after = decompose(
          y,
          p.map((value) => 0.1 + 0.8 * value * value),
          w,
        )
        expect(after.discrimination).toBeCloseTo(before.discrimination, 10)
        expect(after.uncertainty).toBe(before.uncertainty)
      }),
    )
  })

  it('has no miscalibration left after isotonic recalibration', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const [y, p, w] = columns(list)
        const levels = poolAdjacentViolators(p, y, w)
        const recalibrated = p.map((value) => levels.find(({ low, high }) => value >= low && value <= high)!.value)
        const found = decompose(y, recalibrated, w)
        expect(found.miscalibration).toBeLessThan(2e-6) // the log loss clips at 1e-6
        expect(found.discrimination).toBeCloseTo(decompose(y, p, w).discrimination, 10)
      }),
    )
  })

  it('counts a row of weight 2 as two rows, in any order', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const [y, p, w] = columns(list)
        const repeated = list.flatMap((row) => Array.from({ length: row.w }, () => row)).reverse()
        const [yy, pp] = columns(repeated)
        const [weighted, counted] = [decompose(y, p, w), decompose(yy, pp)]
        for (const part of ['score', 'miscalibration', 'discrimination', 'uncertainty'] as const) {
          expect(weighted[part]).toBeCloseTo(counted[part], 10)
        }
      }),
    )
  })
})

describe('decomposeLogLoss', () => {
  it('of a table computed by hand', () => {
    const found = decomposeLogLoss([0, 1, 0, 1], [0.2, 0.2, 0.6, 0.6])
    const score = (-Math.log(0.8) - Math.log(0.2) - Math.log(0.4) - Math.log(0.6)) / 4
    expect(found.score).toBeCloseTo(score, 15)
    expect(found.miscalibration).toBeCloseTo(score - Math.LN2, 15)
    expect(found.discrimination).toBe(0)
    expect(found.uncertainty).toBeCloseTo(Math.LN2, 15)
  })
  it('is finite where a certain forecast was wrong', () =>
    expect(decomposeLogLoss([1, 0], [0, 1]).miscalibration).toBeCloseTo(-Math.log(1e-6) - Math.LN2, 9))
})
