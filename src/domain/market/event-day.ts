import { MS_PER_DAY } from '../../base/time/days.ts'

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const DATE = /-(\d{2})([A-Z]{3})(\d{2})(?:-|$)/

/**
 * Day number of the climate day that a ticker names (`KXHIGHCHI-25AUG10-B80.5`), or null where it names none.
 *
 * A cross-check only: strikes and days come from the exchange's fields.
 */
export function eventDayOfTicker(ticker: string): number | null {
  const match = DATE.exec(ticker)
  if (!match) return null
  const [year, month, day] = [2000 + Number(match[1]), MONTHS.indexOf(match[2]!), Number(match[3])]
  const at = new Date(Date.UTC(year, month, day))
  return month >= 0 && at.getUTCMonth() === month && at.getUTCDate() === day ? at.getTime() / MS_PER_DAY : null
}
