/**
 * Totals of every calendar day of a span over the markets of that day's event: of their P&L, or of their fees.
 *
 * A day without a trade has 0 and is there.
 *
 * @param marketDay  event day of each market, within the span
 * @param amount  1e-4 dollars, by market
 * @returns 1e-4 dollars, by day, shape [lastDay - firstDay + 1]
 */
export function eventDayTotals(
  firstDay: number,
  lastDay: number,
  marketDay: Int32Array,
  amount: Float64Array,
): Float64Array {
  const daily = new Float64Array(lastDay - firstDay + 1)
  for (let m = 0; m < marketDay.length; m++) daily[marketDay[m]! - firstDay]! += amount[m]!
  return daily
}
