import fc from 'fast-check'
import { applyCalibrator, type Calibrator, type HeldOut, sigmoid, whyNotMonotone } from 'kwx/model'
import { randomFrom } from 'kwx/random'
import { describe, expect, it } from 'vitest'
import { calibrate } from '../../../src/domain/model/calibrate.ts'
import { fitIsotonic } from '../../../src/domain/model/fit-isotonic.ts'
import { fitSigmoid } from '../../../src/domain/model/fit-sigmoid.ts'
import { softplus } from '../../../src/domain/model/probability.ts'
import { reference, referenceJson } from '../../../test/support/reference.ts'

const points = fc.array(
  fc.record({
    f: fc.integer({ min: -6, max: 6 }),
    y: fc.integer({ min: 0, max: 1 }),
    w: fc.integer({ min: 0, max: 3 }),
  }),
  { minLength: 1, maxLength: 40 },
)

describe('fitIsotonic', () => {
  it('pools what violates the order', () => {
    expect(fitIsotonic([1, 2, 3, 4], [0, 1, 0, 1])).toEqual({
      method: 'isotonic',
      x: [1, 2, 3, 4],
      y: [0, 0.5, 0.5, 1],
    })
  })

  it('averages equal decision values and leaves rows of weight 0 out', () => {
    expect(fitIsotonic([1, 1, 2, 9], [0, 1, 1, 0], [1, 3, 1, 0])).toEqual({
      method: 'isotonic',
      x: [1, 2],
      y: [0.75, 1],
    })
  })

  it('refuses rows without weight', () => expect(() => fitIsotonic([1], [1], [0])).toThrow('at least one row'))

  it('is monotone, keeps the mean, and no monotone function fits better', () => {
    fc.assert(
      fc.property(
        points,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 13, maxLength: 13 }),
        (rows, steps) => {
          fc.pre(rows.some(({ w }) => w > 0))
          const [f, y, w] = [rows.map((r) => r.f), rows.map((r) => r.y), rows.map((r) => r.w)]
          const fitted = fitIsotonic(f, y, w)
          expect(whyNotMonotone(fitted)).toBeNull()
          const p = f.map((value) => applyCalibrator(fitted, value))
          const total = (values: readonly number[]) => values.reduce((sum, value, i) => sum + w[i]! * value, 0)
          expect(total(p)).toBeCloseTo(total(y), 9)
          const other = [...steps].sort((a, b) => a - b)
          const squares = (values: readonly number[]) => total(values.map((value, i) => (value - y[i]!) ** 2))
          expect(squares(p)).toBeLessThanOrEqual(squares(f.map((value) => other[value + 6]!)) + 1e-9)
        },
      ),
    )
  })
})

describe('fitSigmoid', () => {
  it('stays finite on rows that one threshold separates', () => {
    const { a, b } = fitSigmoid([-2, -1, 1, 2], [0, 0, 1, 1])
    expect(a).toBeLessThan(0)
    expect(b).toBeCloseTo(0, 9)
  })

  it('does not depend on the scale of the decision values', () => {
    const f = [-3, -1, 0.5, 1, 2, 2.5]
    const y = [0, 0, 1, 0, 1, 1]
    const one = fitSigmoid(f, y)
    const hundred = fitSigmoid(
      f.map((value) => 100 * value),
      y,
    )
    expect(hundred.a * 100).toBeCloseTo(one.a, 9)
    expect(hundred.b).toBeCloseTo(one.b, 9)
  })
})

