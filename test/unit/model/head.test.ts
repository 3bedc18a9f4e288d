import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cumulativeHead, monotoneCumulative } from '../../../src/domain/model/cumulative-head.ts'

import { type HeadOptions, unifiedHead } from '../../../src/domain/model/index.ts'

const options = (method: HeadOptions['method'], temperature = 1, missing: HeadOptions['missing'] = 'refuse') => ({
  method,
  temperature,
  missing,
})
const METHODS = ['softmax', 'cumulative'] as const
const ladder = fc.array(fc.double({ min: 1e-4, max: 1, noNaN: true }), { minLength: 2, maxLength: 8 })
const temperature = fc.double({ min: 0.05, max: 20, noNaN: true })
const sumOf = (p: Iterable<number>) => [...p].reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : value), 0)
const coherent = ladder.map((p) => p.map((value) => value / sumOf(p)))

function coupled(p: readonly number[], how: HeadOptions) {
  const result = unifiedHead(p, how)
  if (result.outcome !== 'coupled') throw new Error(result.reason)
  return result
}

describe.each(METHODS)('the %s head', (method) => {
  it('sums to 1 and stays in [0, 1] at any temperature', () => {
    fc.assert(
      fc.property(ladder, temperature, (p, t) => {
        const { p: law, rest } = coupled(p, options(method, t))
        expect(sumOf(law)).toBeCloseTo(1, 9)
        expect(rest).toBe(0)
        for (const value of law) expect(value).toBeGreaterThanOrEqual(-1e-12)
      }),
    )
  })

  it('leaves a coherent ladder as it is at temperature 1', () => {
    fc.assert(
      fc.property(coherent, (p) => {
        const { p: law } = coupled(p, options(method))
        for (const [k, value] of p.entries()) expect(law[k]).toBeCloseTo(value, 9)
      }),
    )
  })

  it('sums to 1 with what the missing rung holds', () => {
    fc.assert(
      fc.property(ladder, fc.nat(), temperature, (p, at, t) => {
        const gone = at % p.length
        const left = p.map((value, k) => (k === gone ? Number.NaN : value))
        const { p: law, rest } = coupled(left, options(method, t, 'marginalise'))
        expect(Number.isNaN(law[gone])).toBe(true)
        expect(sumOf(law) + rest).toBeCloseTo(1, 9)
      }),
    )
  })

  it('gives a missing rung what the others leave, and leaves them as they are at temperature 1', () => {
    const { p, rest } = coupled([0.2, 0.3, Number.NaN, 0.1], options(method, 1, 'marginalise'))
    expect([p[0], p[1], p[3], rest].map((value) => Number(value!.toFixed(12)))).toEqual([0.2, 0.3, 0.1, 0.4])
  })

  it('refuses a missing rung when told to, and a ladder without any', () => {
    const left = [0.2, Number.NaN, 0.5]
    expect(unifiedHead(left, options(method))).toEqual({
      outcome: 'refused',
      reason: '1 of 3 rungs have no probability',
    })
    const none = [Number.NaN, Number.NaN]
    expect(unifiedHead(none, options(method, 1, 'marginalise')).outcome).toBe('refused')
    expect(unifiedHead([], options(method)).outcome).toBe('refused')
  })

  it.each([0, -1, Number.NaN, Infinity])('refuses the temperature %d', (t) => {
    expect(() => unifiedHead([0.5, 0.5], options(method, t))).toThrow(RangeError)
  })

  it.each([-0.1, 1.1, Infinity])('refuses %d as a probability', (value) => {
    expect(() => unifiedHead([0.5, value], options(method))).toThrow(RangeError)
  })
})

describe('the softmax head', () => {
  it('does not know the order of the rungs', () => {
    fc.assert(
      fc.property(ladder, temperature, (p, t) => {
        const law = coupled(p, options('softmax', t)).p
        const back = coupled(p.toReversed(), options('softmax', t)).p.toReversed()
        for (const [k, value] of law.entries()) expect(back[k]).toBeCloseTo(value, 12)
      }),
    )
  })

  it('goes to the largest rung when cold and to all alike when hot', () => {
    expect(coupled([0.2, 0.5, 0.4], options('softmax', 1e-3)).p[1]).toBeCloseTo(1, 12)
    for (const value of coupled([0.2, 0.5, 0.4], options('softmax', 1e9)).p) expect(value).toBeCloseTo(1 / 3, 6)
  })

  it('gives missing rungs nothing where the others hold more than 1', () => {
    const { p, rest } = coupled([0.8, Number.NaN, 0.8], options('softmax', 1, 'marginalise'))
    expect([p[0], p[2], rest]).toEqual([0.5, 0.5, 0])
  })

  it('refuses a ladder of zeros', () => expect(unifiedHead([0, 0], options('softmax')).outcome).toBe('refused'))
})

describe('the cumulative head', () => {
  it('is mirrored when the ladder is', () => {
    fc.assert(
      fc.property(ladder, temperature, (p, t) => {
        const law = coupled(p, options('cumulative', t)).p
        const back = coupled(p.toReversed(), options('cumulative', t)).p.toReversed()
        for (const [k, value] of law.entries()) expect(back[k]).toBeCloseTo(value, 9)
      }),
    )
  })

  it('draws the distribution function towards 1/2 when hot', () => {
    const p = coupled([0.2, 0.3, 0.5], options('cumulative', 2)).p
    expect([...p].map((value) => Number(value.toFixed(12)))).toEqual([0.333333333333, 0.166666666667, 0.5])
  })

  it('takes neighbours that are missing as one, and refuses a gap in two places', () => {
    const gone = Number.NaN
    const { p, rest } = coupled([0.2, gone, gone, 0.5], options('cumulative', 1, 'marginalise'))
    expect([p[0], p[3], rest].map((value) => Number(value!.toFixed(12)))).toEqual([0.2, 0.5, 0.3])
    expect(cumulativeHead([gone, 0.5, gone], 1)).toMatchObject({ outcome: 'refused' })
  })

  it('pools a distribution function that falls', () => {
    expect([...monotoneCumulative([0.1, 0.5, 0.3, 0.9])]).toEqual([0.1, 0.4, 0.4, 0.9])
    expect([...monotoneCumulative([0.1, 0.5, 0.3, 0.9], [1, 3, 1, 1])]).toEqual([0.1, 0.45, 0.45, 0.9])
    expect([...monotoneCumulative([-0.1, 1.2])]).toEqual([0, 1])
  })
})
