import fc from 'fast-check'
import { applyScaler, type Design, fitScaler } from 'kwx/model'
import { describe, expect, it } from 'vitest'

import { reference, referenceJson } from '../../support/reference.ts'

const designOfRows = (rows: readonly (readonly number[])[]): Design => {
  const p = rows[0]!.length
  const values = Float64Array.from(
    { length: rows.length * p },
    (_, k) => rows[k % rows.length]![Math.floor(k / rows.length)]!,
  )
  return { names: Array.from({ length: p }, (_, j) => `x${j}`), n: rows.length, values }
}
const allOf = ({ n }: Design) => Int32Array.from({ length: n }, (_, i) => i)

describe('fitScaler', () => {
  it('takes mean and population deviation of the given rows only', () => {
    const design = designOfRows([[1], [3], [1000]])
    expect(fitScaler(design, Int32Array.of(0, 1))).toEqual({ mean: [2], scale: [1] })
  })

  it.each([0.1, 1 / 3, 1e9, -7, 0])('gives a column that is %d everywhere the scale 1', (value) => {
    const design = designOfRows(Array.from({ length: 1000 }, () => [value]))
    expect(fitScaler(design, allOf(design)).scale).toEqual([1])
  })

  it('takes differences within rounding for none', () => {
    const design = designOfRows(Array.from({ length: 1000 }, (_, i) => [1e8 + (i % 2) * 1.5e-8]))
    expect(design.values[0]).not.toBe(design.values[1])
    expect(fitScaler(design, allOf(design)).scale).toEqual([1])
  })

  it('refuses no rows', () =>
    expect(() => fitScaler(designOfRows([[1]]), new Int32Array())).toThrow('at least one row'))

  it('standardises to mean 0 and deviation 1', () => {
    const column = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 40 })
    fc.assert(
      fc.property(column, (values) => {
        fc.pre(Math.max(...values) - Math.min(...values) > 1e-3)
        const design = designOfRows(values.map((value) => [value]))
        const z = applyScaler(design, allOf(design), fitScaler(design, allOf(design)))
        const mean = z.reduce((a, b) => a + b) / z.length
        expect(Math.abs(mean)).toBeLessThan(1e-6)
        expect(z.reduce((sum, v) => sum + (v - mean) ** 2, 0) / z.length).toBeCloseTo(1, 6)
      }),
    )
  })

  it('puts rows in row order', () => {
    const design = designOfRows([
      [1, 10],
      [2, 20],
      [3, 30],
    ])
    const z = applyScaler(design, Int32Array.of(2, 0), { mean: [0, 0], scale: [1, 10] })
    expect(Array.from(z)).toEqual([3, 3, 1, 1])
  })
})

interface ScalerCase {
  name: string
  X: number[][]
  mean: number[]
  scale: number[]
  transformed: number[][]
}

describe.skipIf(!reference)('the reference cases of the scaler', () => {
  const { cases } = reference ? referenceJson<{ cases: ScalerCase[] }>('calibration/scaler') : { cases: [] }
  it.each(cases.map((one) => [one.name, one] as const))('%s agrees with scikit-learn', (name, one) => {
    const { X, mean, scale, transformed } = one
    const design = designOfRows(X)
    const fitted = fitScaler(design, allOf(design))
    mean.forEach((value, j) => {
      expect(Math.abs(fitted.mean[j]! - value), `${name} mean ${j}`).toBeLessThanOrEqual(1e-13 * Math.abs(value))
      expect(Math.abs(fitted.scale[j]! / scale[j]! - 1), `${name} scale ${j}`).toBeLessThan(1e-9)
    })
    const z = applyScaler(design, allOf(design), fitted)
    transformed.flat().forEach((value, k) => {
      // a large mean leaves fewer digits to the difference from it
      const digits = 1e-9 + 4e-16 * Math.abs(mean[k % mean.length]! / scale[k % mean.length]!)
      expect(Math.abs(z[k]! - value), `${name} value ${k}`).toBeLessThan(digits)
    })
  })
})