describe('a calibrator', () => {
  const fits = [
    ['isotonic', fitIsotonic],
    ['sigmoid', fitSigmoid],
  ] as const
  const at = (calibrator: Calibrator, f: number) => applyCalibrator(calibrator, f)

  it.each(fits)('%s of equal decision values is a constant: the share of 1, shrunk by the sigmoid', (method, fit) => {
    const fitted = fit([2, 2, 2, 2], [0, 1, 1, 1], [1, 1, 2, 0])
    // Platt's targets with weights 3 and 1: 4/5 and 1/3
    const share = method === 'isotonic' ? 0.75 : (3 * 0.8 + 1 / 3) / 4
    expect(at(fitted, 2)).toBeCloseTo(share, 9)
    if (method === 'isotonic') expect([at(fitted, -9), at(fitted, 9)]).toEqual([0.75, 0.75])
    expect(JSON.stringify(fitted)).not.toContain('null')
  })

  it.each(fits)('%s of one outcome is a constant that the clip keeps from 0 and 1', (_, fit) => {
    for (const outcome of [0, 1]) {
      const fitted = fit([-1, 0, 3], [outcome, outcome, outcome])
      for (const f of [-5, 0, 5]) {
        expect(at(fitted, f)).toBeCloseTo(at(fitted, 0), 9)
        expect(Math.abs(at(fitted, f) - outcome)).toBeLessThan(0.21)
      }
    }
  })

  it.each(fits)('%s does not see rows of weight 0', (_, fit) => {
    const few = fit([-2, -1, 1, 2], [0, 1, 0, 1])
    expect(fit([-2, -1, 0, 1, 2, 9], [0, 1, 1, 0, 1, 0], [1, 1, 0, 1, 1, 0])).toEqual(few)
  })

  it.each(fits)('%s counts a row of weight 2 as two rows', (_, fit) => {
    const weighted = fit([-2, -1, 1, 2], [0, 1, 0, 1], [1, 2, 2, 1])
    const twice = fit([-2, -1, -1, 1, 1, 2], [0, 1, 1, 0, 0, 1])
    for (const f of [-3, -1.5, 0, 1.2, 4]) expect(at(weighted, f)).toBeCloseTo(at(twice, f), 12)
  })

  it.each(
    fits.flatMap(([method, fit]) =>
      (
        [
          ['CALIBRATE_SHAPE', [[1, 2], [1]]],
          ['CALIBRATE_SHAPE', [[1], [1], [1, 1]]],
          [
            'CALIBRATE_NOT_FINITE',
            [
              [1, Number.NaN],
              [0, 1],
            ],
          ],
          [
            'CALIBRATE_NOT_FINITE',
            [
              [1, Number.POSITIVE_INFINITY],
              [0, 1],
            ],
          ],
          [
            'CALIBRATE_NOT_FINITE',
            [
              [1, 2],
              [0, Number.NaN],
            ],
          ],
          ['CALIBRATE_WEIGHT', [[1], [1], [-1]]],
          ['CALIBRATE_WEIGHT', [[1], [1], [Number.NaN]]],
          [
            'CALIBRATE_NO_ROWS',
            [
              [1, 2],
              [0, 1],
              [0, 0],
            ],
          ],
          ['CALIBRATE_NO_ROWS', [[], []]],
        ] as [string, [number[], number[], number[]?]][]
      ).map(([code, args]) => [method, code, JSON.stringify(args), () => fit(...args)] as const),
    ),
  )('%s throws %s for %s', (_, code, __, run) => expect(run).toThrow(expect.objectContaining({ code })))
})

describe('calibrate', () => {
  const counts = { method_large: 'isotonic', method_small: 'sigmoid', threshold: 6 } as const
  const rule = { rule: 'origin', ...counts } as const
  /** Six rows spread over so many days. */
  const onDays = (days: number) => Int32Array.from({ length: 6 }, (_, i) => i % days)
  const rising = { decision: Float64Array.of(-2, -1, 0, 0.5, 1, 2), label: Uint8Array.of(0, 0, 1, 0, 1, 1) }

  it.each([
    [5, 6, 'sigmoid'],
    [3, 6, 'none'],
    [6, 7, 'sigmoid'],
  ])('by the origin\u2019s rule with %i days and the threshold %i fits %s', (days, threshold, method) =>
    expect(calibrate({ ...rising, day: onDays(days) }, { ...rule, threshold }).calibrator.method).toBe(method),
  )

  it('by the origin\u2019s rule fits isotonic from eight days', () => {
    const held = made(8, 1, (z) => z)
    expect(calibrate(held, rule).calibrator.method).toBe('isotonic')
  })

  it('never turns the order of the model around', () => {
    const falling = { decision: rising.decision.map((f) => -f), label: rising.label, day: onDays(5) }
    const { calibrator, reason } = calibrate(falling, rule)
    expect(calibrator).toMatchObject({ method: 'sigmoid', a: 0 })
    expect(reason).toContain('contradict')
    expect(applyCalibrator(calibrator, 3)).toBeCloseTo(0.5, 12)
  })
})

