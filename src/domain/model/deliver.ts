import { type DevigMethod, devigLadder } from '../market/devig.ts'
import { type HeadOptions, unifiedHead } from './head.ts'
import { blendProbability } from './pool.ts'
import { type BlendP, clipProbability, type MarketP, type ModelP } from './probability.ts'

/** How a pooled ladder is made to sum to 1; the temperature is null with method `none`. */
export interface PoolHead {
  readonly method: 'none' | HeadOptions['method']
  readonly temperature: number | null
}

/** Everything that turns a model and a market into the delivered probability. */
export interface PoolChoice {
  /** Of the model, in [0, 1]. */
  readonly weight: number
  /** How the overround leaves the market's side. */
  readonly devig: DevigMethod
  readonly head: PoolHead
}

export const NO_HEAD: PoolHead = { method: 'none', temperature: null }

/** A whole ladder around one row at the row's minute, from the coldest rung up; arrays of shape [K]. */
export interface LadderAt {
  /** Prices as probabilities, clipped; NaN where none is fresh. */
  readonly price: ArrayLike<number>
  /** The model's probabilities; NaN where it has none: that rung is the market's alone. */
  readonly model: ArrayLike<number>
  /** Which rung is the row itself. */
  readonly own: number
}

/** What is delivered for one row. */
interface Delivered {
  readonly p: BlendP
  /** The market's side that went into it. */
  readonly market: MarketP
  /** Why the head was not used although the choice has one; null where it was, or where there is none. */
  readonly refused: string | null
}

/** The row's market side without overround; NaN where there is no whole ladder with fresh prices. */
export const withoutOverround = (ladder: LadderAt | null, method: DevigMethod): number =>
  (ladder && devigLadder(ladder.price, method)?.[ladder.own]) ?? Number.NaN

/** The market's side of the pool: without its overround where that is known, else the price. */
export const marketSide = (price: number, devigged: number): MarketP =>
  (Number.isNaN(devigged) ? price : clipProbability(devigged)) as MarketP

/** The pooled probabilities of a ladder before any head; null where a rung has no fresh price. */
export function pooledLadder(
  { price, model }: Pick<LadderAt, 'price' | 'model'>,
  { weight, devig }: Pick<PoolChoice, 'weight' | 'devig'>,
): BlendP[] | null {
  const market = devigLadder(price, devig)
  if (!market) return null
  return Array.from(market, (side, k) => {
    const p = clipProbability(side) as MarketP
    const own = model[k]!
    return Number.isNaN(own) ? (p as number as BlendP) : blendProbability(own as ModelP, p, weight)
  })
}

/** One rung of a pooled ladder after the head; NaN where the head refuses it. */
export function headed(p: readonly BlendP[], own: number, options: HeadOptions): number {
  const coupled = unifiedHead(p, options)
  return coupled.outcome === 'coupled' ? clipProbability(coupled.p[own]!) : Number.NaN
}

/**
 * The delivered probability of one row.
 *
 * With weight 0 it is the price, bit for bit: neither a way of taking the overround out nor a head may touch a probability
 * in which the model has no part. A row without a whole ladder of fresh prices is delivered without head.
 *
 * @param devigged  `withoutOverround` by the choice's method
 * @param ladder  null where the event's markets are not a whole ladder, or nobody looked; read where there is a head only
 */
export function deliver(
  row: {
    readonly model: ModelP
    readonly market: MarketP
    readonly devigged: number
    readonly ladder: () => LadderAt | null
  },
  choice: PoolChoice,
): Delivered {
  const { weight, devig, head } = choice
  if (weight === 0) return { p: blendProbability(row.model, row.market, 0), market: row.market, refused: null }
  const market = devig === 'none' ? row.market : marketSide(row.market, row.devigged)
  const alone = blendProbability(row.model, market, weight)
  if (head.method === 'none' || head.temperature === null) return { p: alone, market, refused: null }
  const ladder = row.ladder()
  if (!ladder) return { p: alone, market, refused: 'the ladder is not whole' }
  const pooled = pooledLadder(ladder, choice)
  if (!pooled) {
    const stale = Array.from(ladder.price).filter(Number.isNaN).length
    return { p: alone, market, refused: `${stale} of ${ladder.price.length} rungs have no fresh price` }
  }
  const options = { method: head.method, temperature: head.temperature, missing: 'refuse' } as const
  const p = headed(pooled, ladder.own, options)
  if (Number.isNaN(p)) return { p: alone, market, refused: 'the head refuses the ladder' }
  return { p: p as BlendP, market, refused: null }
}
