import { type Completeness, saveCompleteness, saveSettlements } from 'kwx/database'
import type { FeedMaximum, OpenedMaxima } from 'kwx/sources'
import { climateDayEnd, MS_PER_DAY, minuteToMs } from 'kwx/time'

import { daysFrom, missingDays, readCoverage } from './coverage.ts'
import type { Incomplete, IngestOptions, IngestReport } from './options.ts'

/** Corrections come within hours of the final report; from then on a day is not asked for again. */
const QUIET_AFTER_MS = 2 * MS_PER_DAY
/** Archives are some days late; a younger day without a value is no defect. */
const LATE_MS = 7 * MS_PER_DAY

interface MaximaIngest extends IngestOptions {
  /** Name of the feed, for example `iem-cli`. */
  readonly feed: string
}

/**
 * Brings daily maxima of one feed into the database.
 *
 * Climate reports: every issuance, preliminary ones and corrections included, from the day before `fromDay`; a day is
 * whole when it has a final report with a maximum and two days have passed since its end. Cross-checks: one value a day,
 * asked for anew each time, because archives are corrected in later years; never a label.
 */
export async function ingestMaxima(options: MaximaIngest): Promise<IngestReport> {
  const { db, sources, clock, city, toDay, log, progress } = options
  const feed = sources.maxima(options.feed)
  const pays = feed.role === 'reports'
  const fromDay = pays ? options.fromDay - 1 : options.fromDay
  const all = daysFrom({ fromDay, toDay })
  const need = { kind: 'settlements' as const, fromDay, toDay }
  const days = pays ? missingDays(await readCoverage(db, city, fromDay, toDay), need) : all
  const kind = pays ? ('settlements' as const) : ('archive' as const)
  const report = { kind, source: feed.name, days: all.length, complete: all.length - days.length }
  if (days.length === 0) return { ...report, fetched: 0, rows: 0, incomplete: [], origin: null }

  log(`${kind}: ${days.length} of ${all.length} days of ${city.name} to fetch from ${feed.name}`)
  const now = clock.now()
  const { maxima, problems = [] } = await feed.read({ city, fromDay: days[0]!, toDay: days.at(-1)!, nowMs: now })
  for (const problem of problems) log(`${kind}: ${problem}`)
  progress(1, 1, 'answers')
  const wanted = new Set(days)
  const rows = maxima.filter(({ day }) => wanted.has(day)).sort(byIssue)
  const ofDays = Map.groupBy(rows, ({ day }) => day)
  const origin = feed.origin()
  const incomplete: Incomplete[] = []
  const proofs = days.map((day): Completeness => {
    const ofDay = ofDays.get(day) ?? []
    const paying = ofDay.find((row) => row.tmax_f !== null && row.kind !== 'preliminary')
    const endMs = minuteToMs(climateDayEnd(day, city.standardOffset))
    const quiet = endMs + (pays ? QUIET_AFTER_MS : LATE_MS) < now
    const complete = paying !== undefined && (quiet || !pays)
    const reason = reasonOf(feed, ofDay, paying)
    if (!complete) incomplete.push({ day, kind: 'settlements', reason, open: !quiet })
    const products = { products: ofDay.map(({ product_id }) => product_id), first_final: paying?.product_id ?? null }
    return {
      city: city.id,
      day,
      kind: 'settlements',
      source: feed.name,
      expected: pays ? null : 1,
      received: ofDay.length,
      complete,
      proof: { fetched: true, kept_as: feed.keptAs, ...(pays ? products : { ...products, extra: true }) },
      updated_ms: now,
    }
  })
  await saveSettlements(
    db,
    rows.map((row) => ({ ...row, city: city.id, source: feed.keptAs, origin, kind: roleOf(feed, row) })),
  )
  await saveCompleteness(db, proofs)
  return { ...report, fetched: days.length, rows: rows.length, incomplete, origin }
}

/** Whatever a cross-check calls its values, none of them pays. */
const roleOf = ({ role }: OpenedMaxima, { kind }: FeedMaximum): FeedMaximum['kind'] =>
  role === 'reports' || kind === 'preliminary' ? kind : 'cross-check'

const reasonOf = ({ role }: OpenedMaxima, ofDay: readonly FeedMaximum[], paying: FeedMaximum | undefined): string => {
  if (role === 'cross-check') return 'not in the archive'
  return paying ? 'a correction may still come' : `none of ${ofDay.length} reports is final with a maximum`
}

const byIssue = (a: FeedMaximum, b: FeedMaximum): number =>
  a.day - b.day || (a.issued_ms ?? 0) - (b.issued_ms ?? 0) || (a.product_id < b.product_id ? -1 : 1)