/** Rows of so many days with log-odds z ~ N(0, 1.5); the outcome is drawn at `truth(z)`, one for all rows of a day. */
function made(days: number, rowsPerDay: number, truth: (z: number) => number, seed = 'made'): HeldOut {
  const random = randomFrom(`${seed}/${days}`)
  const n = days * rowsPerDay
  const decision = new Float64Array(n)
  const label = new Uint8Array(n)
  for (let d = 0; d < days; d++) {
    const z = 1.5 * random.normal()
    const outcome = random.uniform() < sigmoid(truth(z)) ? 1 : 0
    for (let k = 0; k < rowsPerDay; k++) {
      decision[d * rowsPerDay + k] = z + 0.1 * random.normal()
      label[d * rowsPerDay + k] = outcome
    }
  }
  return { decision, label, day: Int32Array.from({ length: n }, (_, i) => Math.floor(i / rowsPerDay)) }
}

describe('calibrate by cross-validation', () => {
  const rule = { rule: 'cross-validated', method_large: 'isotonic', method_small: 'sigmoid', threshold: 1 } as const
  const methodOf = (held: HeldOut) => calibrate(held, rule).calibrator.method

  it.each([
    ['none where the log-odds are right', 200, (z: number) => z, 'none'],
    ['Platt where they are twice too large', 200, (z: number) => 0.4 * z, 'sigmoid'],
    [
      'isotonic where no line is right, from forty days',
      400,
      (z: number) => (z > 0.7 ? 4 : z > -0.7 ? 0.2 : -0.2),
      'isotonic',
    ],
    ['no isotonic below forty days', 39, (z: number) => (z > 0 ? 6 : -6), 'sigmoid'],
    ['none with three days', 3, (z: number) => z, 'none'],
  ])('takes %s', (_, days, truth, method) => {
    expect(methodOf(made(days, 5, truth))).toBe(method)
  })

  it('has the three scores, the days and the choice in its reason', () => {
    const { reason } = calibrate(
      made(8, 5, (z) => 2 * z),
      rule,
    )
    expect(reason).toMatch(
      /^40 rows of 8 event days: cross-validated log loss none \d\.\d{4}, Platt \d\.\d{4}, isotonic \d+\.\d{4} \(not from fewer than 40 event days\); (none|Platt) is taken/,
    )
    expect(
      calibrate(
        made(60, 5, (z) => z),
        rule,
      ).reason,
    ).not.toContain('fewer')
  })

  it('scores each day by fits that did not see it: rows of one day are no evidence for each other', () => {
    // With every outcome a coin of its day, many rows a day would let a fit by rows learn the days by heart.
    const coins = made(60, 40, () => 0, 'coins')
    const { reason } = calibrate(coins, rule)
    const [none, platt, isotonic] = reason.match(/\d+\.\d{4}/g)!.map(Number) as [number, number, number]
    expect(platt).toBeGreaterThan(Math.log(2) - 0.02)
    expect(isotonic).toBeGreaterThan(platt)
    expect(none).toBeGreaterThan(platt)
  })

  it('takes the simpler on a tie', () => {
    // At log-odds 0 with as many of either outcome in each fold all three say one half.
    const day = Int32Array.from({ length: 80 }, (_, i) => i >> 1)
    const label = Uint8Array.from(day, (_, i) => i % 2)
    const { calibrator, reason } = calibrate({ decision: new Float64Array(80), label, day }, rule)
    expect(reason).toContain('none 0.6931, Platt 0.6931, isotonic 0.6931')
    expect(calibrator).toEqual({ method: 'none' })
  })

  it('gives none where all rows have one outcome', () => {
    const held = { ...made(50, 2, (z) => z), label: new Uint8Array(100) }
    expect(calibrate(held, rule)).toEqual({
      calibrator: { method: 'none' },
      reason: '100 rows of 50 event days: all have one outcome',
    })
  })

  it('does not read what the origin\u2019s rule goes by', () => {
    const held = made(50, 4, (z) => 0.5 * z)
    const other = { ...rule, method_large: 'sigmoid', method_small: 'isotonic', threshold: 1e6 } as const
    expect(calibrate(held, other)).toEqual(calibrate(held, rule))
  })

  it('never turns the order of the model around, whatever the rows say', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 60 }), fc.double({ min: -3, max: 3, noNaN: true }), (days, slope) => {
        const { calibrator } = calibrate(
          made(days, 3, (z) => slope * z, `${slope}`),
          rule,
        )
        expect(whyNotMonotone(calibrator)).toBeNull()
      }),
      { numRuns: 40 },
    )
  })

  it('gives the same bits twice, and for days that are named otherwise in the same order', () => {
    const held = made(45, 3, (z) => 0.3 * z)
    const renamed = { ...held, day: Int32Array.from(held.day, (day) => 20_000 + 3 * day) }
    expect(calibrate(renamed, rule)).toEqual(calibrate(held, rule))
  })
})

