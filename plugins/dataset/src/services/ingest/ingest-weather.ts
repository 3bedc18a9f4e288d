import { saveCompleteness, saveObservations } from 'kwx/database'
import { REPORT_DELAY } from 'kwx/features'
import type { IemObservation } from 'kwx/sources'
import { climateDayAtMs, climateDayEnd, climateDayStart, minuteToMs } from 'kwx/time'

import { daysFrom, missingDays, observationSource, readCoverage } from './coverage.ts'
import type { Incomplete, IngestOptions, IngestReport } from './options.ts'

const KNOWN_AFTER_MS = minuteToMs(REPORT_DELAY)
const HOURS = 24

/**
 * Brings the routine and special reports of one station into the database, from the day before `fromDay`.
 *
 * A day counts as whole when every hour has a routine report, or when two answers agree on its gaps; a day that is not
 * over, or without any report, stays open.
 */
export async function ingestWeather(options: IngestOptions & { station: string }): Promise<IngestReport> {
  const { db, sources, clock, city, station, toDay, signal, progress, log } = options
  const need = { kind: 'observations' as const, fromDay: options.fromDay - 1, toDay, station }
  const all = daysFrom(need)
  const days = missingDays(await readCoverage(db, city, need.fromDay, toDay), need)
  const report = { kind: 'weather' as const, days: all.length, complete: all.length - days.length }
  if (days.length === 0) return { ...report, fetched: 0, rows: 0, incomplete: [], origin: null }

  log(`weather: ${days.length} of ${all.length} days of ${station} to fetch`)
  const startOf = (day: number) => minuteToMs(climateDayStart(day, city.standardOffset))
  const dayOf = (ms: number) => climateDayAtMs(ms, city.standardOffset)
  const read = async (from: number, to: number) => {
    signal.throwIfAborted()
    return byDay(await sources.iem.observations(station, startOf(from), startOf(to + 1)), dayOf)
  }
  const first = await read(days[0]!, days.at(-1)!)
  progress(1, 2, 'answers')
  const now = clock.now()
  const isOver = (day: number) => minuteToMs(climateDayEnd(day, city.standardOffset)) + KNOWN_AFTER_MS < now
  const doubtful = days.filter((day) => isOver(day) && gaps(first.get(day)).length > 0)
  const second = doubtful.length > 0 ? await read(doubtful[0]!, doubtful.at(-1)!) : new Map<number, IemObservation[]>()
  progress(2, 2, 'answers')

  const origin = sources.iem.origin()
  const incomplete: Incomplete[] = []
  const rows: IemObservation[] = []
  const proofs = days.map((day) => {
    const [one, two] = [first.get(day) ?? [], second.get(day) ?? []]
    const together = union(one, two)
    rows.push(...together)
    const missingHours = gaps(together)
    const asked = doubtful.includes(day) ? 2 : 1
    const agreed = asked === 2 && together.length === one.length && together.length === two.length
    const complete = isOver(day) && together.length > 0 && (missingHours.length === 0 || agreed)
    const reason = !isOver(day)
      ? 'the day is not over'
      : together.length === 0
        ? `no report of ${station}`
        : `no routine report of ${station} in ${missingHours.length} hours, and two answers differ`
    if (!complete) incomplete.push({ day, kind: 'observations', reason, open: !isOver(day) })
    return {
      city: city.id,
      day,
      kind: 'observations' as const,
      source: observationSource(station),
      expected: HOURS,
      received: together.length,
      complete,
      proof: { station, hours_without_routine_report: missingHours, answers: asked, ...(complete ? {} : { reason }) },
      updated_ms: now,
    }
  })
  await saveObservations(
    db,
    rows.map((row) => ({
      station,
      source: 'iem-asos',
      valid_ms: row.validMs,
      report_type: row.reportType,
      known_ms: row.validMs + KNOWN_AFTER_MS,
      temp_f: row.tempF,
      dew_f: row.dewF,
      humidity_pct: row.humidityPct,
      wind_mph: row.windMph,
      forward_filled: false,
      origin,
    })),
  )
  await saveCompleteness(db, proofs)
  return { ...report, fetched: days.length, rows: rows.length, incomplete, origin }
}

function byDay(rows: readonly IemObservation[], dayOf: (ms: number) => number): Map<number, IemObservation[]> {
  const days = new Map<number, IemObservation[]>()
  for (const row of rows) {
    const day = dayOf(row.validMs)
    const list = days.get(day)
    if (list) list.push(row)
    else days.set(day, [row])
  }
  return days
}

function union(one: readonly IemObservation[], two: readonly IemObservation[]): IemObservation[] {
  const rows = new Map([...two, ...one].map((row) => [`${row.validMs} ${row.reportType}`, row]))
  return [...rows.values()].sort((a, b) => a.validMs - b.validMs)
}

/** UTC hours of the day (0 to 23) without a routine report. */
function gaps(rows: readonly IemObservation[] = []): number[] {
  const hours = new Set(
    rows.filter((row) => row.reportType === 'routine').map((row) => new Date(row.validMs).getUTCHours()),
  )
  return Array.from({ length: HOURS }, (_, hour) => hour).filter((hour) => !hours.has(hour))
}
