import { saveCompleteness, saveSettlements } from 'kwx/database'
import type { CliReport } from 'kwx/sources'
import { climateDayEnd, climateDayStart, MS_PER_DAY, minuteToMs } from 'kwx/time'

import { daysFrom, missingDays, readCoverage } from './coverage.ts'
import type { Incomplete, IngestOptions, IngestReport } from './options.ts'

/** How long after a day its reports are looked for; the exchange waits a week at most. */
const ISSUED_WITHIN_MS = 8 * MS_PER_DAY
/** Corrections come within hours of the final report; from then on a day is not asked for again. */
const QUIET_AFTER_MS = 2 * MS_PER_DAY

/**
 * Brings every issuance of the daily climate report into the database, preliminary ones and corrections included, from
 * the day before `fromDay`.
 *
 * A day is whole when it has a final report with a maximum and two days have passed since its end.
 */
export async function ingestSettlements(options: IngestOptions): Promise<IngestReport> {
  const { db, sources, clock, city, toDay, log, progress } = options
  const need = { kind: 'settlements' as const, fromDay: options.fromDay - 1, toDay }
  const all = daysFrom(need)
  const days = missingDays(await readCoverage(db, city, need.fromDay, toDay), need)
  const report = { kind: 'settlements' as const, days: all.length, complete: all.length - days.length }
  if (days.length === 0) return { ...report, fetched: 0, rows: 0, incomplete: [], origin: null }

  log(`settlements: ${days.length} of ${all.length} days of CLI${city.cliId} to fetch`)
  const now = clock.now()
  const endOf = (day: number) => minuteToMs(climateDayEnd(day, city.standardOffset))
  const fromMs = minuteToMs(climateDayStart(days[0]!, city.standardOffset))
  const toMs = Math.min(endOf(days.at(-1)!) + ISSUED_WITHIN_MS, Math.max(now, fromMs + MS_PER_DAY))
  const found = await sources.iem.cliReports(city.cliId, fromMs, toMs)
  for (const problem of found.problems) log(`settlements: ${problem}`)
  const wanted = new Set(days)
  const reports = found.reports.filter(({ day }) => wanted.has(day))
  progress(1, 1, 'answers')

  const origin = sources.iem.origin()
  const incomplete: Incomplete[] = []
  const proofs = days.map((day) => {
    const ofDay = reports.filter((row) => row.day === day)
    const final = ofDay.find(isFinal)
    const isOver = endOf(day) + QUIET_AFTER_MS < now
    const complete = final !== undefined && isOver
    const reason = final ? 'a correction may still come' : `none of ${ofDay.length} reports is final with a maximum`
    if (!complete) incomplete.push({ day, kind: 'settlements', reason, open: !isOver })
    return {
      city: city.id,
      day,
      kind: 'settlements' as const,
      source: 'iem-cli',
      expected: null,
      received: ofDay.length,
      complete,
      proof: { products: ofDay.map(({ productId }) => productId), first_final: final?.productId ?? null },
      updated_ms: now,
    }
  })
  await saveSettlements(
    db,
    reports.map((row) => ({
      city: city.id,
      day: row.day,
      source: 'nws-cli',
      product_id: row.productId,
      kind: row.kind,
      issued_ms: row.issuedMs,
      tmax_f: row.tmaxF,
      origin,
    })),
  )
  await saveCompleteness(db, proofs)
  return { ...report, fetched: days.length, rows: reports.length, incomplete, origin }
}

const isFinal = ({ kind, tmaxF }: CliReport): boolean => kind !== 'preliminary' && tmaxF !== null
