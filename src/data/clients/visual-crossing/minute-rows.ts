import { UnusableBody } from '../http/unusable-body.ts'

/** One sub-hourly row; null where the service has no value. */
interface MinuteRow {
  readonly validMs: number
  readonly tempF: number | null
  readonly dewF: number | null
  readonly humidityPct: number | null
  readonly windMph: number | null
  /** Every value equals the row before: the service carried an older report on. */
  readonly forwardFilled: boolean
}

const FIELDS = [
  ['tempF', 'temp'],
  ['dewF', 'dew'],
  ['humidityPct', 'humidity'],
  ['windMph', 'windspeed'],
] as const

interface Hour {
  readonly minutes?: unknown
}

/**
 * The rows of an answer, with those marked that repeat the row before in every value they have.
 *
 * A weather station's four readings hardly ever all stay the same over five minutes: at airports below 2 % of rows
 * repeat, at a station that reports hourly 82 %. Rows of another station than the one asked for are refused.
 *
 * @throws UnusableBody for anything else than an answer of that station
 */
export function minuteRowsOf(body: string, station: string): TimelineMinutes {
  const { jsonLike, days, queryCost } = answerOf(body)
  if (!jsonLike || !Array.isArray(days)) throw new UnusableBody(`"${body.slice(0, 80)}" instead of days`)
  const rows = new Map<number, Omit<MinuteRow, 'forwardFilled'>>()
  for (const day of days as { hours?: unknown }[]) {
    for (const hour of Array.isArray(day?.hours) ? (day.hours as Hour[]) : []) {
      for (const minute of Array.isArray(hour?.minutes) ? (hour.minutes as Record<string, unknown>[]) : []) {
        const row = rowOf(minute, station)
        rows.set(row.validMs, row)
      }
    }
  }
  const ordered = [...rows.values()].sort((a, b) => a.validMs - b.validMs)
  const steps = ordered.slice(1).map(({ validMs }, k) => (validMs - ordered[k]!.validMs) / 60_000)
  return {
    rows: ordered.map((row, k) => ({ ...row, forwardFilled: k > 0 && repeats(row, ordered[k - 1]!) })),
    queryCost: typeof queryCost === 'number' ? queryCost : 0,
    stepMinutes: steps.length === 0 ? null : steps.toSorted((a, b) => a - b)[steps.length >> 1]!,
  }
}

function answerOf(body: string): { jsonLike: boolean; days?: unknown; queryCost?: unknown } {
  if (!body.trimStart().startsWith('{')) return { jsonLike: false }
  try {
    return { jsonLike: true, ...(JSON.parse(body) as { days?: unknown; queryCost?: unknown }) }
  } catch {
    throw new UnusableBody(`text that is not JSON, ${body.length} characters, perhaps cut off`)
  }
}

function rowOf(minute: Record<string, unknown>, station: string): Omit<MinuteRow, 'forwardFilled'> {
  const epoch = minute['datetimeEpoch']
  if (typeof epoch !== 'number' || !Number.isInteger(epoch)) throw new UnusableBody('a minute without datetimeEpoch')
  const stations = minute['stations']
  if (Array.isArray(stations) && stations.some((one) => one !== station)) {
    throw new UnusableBody(`a minute of ${stations.join(', ')} instead of ${station}`)
  }
  const values = FIELDS.map(([name, field]) => {
    const value = minute[field] ?? null
    if (value !== null && (typeof value !== 'number' || !Number.isFinite(value))) {
      throw new UnusableBody(`"${field}" of ${JSON.stringify(value)} instead of a number`)
    }
    return [name, value]
  })
  return { validMs: epoch * 1000, ...Object.fromEntries(values) }
}

const repeats = (row: Omit<MinuteRow, 'forwardFilled'>, before: Omit<MinuteRow, 'forwardFilled'>): boolean =>
  FIELDS.some(([name]) => row[name] !== null) && FIELDS.every(([name]) => row[name] === before[name])

/** What one question brought. */
export interface TimelineMinutes {
  /** Oldest first, each instant once, with repeats of an older value marked. */
  readonly rows: readonly MinuteRow[]
  /** Records charged, as the service says. */
  readonly queryCost: number
  /** Median minutes between two rows; null below two. 15 or 60 where the plan has no finer rows. */
  readonly stepMinutes: number | null
}
