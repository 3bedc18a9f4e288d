const DECIMAL = /^(-?)(\d{1,15})(?:\.(\d{1,12}))?$/

/**
 * A decimal text as an integer number of 10^-places, without ever being a float; null when it is no plain decimal, is
 * finer than that, or passes 2^53.
 *
 * `parseDecimal('0.4100', 4)` is 4100, `parseDecimal('11.77', 2)` is 1177, `parseDecimal('0.00005', 4)` is null.
 */
export function parseDecimal(text: string, places: number): number | null {
  const match = DECIMAL.exec(text)
  if (!match) return null
  const [, sign, whole, fraction = ''] = match
  if (/[^0]/.test(fraction.slice(places))) return null
  const units = Number(whole + fraction.slice(0, places).padEnd(places, '0'))
  if (!Number.isSafeInteger(units)) return null
  return sign && units !== 0 ? -units : units
}
