import { formatDay, parseDay } from '../../../base/time/days.ts'
import type { Origin } from '../../../domain/origin.ts'
import type { HttpClient } from '../http/http-client.ts'
import { jsonBody, UnusableBody } from '../http/unusable-body.ts'

/** The archive's maximum of one day. Corrected in later years, so a cross-check and never a label. */
interface NceiMaximum {
  readonly day: number
  /** Whole degrees F. */
  readonly tmaxF: number
}

/** NCEI's daily summaries (GHCN-Daily), some days late. */
export interface NceiSource {
  origin(): Origin
  /**
   * Maxima of the days in [fromDay, toDay] that the archive has, in order.
   *
   * @param ghcnId  for example USW00012839
   */
  maxima(ghcnId: string, fromDay: number, toDay: number): Promise<NceiMaximum[]>
}

/** The archive over one HTTP client. */
export function nceiSource(http: HttpClient): NceiSource {
  return {
    origin: () => http.origin(),
    maxima: (ghcnId, fromDay, toDay) =>
      http.get({
        path: '/access/services/data/v1',
        query: [
          ['dataset', 'daily-summaries'],
          ['stations', ghcnId],
          ['startDate', formatDay(fromDay)],
          ['endDate', formatDay(toDay)],
          ['dataTypes', 'TMAX'],
          ['units', 'standard'],
          ['format', 'json'],
        ],
        what: `the daily maxima of ${ghcnId} from ${formatDay(fromDay)} to ${formatDay(toDay)}`,
        read: (body) => maximaOf(body, ghcnId, fromDay, toDay),
      }),
  }
}

function maximaOf(body: string, ghcnId: string, fromDay: number, toDay: number): NceiMaximum[] {
  const rows = jsonBody(body)
  if (!Array.isArray(rows)) throw new UnusableBody('an answer that is no list of days')
  const byDay = new Map<number, NceiMaximum>()
  for (const row of rows as Record<string, unknown>[]) {
    const { DATE: date, STATION: station, TMAX: tmax } = row ?? {}
    if (typeof date !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(date)) throw new UnusableBody('a day without its DATE')
    if (station !== ghcnId) throw new UnusableBody(`a day of ${String(station)} instead of ${ghcnId}`)
    if (tmax === undefined || tmax === null || tmax === '') continue
    const text = String(tmax).trim()
    if (!/^-?\d{1,3}$/.test(text)) throw new UnusableBody(`a TMAX of "${text}" instead of whole degrees F`)
    const day = parseDay(date)
    if (day >= fromDay && day <= toDay) byDay.set(day, { day, tmaxF: Number(text) })
  }
  return [...byDay.values()].sort((a, b) => a.day - b.day)
}
