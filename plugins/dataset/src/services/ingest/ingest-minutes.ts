import { type ObservationInput, saveCompleteness, saveObservations } from 'kwx/database'
import { REPORT_DELAY, VISUAL_CROSSING } from 'kwx/features'
import type { MinuteRow } from 'kwx/sources'
import { climateDayAtMs, climateDayEnd, climateDayStart, MINUTES_PER_DAY, MS_PER_DAY, minuteToMs } from 'kwx/time'

import { daysFrom, minuteSource, readCoverage, runsOf } from './coverage.ts'
import type { Incomplete, IngestOptions, IngestReport } from './options.ts'

const KNOWN_AFTER_MS = minuteToMs(REPORT_DELAY)
/** Days of one question: a metered service charges by the day, and a question that fails is asked whole again. */
const DAYS_PER_QUESTION = 7

/**
 * Brings the sub-hourly rows of one station from Visual Crossing into the database, with the share of rows that only
 * repeat an older one for each climate day: where that is above a fifth, the gate takes the day's moisture away.
 *
 * A day is whole when it has a row for each step that the service gives.
 */
export async function ingestMinutes(options: IngestOptions & { station: string }): Promise<IngestReport> {
  const { db, sources, clock, city, station, fromDay, toDay, signal, progress, log } = options
  const source = minuteSource(station)
  const rows = await readCoverage(db, city, fromDay, toDay)
  const proven = new Set(rows.filter((row) => row.source === source && row.complete).map(({ day }) => day))
  const all = daysFrom({ fromDay, toDay })
  const days = all.filter((day) => !proven.has(day))
  const report = { kind: 'minutes' as const, days: all.length, complete: proven.size }
  if (days.length === 0) return { ...report, fetched: 0, rows: 0, incomplete: [], origin: null }

  log(`minutes: ${days.length} of ${all.length} days of ${station} to fetch`)
  const now = clock.now()
  const incomplete: Incomplete[] = []
  let saved = 0
  let done = 0
  for (const some of questions(days)) {
    signal.throwIfAborted()
    // A climate day lies in two UTC days.
    const startMs = minuteToMs(climateDayStart(some[0]!, city.standardOffset))
    const endMs = minuteToMs(climateDayEnd(some.at(-1)!, city.standardOffset))
    const found = await sources.visualCrossing.minutes(
      station,
      Math.floor(startMs / MS_PER_DAY),
      Math.floor((endMs - 1) / MS_PER_DAY),
    )
    const origin = sources.visualCrossing.origin()
    const ofDays = Map.groupBy(
      found.rows.filter(({ validMs }) => validMs + KNOWN_AFTER_MS <= now),
      ({ validMs }) => climateDayAtMs(validMs, city.standardOffset),
    )
    const wanted = some.flatMap((day) => ofDays.get(day) ?? [])
    await saveObservations(
      db,
      wanted.map((row) => observationOf(row, station, origin)),
    )
    await saveCompleteness(
      db,
      some.map((day) => {
        const ofDay = ofDays.get(day) ?? []
        const step = found.stepMinutes
        const expected = step === null ? null : Math.round(MINUTES_PER_DAY / step)
        const isOver = minuteToMs(climateDayEnd(day, city.standardOffset)) + KNOWN_AFTER_MS <= now
        const complete = isOver && expected !== null && ofDay.length >= expected
        const reason = isOver ? `${ofDay.length} of ${expected ?? 'unknown'} rows of ${station}` : 'the day is not over'
        if (!complete) incomplete.push({ day, kind: 'observations', reason, open: !isOver })
        const filled = ofDay.filter(({ forwardFilled }) => forwardFilled).length
        return {
          city: city.id,
          day,
          kind: 'observations' as const,
          source,
          expected,
          received: ofDay.length,
          complete,
          proof: {
            station,
            step_minutes: step,
            forward_filled_share: ofDay.length === 0 ? null : filled / ofDay.length,
            query_cost: found.queryCost,
          },
          updated_ms: now,
        }
      }),
    )
    saved += wanted.length
    done += some.length
    progress(done, days.length, 'days')
  }
  return { ...report, fetched: days.length, rows: saved, incomplete, origin: sources.visualCrossing.origin() }
}

/** Runs of days without a gap, cut into questions. */
const questions = (days: readonly number[]): number[][] =>
  runsOf(days).flatMap(([first, last]) => {
    const run = daysFrom({ fromDay: first, toDay: last })
    return Array.from({ length: Math.ceil(run.length / DAYS_PER_QUESTION) }, (_, k) =>
      run.slice(k * DAYS_PER_QUESTION, (k + 1) * DAYS_PER_QUESTION),
    )
  })

const observationOf = (row: MinuteRow, station: string, origin: ObservationInput['origin']): ObservationInput => ({
  station,
  source: VISUAL_CROSSING,
  valid_ms: row.validMs,
  report_type: 'minute',
  known_ms: row.validMs + KNOWN_AFTER_MS,
  temp_f: row.tempF,
  dew_f: row.dewF,
  humidity_pct: row.humidityPct,
  wind_mph: row.windMph,
  forward_filled: row.forwardFilled,
  origin,
})
