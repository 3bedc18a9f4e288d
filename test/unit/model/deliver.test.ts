import { describe, expect, it } from 'vitest'

import {
  blendProbability,
  deliver,
  type LadderAt,
  type MarketP,
  type ModelP,
  NO_HEAD,
  type PoolChoice,
  pooledLadder,
  unifiedHead,
  withoutOverround,
} from '../../../src/domain/model/index.ts'

const ladder: LadderAt = { price: [0.2, 0.5, 0.4], model: [Number.NaN, 0.6, 0.3], own: 1 }
const choice = (over: Partial<PoolChoice> = {}): PoolChoice => ({ weight: 0.4, devig: 'none', head: NO_HEAD, ...over })
const softmax = { method: 'softmax', temperature: 0.9 } as const
const given = (of: LadderAt | null, devig: PoolChoice['devig'] = 'none') => ({
  model: 0.6 as ModelP,
  market: 0.5 as MarketP,
  devigged: withoutOverround(of, devig),
  ladder: () => of,
})

describe('what is delivered', () => {
  it('is the price bit for bit with weight 0, whatever overround and head say, without a look at the ladder', () => {
    const ladder = () => {
      throw new Error('looked')
    }
    const row = { ...given(null), devigged: 0.3, ladder }
    const delivered = deliver(row, choice({ weight: 0, devig: 'power', head: softmax }))
    expect(delivered).toEqual({ p: 0.5, market: 0.5, refused: null })
  })

  it('is the pool of model and price without overround or head', () =>
    expect(deliver(given(ladder), choice())).toEqual({
      p: blendProbability(0.6 as ModelP, 0.5 as MarketP, 0.4),
      market: 0.5,
      refused: null,
    }))

  it('takes the overround out of the market side of every rung, and then couples', () => {
    const with_ = choice({ devig: 'proportional', head: softmax })
    const { p, market } = deliver(given(ladder, 'proportional'), with_)
    expect(market).toBeCloseTo(0.5 / 1.1, 15)
    const pooled = [0.2 / 1.1, blendProbability(0.6 as ModelP, market, 0.4), 0]
    pooled[2] = blendProbability(0.3 as ModelP, (0.4 / 1.1) as MarketP, 0.4)
    const coupled = unifiedHead(pooled, { ...softmax, missing: 'refuse' })
    expect(p).toBeCloseTo(coupled.outcome === 'coupled' ? coupled.p[1]! : Number.NaN, 14)
  })

  it.each([
    ['the ladder is not whole', null],
    ['1 of 3 rungs have no fresh price', { ...ladder, price: [0.2, 0.5, Number.NaN] }],
  ])('has no head where %s', (refused, of) => {
    const { p } = deliver(given(ladder), choice())
    expect(deliver(given(of), choice({ head: softmax }))).toEqual({ p, market: 0.5, refused })
  })

  it('keeps the price where the ladder has no sum to correct', () =>
    expect(deliver(given(null, 'power'), choice({ devig: 'power' })).market).toBe(0.5))
})

describe('a pooled ladder', () => {
  it('is the market alone on a rung without a model', () => expect(pooledLadder(ladder, choice())![0]).toBe(0.2))

  it('is not there where a rung has no price', () =>
    expect(pooledLadder({ ...ladder, price: [0.2, Number.NaN, 0.4] }, choice())).toBeNull())
})
