/** Equity at the end of each day: the bankroll and all P&L until then. */
export function equityCurve(bankroll: number, daily: ArrayLike<number>): Float64Array {
  const equity = new Float64Array(daily.length)
  let at = bankroll
  for (let i = 0; i < daily.length; i++) equity[i] = at += daily[i]!
  return equity
}

/** By how much each day's equity lies below the highest before it, as a share of that; the bankroll is the first. */
export function drawdowns(bankroll: number, equity: ArrayLike<number>): Float64Array {
  let peak = bankroll
  return Float64Array.from(equity, (value) => {
    peak = Math.max(peak, value)
    return (peak - value) / peak
  })
}
