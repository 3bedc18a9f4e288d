import { formatDay, MS_PER_DAY, MS_PER_MINUTE } from '../../../base/time/days.ts'
import type { Origin } from '../../../domain/origin.ts'
import type { HttpClient } from '../http/http-client.ts'
import { splitAfosText } from './afos-text.ts'
import { ASOS_COLUMNS, type AsosReport, parseAsosCsv } from './asos-csv.ts'
import { type CliReport, parseCliText } from './cli-text.ts'
import { dailyMaximaOf, type IemDailyMaximum } from './daily-maxima.ts'
import { type MinuteReading, parseOneMinuteCsv } from './one-minute-csv.ts'

/** A report with its kind. */
interface IemObservation extends AsosReport {
  readonly reportType: 'routine' | 'special'
}

/** What the archive has of a station's climate reports. */
export interface CliReports {
  /** In order of issue, each product once. */
  readonly reports: readonly CliReport[]
  /** One sentence for each product that could not be read. */
  readonly problems: readonly string[]
}

/** Iowa Environmental Mesonet: archives of station reports and of NWS text. */
export interface IemSource {
  origin(): Origin
  /**
   * Routine and special reports of a station in [fromMs, toMs), oldest first, each (time, type) once.
   *
   * @param station  ICAO, for example KMIA
   */
  observations(station: string, fromMs: number, toMs: number): Promise<IemObservation[]>
  /**
   * Every issuance of a station's daily climate report in [fromMs, toMs], preliminary ones and corrections included.
   *
   * @param cliId  for example MIA
   */
  cliReports(cliId: string, fromMs: number, toMs: number): Promise<CliReports>
  /** One-minute temperatures of a station in [fromMs, toMs), oldest first; about a day late, with gaps. */
  oneMinute(station: string, fromMs: number, toMs: number): Promise<MinuteReading[]>
  /** IEM's table of climate reports for the days in [fromDay, toDay]: one row a day, a correction in the place of the report. */
  dailyMaxima(station: string, fromDay: number, toDay: number): Promise<IemDailyMaximum[]>
}

// IEM's columns do not say which kind a row is, so each kind is asked for by itself.
const REPORT_TYPES = [
  ['routine', 3],
  ['special', 4],
] as const

// A quarter of a year: some 2,400 reports or 300 products, far below every cap, and a small loss when one fails.
const CHUNK_MS = 90 * MS_PER_DAY
const MOST_PRODUCTS = 9999

/** A month of one-minute rows is 43,200, some 2 MB. */
const MINUTES_CHUNK_MS = 30 * MS_PER_DAY

const chunks = (fromMs: number, toMs: number, most = CHUNK_MS): [number, number][] => {
  const found: [number, number][] = []
  for (let start = fromMs; start < toMs; start += most) found.push([start, Math.min(toMs, start + most)])
  return found
}

const stamp = (ms: number): string => new Date(ms).toISOString().replace(/:\d\d\.\d+Z$/, 'Z')

/** IEM knows US stations by three letters: KMIA is MIA; others (PHNL) by all four. */
const iemId = (icao: string): string => (/^K[A-Z0-9]{3}$/.test(icao) ? icao.slice(1) : icao)

/** The archive over one HTTP client. */
export function iemSource(http: HttpClient): IemSource {
  return {
    origin: () => http.origin(),

    async observations(station, fromMs, toMs) {
      const id = iemId(station)
      const byKey = new Map<string, IemObservation>()
      for (const [reportType, code] of REPORT_TYPES) {
        for (const [start, end] of chunks(fromMs, toMs)) {
          const rows = await http.get({
            path: '/cgi-bin/request/asos.py',
            query: [
              ['station', id],
              ...ASOS_COLUMNS.map((name) => ['data', name] as const),
              ['sts', stamp(start)],
              ['ets', stamp(end)],
              ['tz', 'UTC'],
              ['format', 'onlycomma'],
              ['missing', 'M'],
              ['trace', 'T'],
              ['latlon', 'no'],
              ['elev', 'no'],
              ['report_type', code],
            ],
            what: `the ${reportType} reports of ${station} from ${stamp(start)} to ${stamp(end)}`,
            read: (body) => parseAsosCsv(body, id),
          })
          for (const row of rows) {
            if (row.validMs >= start && row.validMs < end) byKey.set(`${row.validMs} ${code}`, { ...row, reportType })
          }
        }
      }
      return [...byKey.values()].sort((a, b) => a.validMs - b.validMs || (a.reportType < b.reportType ? -1 : 1))
    },

    async cliReports(cliId, fromMs, toMs) {
      const pil = `CLI${cliId}`
      const byId = new Map<string, CliReport>()
      const problems: string[] = []
      const read = async (start: number, end: number): Promise<void> => {
        const what = `the ${pil} reports issued from ${stamp(start)} to ${stamp(end)}`
        const texts = await http.get({
          path: '/cgi-bin/afos/retrieve.py',
          query: [
            ['pil', pil],
            ['limit', MOST_PRODUCTS],
            ['fmt', 'text'],
            ['sdate', stamp(start)],
            ['edate', stamp(end)],
          ],
          what,
          read: splitAfosText,
        })
        if (texts.length >= MOST_PRODUCTS && end - start > MS_PER_DAY) {
          const middle = start + Math.floor((end - start) / 2 / MS_PER_MINUTE) * MS_PER_MINUTE
          await read(start, middle)
          await read(middle, end)
          return
        }
        for (const text of texts) {
          const report = parseCliText(text, pil)
          if ('problem' in report) problems.push(`${what}: ${report.problem}`)
          else byId.set(report.productId, report)
        }
      }
      for (const [start, end] of chunks(fromMs, toMs)) await read(start, end)
      const reports = [...byId.values()].sort((a, b) => a.issuedMs - b.issuedMs || (a.productId < b.productId ? -1 : 1))
      return { reports, problems }
    },

    async oneMinute(station, fromMs, toMs) {
      const id = iemId(station)
      const byMs = new Map<number, MinuteReading>()
      for (const [start, end] of chunks(fromMs, toMs, MINUTES_CHUNK_MS)) {
        const rows = await http.get({
          path: '/cgi-bin/request/asos1min.py',
          query: [
            ['station', id],
            ['vars', 'tmpf'],
            ['sts', stamp(start)],
            ['ets', stamp(end)],
            ['sample', '1min'],
            ['what', 'download'],
            ['tz', 'UTC'],
            ['delim', 'comma'],
          ],
          what: `the one-minute readings of ${station} from ${stamp(start)} to ${stamp(end)}`,
          read: (body) => parseOneMinuteCsv(body, id),
        })
        for (const row of rows) if (row.validMs >= start && row.validMs < end) byMs.set(row.validMs, row)
      }
      return [...byMs.values()].sort((a, b) => a.validMs - b.validMs)
    },

    async dailyMaxima(station, fromDay, toDay) {
      const found: IemDailyMaximum[] = []
      for (let year = yearOf(fromDay); year <= yearOf(toDay); year++) {
        const rows = await http.get({
          path: '/json/cli.py',
          query: [
            ['station', station],
            ['year', year],
          ],
          what: `the daily maxima of ${station} in ${year}`,
          read: (body) => dailyMaximaOf(body, station),
        })
        found.push(...rows.filter(({ day }) => day >= fromDay && day <= toDay))
      }
      return found.sort((a, b) => a.day - b.day)
    },
  }
}

const yearOf = (day: number): number => Number(formatDay(day).slice(0, 4))
