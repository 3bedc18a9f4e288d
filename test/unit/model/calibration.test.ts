import fc from 'fast-check'
import { applyCalibrator, chooseCalibration, splitCalibrationDays, whyNotMonotone } from 'kwx/model'
import { describe, expect, it } from 'vitest'

const rule = { method_large: 'isotonic', method_small: 'sigmoid', threshold: 1000 } as const

describe('chooseCalibration', () => {
  it.each([
    [8, 1000, 300, 'isotonic'],
    [8, 999, 300, 'sigmoid'],
    [7, 5000, 300, 'sigmoid'],
    [4, 10, 3, 'sigmoid'],
    [3, 5000, 300, 'none'],
    [1, 1440, 300, 'none'],
    [0, 0, 0, 'none'],
    [9, 5000, 0, 'none'],
    [9, 5000, 5000, 'none'],
  ])('with %i days, %i rows and %i positives gives %s', (days, rows, positives, method) => {
    expect(chooseCalibration({ days, rows, positives }, rule).method).toBe(method)
  })

  it('never gives isotonic to few days, whatever is configured', () => {
    const small = { ...rule, method_small: 'isotonic' } as const
    expect(chooseCalibration({ days: 7, rows: 50, positives: 5 }, small).method).toBe('sigmoid')
    expect(chooseCalibration({ days: 8, rows: 50, positives: 5 }, small).method).toBe('isotonic')
    expect(chooseCalibration({ days: 20, rows: 5000, positives: 5 }, { ...rule, method_large: 'sigmoid' }).method).toBe(
      'sigmoid',
    )
  })

  it('says why', () => {
    expect(chooseCalibration({ days: 7, rows: 1440, positives: 9 }, rule).reason).toBe(
      '1440 rows of 7 event days: at least 1000 rows, but isotonic needs 8 event days',
    )
  })
})

describe('splitCalibrationDays', () => {
  const days = (n: number) => Array.from({ length: n }, (_, k) => 20_000 + 2 * k)

  it.each([
    [42, 8],
    [90, 18],
    [24, 4],
    [20, 4],
    [19, 0], // 3 would calibrate nothing
    [0, 0],
  ])('of %i days holds out %i', (n, held) =>
    expect(splitCalibrationDays(days(n), '42/w').calibration).toHaveLength(held),
  )

  it('divides the days without loss, and by the seed alone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 120 }), fc.string(), (n, seed) => {
        const { base, calibration } = splitCalibrationDays(days(n), seed)
        expect([...base, ...calibration].sort((a, b) => a - b)).toEqual(days(n))
        expect([...calibration].sort((a, b) => a - b)).toEqual(calibration)
        expect(splitCalibrationDays(days(n), seed)).toEqual({ base, calibration })
      }),
    )
    expect(splitCalibrationDays(days(42), 'a').calibration).not.toEqual(splitCalibrationDays(days(42), 'b').calibration)
  })
})

describe('applyCalibrator', () => {
  const isotonic = { method: 'isotonic', x: [-2, 0, 1], y: [0.1, 0.1, 0.9] } as const

  it.each([
    [-5, 0.1],
    [-2, 0.1],
    [0, 0.1],
    [0.5, 0.5],
    [1, 0.9],
    [9, 0.9],
  ])('interpolates isotonic thresholds at %d to %d', (f, p) => expect(applyCalibrator(isotonic, f)).toBeCloseTo(p, 15))

  it('has the sign of the sigmoid', () => {
    expect(applyCalibrator({ method: 'sigmoid', a: -1, b: 0 }, 2)).toBeCloseTo(1 / (1 + Math.exp(-2)), 15)
    expect(applyCalibrator({ method: 'none' }, 2)).toBeCloseTo(1 / (1 + Math.exp(-2)), 15)
  })

  it('keeps order where it is monotone, and says where it is not', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -50, max: 50, noNaN: true }),
        fc.double({ min: -50, max: 50, noNaN: true }),
        (a, b) => {
          const [low, high] = a < b ? [a, b] : [b, a]
          return applyCalibrator(isotonic, low) <= applyCalibrator(isotonic, high)
        },
      ),
    )
    expect(whyNotMonotone(isotonic)).toBeNull()
    expect(whyNotMonotone({ method: 'isotonic', x: [0, 1], y: [0.5, 0.4] })).toContain('falls from 0.5 to 0.4')
    expect(whyNotMonotone({ method: 'isotonic', x: [0, 0], y: [0.5, 0.6] })).toContain('threshold 1')
    expect(whyNotMonotone({ method: 'sigmoid', a: 0.1, b: 0 })).toContain('slope')
  })

  it('passes a missing decision value on', () => expect(applyCalibrator(isotonic, Number.NaN)).toBeNaN())
})
