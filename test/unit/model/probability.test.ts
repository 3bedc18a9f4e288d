import fc from 'fast-check'
import { sigmoid } from 'kwx/model'
import { describe, expect, it } from 'vitest'
import { sigmoids } from '../../../src/domain/model/probability.ts'

describe('sigmoids', () => {
  it('are those of each value, in place', () => {
    const values = fc.array(fc.double({ min: -800, max: 800, noNaN: true }), { maxLength: 20 })
    fc.assert(
      fc.property(values, (list) => {
        const z = Float64Array.from(list)
        expect(sigmoids(z)).toBe(z)
        expect(Array.from(z)).toEqual(list.map(sigmoid))
      }),
    )
  })
})
