import { formatDay, MINUTES_PER_DAY, MS_PER_DAY, minuteToMs, parseDay } from '../../../base/time/days.ts'
import { zoneOffset } from './zones.ts'

/** One issuance of the NWS daily climate report of a station. */
export interface CliReport {
  /** The form of IEM's product ids: `202502021022-KMFL-CDUS42-CLIMIA`, with `-CCA` for a first correction. */
  readonly productId: string
  /** `preliminary`: the day was not over (a `VALID ... AS OF` line). `correction`: final, and marked CCA, CCB, ... */
  readonly kind: 'preliminary' | 'final' | 'correction'
  /** Climate day of the summary, never taken from the time of issue. */
  readonly day: number
  /** The later of the time in the text and the one in the header: it was not known before. */
  readonly issuedMs: number
  /** Whole degrees F; null where the report says MM. */
  readonly tmaxF: number | null
}

/** A product that is no readable report, and why. */
interface CliProblem {
  readonly problem: string
}

const HEADER = /^([A-Z]{4}\d{2}) ([A-Z]{4}) (\d{2})(\d{2})(\d{2})(?: ([A-Z]{3}))? *$/m
const ISSUED =
  /^ *(\d{1,2}):?(\d{2}) (AM|PM) ([A-Z]{3,4})(?: *\/.*\/)? (?:SUN|MON|TUE|WED|THU|FRI|SAT) ([A-Z]{3}) +(\d{1,2}) (\d{4}) *$/m
const SUMMARY = /CLIMATE SUMMARY FOR\s+([A-Z]+)\s+(\d{1,2}),?\s+(\d{4})/
const PRELIMINARY = /VALID.{0,12}AS OF/
/** The value may have a record's R glued on: `99R`. */
const MAXIMUM = /^ *MAXIMUM +(MM|-?\d{1,3})R?(?= |$)/m
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const HALF_DAY_MS = MS_PER_DAY / 2

const pad = (n: number): string => String(n).padStart(2, '0')

function dayOf(year: string, month: string, day: string): number | null {
  const index = MONTHS.indexOf(month.slice(0, 3))
  try {
    return index < 0 ? null : parseDay(`${year}-${pad(index + 1)}-${day.padStart(2, '0')}`)
  } catch {
    return null
  }
}

/** The instant nearest to `nearMs` that a header's day of month, hour and minute can mean; null for no such time. */
function headerTime(nearMs: number, day: number, hour: number, minute: number): number | null {
  if (day < 1 || day > 31 || hour > 23 || minute > 59) return null
  const near = new Date(nearMs)
  let best: number | null = null
  for (const shift of [-1, 0, 1]) {
    const ms = Date.UTC(near.getUTCFullYear(), near.getUTCMonth() + shift, day, hour, minute)
    if (new Date(ms).getUTCDate() !== day) continue
    if (best === null || Math.abs(ms - nearMs) < Math.abs(best - nearMs)) best = ms
  }
  return best
}

/**
 * Reads the text of one climate report.
 *
 * @param pil  the product that was asked for, for example CLIMIA
 * @source  NWS Instruction 10-1004; WMO header `CDUS42 KMFL 021022 CCA`
 */
export function parseCliText(raw: string, pil: string): CliReport | CliProblem {
  const text = raw.replaceAll('\r', '')
  const header = HEADER.exec(text)
  if (!header) return { problem: 'no WMO header line' }
  const [headerLine, type, office, dd, hh, mm, mark] = header
  const found = /^\n *(CLI[A-Z0-9]{3}) *(?=\n|$)/.exec(text.slice(header.index + headerLine.length))?.[1]
  if (found !== pil) return { problem: `${found ?? 'no product name'} where ${pil} was asked for` }

  const issued = ISSUED.exec(text)
  if (!issued) return { problem: 'no line with the time of issue' }
  const offset = zoneOffset(issued[4]!)
  const hour = Number(issued[1])
  const minute = Number(issued[2])
  const date = dayOf(issued[7]!, issued[5]!, issued[6]!)
  if (offset === undefined || hour < 1 || hour > 12 || minute > 59 || date === null) {
    return { problem: `"${issued[0].trim()}" is no time of issue` }
  }
  const minuteOfDay = ((hour % 12) + (issued[3] === 'PM' ? 12 : 0)) * 60 + minute
  const textMs = minuteToMs(date * MINUTES_PER_DAY + minuteOfDay - offset)
  const headerMs = headerTime(textMs, Number(dd), Number(hh), Number(mm))
  if (headerMs === null || Math.abs(headerMs - textMs) > HALF_DAY_MS) {
    return { problem: `the header's ${dd}${hh}${mm} and "${issued[0].trim()}" are half a day or more apart` }
  }

  const summary = SUMMARY.exec(text)
  const day = summary && dayOf(summary[3]!, summary[1]!, summary[2]!)
  if (day === null) return { problem: 'no date of the climate summary' }
  const section = text.indexOf('TEMPERATURE (F)')
  const maximum = section < 0 ? null : MAXIMUM.exec(text.slice(section))
  if (!maximum) return { problem: `no maximum temperature for ${formatDay(day)}` }

  const corrected = mark?.startsWith('CC') ?? false
  const stamp = new Date(headerMs).toISOString().replace(/[-T:]/g, '').slice(0, 12)
  return {
    productId: `${stamp}-${office}-${type}-${pil}${mark ? `-${mark}` : ''}`,
    kind: PRELIMINARY.test(text) ? 'preliminary' : corrected ? 'correction' : 'final',
    day,
    issuedMs: Math.max(textMs, headerMs),
    tmaxF: maximum[1] === 'MM' ? null : Number(maximum[1]),
  }
}
