import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BlendP,
  blendProbability,
  clipProbability,
  logit,
  type MarketP,
  type ModelP,
  POOL_CLIP,
} from '../../../src/domain/model/index.ts'
import { poolLogit } from '../../../src/domain/model/pool.ts'

const model = (p: number) => p as ModelP
const market = (p: number) => p as MarketP
const probability = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true })
const weight = fc.double({ min: 0, max: 1, noNaN: true })

describe('the opinion pool', () => {
  it.each([
    [0.8, 0.5, 0.5, 2 / 3],
    [0.5, 0.8, 0.5, 2 / 3],
    [0.8, 0.5, 1, 0.8],
    [0.3, 0.3, 0.4, 0.3],
  ])('of model %d and market %d at weight %d is %d', (p, q, w, expected) => {
    expect(blendProbability(model(p), market(q), w)).toBeCloseTo(expected, 12)
  })

  it('is the market bit for bit at weight 0, whatever the model says', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: false }), probability, (p, q) => {
        expect(Object.is(blendProbability(model(p), market(q), 0), q as number as BlendP)).toBe(true)
      }),
    )
  })

  it('lies between the model as it may enter and the market', () => {
    fc.assert(
      fc.property(probability, probability, weight, (p, q, w) => {
        const entered = clipProbability(p, POOL_CLIP)
        const pooled = blendProbability(model(p), market(q), w)
        expect(pooled).toBeGreaterThanOrEqual(Math.min(entered, q) - 1e-12)
        expect(pooled).toBeLessThanOrEqual(Math.max(entered, q) + 1e-12)
      }),
    )
  })

  it('is the same bet for NO: turning both around turns it around', () => {
    fc.assert(
      fc.property(probability, probability, weight, (p, q, w) => {
        const yes = blendProbability(model(p), market(q), w)
        const no = blendProbability(model(1 - p), market(1 - q), w)
        expect(yes + no).toBeCloseTo(1, 9)
      }),
    )
  })

  it('does not let a plateau at 0 outvote a price', () => {
    expect(poolLogit(model(1e-6), market(0.5), 0.5)).toBe(0.5 * logit(0.01))
  })

  it.each([-0.1, 1.1, Number.NaN])('refuses the weight %d', (w) => {
    expect(() => poolLogit(model(0.5), market(0.5), w)).toThrow(RangeError)
  })
})
