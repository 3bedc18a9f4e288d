import { type BlendP, clipProbability, logit, type MarketP, type ModelP, sigmoid } from './probability.ts'

/**
 * A model's probability enters the pool within these bounds: the lowest and the highest price that the exchange quotes.
 *
 * Isotonic calibration on few days ends in plateaus at 0 and 1, log-odds of ∓13.8 after the clip. No eight days show
 * that, and in a weighted mean of log-odds such a row would outvote every price.
 */
export const POOL_CLIP: readonly [number, number] = [0.01, 0.99]

/**
 * Log-odds of the logarithmic opinion pool, w · logit(model) + (1 − w) · logit(market).
 *
 * @param model  clipped into POOL_CLIP here
 * @param w  weight of the model in [0, 1]
 * @throws RangeError when w is outside [0, 1] or NaN
 * @source Genest & Zidek 1986, Statistical Science 1(1)
 */
export function poolLogit(model: ModelP, market: MarketP, w: number): number {
  if (!(w >= 0 && w <= 1)) throw new RangeError(`A pool's weight lies in [0, 1], not at ${w}.`)
  if (w === 0) return logit(market)
  return w * logit(clipProbability(model, POOL_CLIP)) + (1 - w) * logit(market)
}

/**
 * The pooled probability. With weight 0 it is the market's, bit for bit: a model without evidence changes nothing.
 *
 * @throws RangeError as `poolLogit`
 */
export function blendProbability(model: ModelP, market: MarketP, w: number): BlendP {
  if (w === 0) return market as number as BlendP
  return clipProbability(sigmoid(poolLogit(model, market, w))) as BlendP
}
