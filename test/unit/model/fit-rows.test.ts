import fc from 'fast-check'
import { marketLogit } from 'kwx/features'
import {
  type Design,
  fitRows,
  fitScaling,
  gradient,
  OFFSET_COLUMN,
  objective,
  withOffset,
  withoutOffset,
} from 'kwx/model'
import { describe, expect, it } from 'vitest'
import { softplus } from '../../../src/domain/model/probability.ts'

/** A design of the price's log-odds and two features. */
const designOf = (rows: readonly (readonly [number, number, number])[]): Design => ({
  names: ['a', OFFSET_COLUMN, 'b'],
  n: rows.length,
  values: Float64Array.from(
    { length: 3 * rows.length },
    (_, k) => rows[k % rows.length]![Math.floor(k / rows.length)]!,
  ),
})
const all = ({ n }: Design) => Int32Array.from({ length: n }, (_, i) => i)
const number = fc.double({ min: -3, max: 3, noNaN: true })
const rows = fc.array(fc.tuple(number, number, number, fc.nat(1)), { minLength: 1, maxLength: 12 })

describe('fitRows with an offset', () => {
  it('is found by the name that the feature has', () => expect(marketLogit.name).toBe(OFFSET_COLUMN))

  it('counts the loss of every row twice, and has no use for an intercept', () => {
    fc.assert(
      fc.property(rows, number, number, (given, a, b) => {
        const design = designOf(given.map(([x, o, z]) => [x, o, z]))
        const label = Uint8Array.from(given, ([, , , y]) => y)
        const scaling = fitScaling(design, all(design), 'market')
        const made = fitRows(design, label, all(design), scaling, 'market')
        const problem = { ...made, weight: new Float64Array(made.n).fill(1), C: 1, l1Ratio: 0 }
        let loss = 0
        given.forEach(([x, o, z, y]) => {
          const odds = o + (a * x) / scaling.scale[0]! + (b * z) / scaling.scale[2]!
          loss += softplus(y === 1 ? -odds : odds)
        })
        expect(objective(problem, [a, b], 0)).toBeCloseTo(2 * loss + (a * a + b * b) / 2, 8)
        expect(gradient(problem, [a, b], 0)[2]).toBeCloseTo(0, 9)
      }),
    )
  })

  it('scales by the root mean square, centres nothing and leaves the price in log-odds', () => {
    const design = designOf([
      [3, 1, 0],
      [4, 2, 0],
    ])
    expect(fitScaling(design, all(design), 'market')).toEqual({ mean: [0, 0, 0], scale: [Math.sqrt(12.5), 1, 1] })
  })

  it.each([0, 1.5717277847026288e-162, -1e-200, 1e-308])('takes a column of %d as one of zeros', (tiny) => {
    const design = designOf([
      [3, 1, tiny],
      [4, 2, 0],
    ])
    expect(fitScaling(design, all(design), 'market').scale).toEqual([Math.sqrt(12.5), 1, 1])
  })

  it('puts the coefficient 1 in its place and takes it out again', () => {
    const names = ['a', OFFSET_COLUMN, 'b']
    expect(withOffset([2, 3], names, 'market')).toEqual([2, 1, 3])
    expect(withoutOffset([2, 1, 3], names, 'market')).toEqual([2, 3])
    expect(withOffset([2, 3, 4], names, 'none')).toEqual([2, 3, 4])
  })

  it.each([[['a', 'b']], [[OFFSET_COLUMN]]])('refuses the columns %j', (names) => {
    expect(() => withOffset([1], names, 'market')).toThrow(expect.objectContaining({ code: 'TRAIN_OFFSET_MISSING' }))
  })
})
