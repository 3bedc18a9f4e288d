import { parseDay } from '../../../base/time/days.ts'
import { jsonBody, UnusableBody } from '../http/unusable-body.ts'

/** What IEM's table says of one day: the newest report about it, whichever that is. */
export interface IemDailyMaximum {
  readonly day: number
  /** Whole degrees F; null where the report says none. */
  readonly tmaxF: number | null
  /** For example 202609050646-KLOT-CDUS43-CLIMDW; its first twelve digits are the UTC minute of issue. */
  readonly productId: string
  readonly issuedMs: number
}

const ISSUED = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)-/

/** @throws UnusableBody for anything but rows of that station */
export function dailyMaximaOf(body: string, station: string): IemDailyMaximum[] {
  const { results } = jsonBody(body) as { results?: unknown }
  if (results === null) return []
  if (!Array.isArray(results)) throw new UnusableBody('an answer without "results"')
  const byDay = new Map<number, IemDailyMaximum>()
  for (const row of results as Record<string, unknown>[]) {
    const { station: of, valid, high, product } = row ?? {}
    if (of !== station) throw new UnusableBody(`a day of ${String(of)} instead of ${station}`)
    const [, ...parts] = typeof product === 'string' ? (ISSUED.exec(product) ?? []) : []
    if (typeof valid !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(valid) || parts.length === 0) {
      throw new UnusableBody('a day without "valid" or "product"')
    }
    if (high !== 'M' && high !== null && !Number.isInteger(high)) {
      throw new UnusableBody(`a "high" of ${JSON.stringify(high)} instead of whole degrees F or "M"`)
    }
    const [year, month, date, hour, minute] = parts.map(Number) as [number, number, number, number, number]
    const day = parseDay(valid)
    const issuedMs = Date.UTC(year, month - 1, date, hour, minute)
    const known = byDay.get(day)
    if (known && known.issuedMs > issuedMs) continue
    byDay.set(day, { day, tmaxF: typeof high === 'number' ? high : null, productId: product as string, issuedMs })
  }
  return [...byDay.values()].sort((a, b) => a.day - b.day)
}
