/** An empty side says nothing about the price: a mid exists only where both sides are quoted. */
type QuoteState = 'quoted' | 'one-sided' | 'empty'

/** State of a book's best prices; NaN is an empty side. The exchange's 0 and 100 sentinels are not prices either. */
export function quoteState(bid: number, ask: number): QuoteState {
  const sides = Number(bid > 0) + Number(ask < 100)
  return sides === 2 ? 'quoted' : sides === 1 ? 'one-sided' : 'empty'
}

/** Middle of a quoted book in cents; NaN where a side is empty. */
export const midOf = (bid: number, ask: number): number =>
  quoteState(bid, ask) === 'quoted' ? (bid + ask) / 2 : Number.NaN