interface IsotonicCase {
  name: string
  x: number[]
  y: number[]
  sample_weight: number[] | null
  query: number[]
  pred: number[]
  X_thresholds: number[]
  y_thresholds: number[]
}
interface PlattCase {
  name: string
  f: number[]
  y: number[]
  sample_weight: number[] | null
  a: number
  b: number
  query: number[]
  pred: number[]
  tight: { weighted_priors: { a: number; b: number; objective: number } }
}
interface PrefitCase {
  name: string
  decision_cal: number[]
  y_cal: number[]
  sample_weight: number[] | null
  decision_query: number[]
  proba_query: number[]
}

describe.skipIf(!reference)('the reference cases of isotonic calibration', () => {
  const { cases } = reference ? referenceJson<{ cases: IsotonicCase[] }>('calibration/isotonic') : { cases: [] }
  it.each(cases.map((one) => [one.name, one] as const))('%s agrees with scikit-learn to 1e-12', (_, one) => {
    const fitted = fitIsotonic(one.x, one.y, one.sample_weight ?? undefined)
    expect(far(fitted, one.query, one.pred)).toBeLessThan(1e-12)
    expect(fitted.x).toEqual(one.X_thresholds)
    expect(Math.max(...one.y_thresholds.map((value, k) => Math.abs(value - fitted.y[k]!)))).toBeLessThan(1e-12)
  })
})

describe.skipIf(!reference)("the reference cases of Platt's sigmoid", () => {
  const { cases } = reference ? referenceJson<{ cases: PlattCase[] }>('calibration/platt') : { cases: [] }
  it.each(cases.map((one) => [one.name, one] as const))('%s is the exact optimum', (name, one) => {
    const { f, y, query, pred, a, b } = one
    const weight = one.sample_weight ?? undefined
    const fitted = fitSigmoid(f, y, weight)
    const tight = { method: 'sigmoid', ...one.tight.weighted_priors } as const
    // a and b are not unique where f is constant: only their value there is
    const where = name === 'constant_f' ? [f[0]!] : query
    expect(
      far(
        fitted,
        where,
        where.map((at) => applyCalibrator(tight, at)),
      ),
    ).toBeLessThan(1e-6)
    const least = plattObjective({ a: tight.a, b: tight.b }, f, y, weight)
    expect(least).toBeCloseTo(one.tight.weighted_priors.objective, 9)
    expect(plattObjective(fitted, f, y, weight) / least - 1).toBeLessThan(1e-12)
    // scikit-learn stops early: its own a and b are no better than ours, and its probabilities close to them
    expect(plattObjective(fitted, f, y, weight)).toBeLessThanOrEqual(
      plattObjective({ a, b }, f, y, weight) * (1 + 1e-12),
    )
    if (name !== 'constant_f') expect(far(fitted, query, pred)).toBeLessThan(1e-4)
  })
})

describe.skipIf(!reference)('the reference cases of a calibrated classifier', () => {
  const { cases } = reference ? referenceJson<{ cases: PrefitCase[] }>('calibration/prefit') : { cases: [] }
  it.each(cases.map((one) => [one.name, one] as const))('%s agrees end to end', (name, one) => {
    const isSigmoid = name.startsWith('sigmoid')
    const fitted = (isSigmoid ? fitSigmoid : fitIsotonic)(one.decision_cal, one.y_cal, one.sample_weight ?? undefined)
    expect(far(fitted, one.decision_query, one.proba_query)).toBeLessThan(isSigmoid ? 1e-4 : 1e-12)
  })
})

const far = (calibrator: Calibrator, query: readonly number[], expected: readonly number[]) =>
  Math.max(...query.map((f, k) => Math.abs(applyCalibrator(calibrator, f) - expected[k]!)))

/** What a sigmoid minimises, written once more. */
function plattObjective(
  { a, b }: { a: number; b: number },
  f: readonly number[],
  y: readonly number[],
  weight?: readonly number[],
): number {
  const w = (i: number) => weight?.[i] ?? 1
  const sumOf = (outcome: number) => y.reduce((sum, value, i) => sum + (value === outcome ? w(i) : 0), 0)
  const [high, low] = [(sumOf(1) + 1) / (sumOf(1) + 2), 1 / (sumOf(0) + 2)]
  return f.reduce((sum, value, i) => {
    const t = y[i] === 1 ? high : low
    const u = a * value + b
    return sum + w(i) * (t * softplus(u) + (1 - t) * softplus(-u))
  }, 0)
}
