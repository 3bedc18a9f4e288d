import fc from 'fast-check'
import { applyCalibrator, type Calibrator, whyNotMonotone } from 'kwx/model'
import { describe, expect, it } from 'vitest'

import { reference, referenceJson } from '../../../test/support/reference.ts'
import { calibrate } from '../src/services/calibrate.ts'
import { fitIsotonic } from '../src/services/fit-isotonic.ts'
import { fitSigmoid } from '../src/services/fit-sigmoid.ts'

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

describe('calibrate', () => {
  const rule = { method_large: 'isotonic', method_small: 'sigmoid', threshold: 6 } as const
  const rising = { decision: Float64Array.of(-2, -1, 0, 0.5, 1, 2), label: Uint8Array.of(0, 0, 1, 0, 1, 1) }

  it.each([
    [8, 'isotonic'],
    [5, 'sigmoid'],
    [3, 'none'],
  ])('with %i days fits %s', (days, method) =>
    expect(calibrate({ ...rising, days }, rule).calibrator.method).toBe(method),
  )

  it('never turns the order of the model around', () => {
    const falling = { decision: rising.decision.map((f) => -f), label: rising.label, days: 5 }
    const { calibrator, reason } = calibrate(falling, rule)
    expect(calibrator).toMatchObject({ method: 'sigmoid', a: 0 })
    expect(reason).toContain('contradict')
    expect(applyCalibrator(calibrator, 3)).toBeCloseTo(0.5, 12)
  })
})

interface IsotonicCase {
  name: string
  x: number[]
  y: number[]
  sample_weight: number[] | null
  query: number[]
  pred: number[]
}
interface PlattCase {
  name: string
  f: number[]
  y: number[]
  sample_weight: number[] | null
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

describe.skipIf(!reference)('the reference cases of calibration', () => {
  const far = (calibrator: Calibrator, query: readonly number[], expected: readonly number[]) =>
    Math.max(...query.map((f, k) => Math.abs(applyCalibrator(calibrator, f) - expected[k]!)))

  it('of isotonic regression agree with scikit-learn', () => {
    for (const { name, x, y, sample_weight, query, pred } of referenceJson<{ cases: IsotonicCase[] }>(
      'calibration/isotonic',
    ).cases) {
      expect(far(fitIsotonic(x, y, sample_weight ?? undefined), query, pred), name).toBeLessThan(1e-9)
    }
  })

  it("of Platt's sigmoid are the exact optimum", () => {
    for (const { name, f, y, sample_weight, query, pred, tight } of referenceJson<{ cases: PlattCase[] }>(
      'calibration/platt',
    ).cases) {
      const fitted = fitSigmoid(f, y, sample_weight ?? undefined)
      if (name === 'constant_f') {
        // a and b are not unique there: only their value at f is
        expect(
          far(fitted, [f[0]!], [applyCalibrator({ method: 'sigmoid', ...tight.weighted_priors }, f[0]!)]),
        ).toBeLessThan(1e-9)
        continue
      }
      const { a, b } = tight.weighted_priors
      expect(Math.abs(fitted.a - a), name).toBeLessThan(1e-7 * Math.max(1, Math.abs(a)))
      expect(Math.abs(fitted.b - b), name).toBeLessThan(1e-7 * Math.max(1, Math.abs(b)))
      expect(far(fitted, query, pred), name).toBeLessThan(1e-4) // scikit-learn stops early
    }
  })

  it('of a calibrated classifier agree end to end', () => {
    for (const one of referenceJson<{ cases: PrefitCase[] }>('calibration/prefit').cases) {
      const fit = one.name.startsWith('sigmoid') ? fitSigmoid : fitIsotonic
      const fitted = fit(one.decision_cal, one.y_cal, one.sample_weight ?? undefined)
      expect(far(fitted, one.decision_query, one.proba_query), one.name).toBeLessThan(1e-4)
    }
  })
})
