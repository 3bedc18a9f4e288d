/**
 * P&L of every calendar day of a span, 1e-4 dollars: what the markets of that day's event earned, fees included.
 *
 * A day without a trade has 0 and is there.
 *
 * @param marketDay  event day of each market
 * @param marketPnl  1e-4 dollars, by market
 */
export function dailyPnl(
  firstDay: number,
  lastDay: number,
  marketDay: Int32Array,
  marketPnl: Float64Array,
): Float64Array {
  const daily = new Float64Array(lastDay - firstDay + 1)
  for (let m = 0; m < marketDay.length; m++) daily[marketDay[m]! - firstDay]! += marketPnl[m]!
  return daily
}
