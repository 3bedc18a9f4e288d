declare const kind: unique symbol

/** A probability of YES by a model, by the market, by their pool. Passing one where another is meant does not compile. */
export type ModelP = number & { readonly [kind]: 'model' }
export type MarketP = number & { readonly [kind]: 'market' }
export type BlendP = number & { readonly [kind]: 'blend' }

/** No probability leaves kwx closer to 0 or 1 than this. */
export const CLIP: readonly [number, number] = [1e-6, 1 - 1e-6]

/** `p` moved into [low, high]; NaN stays NaN. */
export const clipProbability = (p: number, [low, high]: readonly [number, number] = CLIP): number =>
  p < low ? low : p > high ? high : p

/** Log-odds to probability, without overflow at either end. */
export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z))
  const e = Math.exp(z)
  return e / (1 + e)
}

/** The same for many log-odds, in place: a callback per value would leave a number on the heap for each. */
export function sigmoids(z: Float64Array): Float64Array {
  for (let i = 0; i < z.length; i++) z[i] = sigmoid(z[i]!)
  return z
}

/** Probability to log-odds. */
export const logit = (p: number): number => Math.log(p / (1 - p))

/** log(1 + e^z), without overflow: the logistic loss of outcome 0 at log-odds z, of outcome 1 at −z. */
export const softplus = (z: number): number => (z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z)))

/** The market's own probability of YES from a price in cents, clipped like a model's. */
export const marketProbability = (cents: number): MarketP => clipProbability(cents / 100) as MarketP
