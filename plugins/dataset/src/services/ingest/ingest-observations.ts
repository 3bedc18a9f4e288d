import { EXIT, KwxError } from 'kwx'
import { saveCompleteness, saveObservations } from 'kwx/database'
import type { FeedReport, OpenedObservations } from 'kwx/sources'
import {
  climateDayAtMs,
  climateDayEnd,
  climateDayStart,
  formatDay,
  MINUTES_PER_DAY,
  MS_PER_DAY,
  MS_PER_MINUTE,
  minuteToMs,
} from 'kwx/time'

import { daysFrom, feedSource, missingDays, readCoverage, runsOf } from './coverage.ts'
import { knownAt } from './known-at.ts'
import type { Incomplete, IngestOptions, IngestReport } from './options.ts'

/** Runs of days this close to each other are one question, where questions are free. */
const JOINED_WITHIN = 30
/** Gaps that a proof lists. */
const MOST_GAPS = 48

interface ObservationIngest extends IngestOptions {
  readonly station: string
  /** Name of the feed, for example `iem-asos`. */
  readonly feed: string
}

/**
 * Brings the reports of one station from one feed into the database; those that a dataset needs from the day before
 * `fromDay`.
 *
 * A day counts as whole when each of its spans has a report (an hour its routine report, a five-minute row its
 * neighbour), or when two answers agree on the gaps; a day that is not over, or without any report, stays open. Where
 * rows may repeat older ones, the share of those is part of the proof: above a fifth, the gate takes the day's moisture
 * away.
 */
export async function ingestObservations(options: ObservationIngest): Promise<IngestReport> {
  const { db, sources, clock, city, station, toDay, signal, progress, log } = options
  const feed = sources.observations(options.feed)
  const source = feedSource(feed.name, station)
  const fromDay = feed.standsIn ? options.fromDay - 1 : options.fromDay
  const all = daysFrom({ fromDay, toDay })
  const coverage = await readCoverage(db, city, fromDay, toDay)
  const proven = new Set(coverage.filter((row) => row.source === source && row.complete).map(({ day }) => day))
  const days = feed.standsIn
    ? missingDays(coverage, { kind: 'observations', fromDay, toDay, station })
    : all.filter((day) => !proven.has(day))
  const report = {
    kind: feed.standsIn ? ('weather' as const) : ('minutes' as const),
    source: feed.name,
    days: all.length,
    complete: all.length - days.length,
  }
  if (days.length === 0) return { ...report, fetched: 0, rows: 0, incomplete: [], origin: null }
  assertKept(feed, days, clock.now())

  log(`${report.kind}: ${days.length} of ${all.length} days of ${station} to fetch`)
  const incomplete: Incomplete[] = []
  let saved = 0
  let done = 0
  for (const some of questions(days, feed)) {
    signal.throwIfAborted()
    const found = await ingestQuestion(options, feed, some)
    incomplete.push(...found.incomplete)
    saved += found.rows
    done += some.length
    progress(done, days.length, 'days')
  }
  return { ...report, fetched: days.length, rows: saved, incomplete, origin: feed.origin() }
}

async function ingestQuestion(
  { db, clock, city, station }: ObservationIngest,
  feed: OpenedObservations,
  days: readonly number[],
): Promise<{ rows: number; incomplete: Incomplete[] }> {
  const startOf = (day: number) => minuteToMs(climateDayStart(day, city.standardOffset))
  const span = { station, fromMs: startOf(days[0]!), toMs: startOf(days.at(-1)! + 1) }
  const known = await knownAt(db, feed, span)
  let now = clock.now()
  const read = async (from: number, to: number) => {
    const answer = await feed.read({ station, fromMs: startOf(from), toMs: startOf(to + 1) })
    now = clock.now()
    return { ...answer, reports: answer.reports.filter((one) => known.of(one) <= now) }
  }
  const dayOf = ({ valid_ms }: FeedReport) => climateDayAtMs(valid_ms, city.standardOffset)
  const first = await read(days[0]!, days.at(-1)!)
  const one = Map.groupBy(first.reports, dayOf)
  const step = feed.whole.everyMinutes ?? medianStep(first.reports)
  const gapsOf = (day: number, reports: readonly FeedReport[] = []) => gaps(reports, startOf(day), step, feed)
  const isOver = (day: number) =>
    minuteToMs(climateDayEnd(day, city.standardOffset)) + feed.delayMinutes * MS_PER_MINUTE < now
  const doubtful = feed.asksAgain ? days.filter((day) => isOver(day) && gapsOf(day, one.get(day)).length > 0) : []
  const second = doubtful.length > 0 ? await read(doubtful[0]!, doubtful.at(-1)!) : null
  const two = Map.groupBy(second?.reports ?? [], dayOf)

  const incomplete: Incomplete[] = []
  const rows: FeedReport[] = []
  const proofs = days.map((day) => {
    const [before, again] = [one.get(day) ?? [], two.get(day) ?? []]
    const together = union(before, again)
    rows.push(...together)
    const missing = gapsOf(day, together)
    const asked = doubtful.includes(day) ? 2 : 1
    const agreed = asked === 2 && together.length === union(before).length && together.length === union(again).length
    const complete = isOver(day) && together.length > 0 && (missing.length === 0 || agreed)
    const reason = !isOver(day)
      ? 'the day is not over'
      : together.length === 0
        ? `no report of ${station}`
        : `no ${feed.whole.types[0]} report of ${station} in ${missing.length} of ${MINUTES_PER_DAY / step} spans of ${step} minutes${asked === 2 ? ', and two answers differ' : ''}`
    if (!complete) incomplete.push({ day, kind: 'observations', reason, open: !isOver(day) })
    const filled = together.filter((row) => row.forward_filled).length
    const mayRepeat = together.some((row) => row.forward_filled !== undefined)
    return {
      city: city.id,
      day,
      kind: 'observations' as const,
      source: feedSource(feed.name, station),
      expected: Math.round(MINUTES_PER_DAY / step),
      received: together.length,
      complete,
      proof: {
        fetched: true,
        kept_as: feed.name,
        station,
        ...(feed.standsIn ? {} : { extra: true }),
        step_minutes: step,
        spans_without_report: missing.length,
        first_gaps: missing.slice(0, MOST_GAPS),
        answers: asked,
        ...(mayRepeat ? { forward_filled_share: filled / together.length } : {}),
        ...known.proof,
        ...first.proof,
        ...(complete ? {} : { reason }),
      },
      updated_ms: now,
    }
  })
  await saveObservations(
    db,
    rows.map((row) => ({
      ...row,
      station,
      source: feed.name,
      known_ms: known.of(row),
      forward_filled: row.forward_filled ?? false,
      origin: feed.origin(),
    })),
  )
  await saveCompleteness(db, proofs)
  return { rows: rows.length, incomplete }
}

/** @throws KwxError INGEST_FORGOTTEN (exit 2) where the service has forgotten the last of the days */
function assertKept({ name, keepsDays }: OpenedObservations, days: readonly number[], nowMs: number): void {
  const last = days.at(-1)!
  if (keepsDays === null || last >= Math.floor(nowMs / MS_PER_DAY) - keepsDays) return
  throw new KwxError(`${name} keeps ${keepsDays} days; ${formatDay(last)} is older.`, {
    code: 'INGEST_FORGOTTEN',
    exit: EXIT.usage,
    hint: 'Name a source that is an archive with --source; "kwx sources" lists them.',
    details: { source: name, keepsDays },
  })
}

function questions(days: readonly number[], { daysPerQuestion: most, asksAgain }: OpenedObservations): number[][] {
  const joined: number[][] = []
  for (const [first, last] of runsOf(days)) {
    const before = joined.at(-1)
    const run = daysFrom({ fromDay: first, toDay: last })
    if (before && asksAgain && first - before.at(-1)! <= JOINED_WITHIN) before.push(...run)
    else joined.push(run)
  }
  return joined.flatMap((run) =>
    Array.from({ length: Math.ceil(run.length / most) }, (_, k) => run.slice(k * most, (k + 1) * most)),
  )
}

const keyOf = ({ valid_ms, report_type }: FeedReport) => `${valid_ms} ${report_type}`

function union(...answers: readonly (readonly FeedReport[])[]): FeedReport[] {
  const rows = new Map(answers.toReversed().flatMap((reports) => reports.map((row) => [keyOf(row), row])))
  return [...rows.values()].sort((a, b) => a.valid_ms - b.valid_ms)
}

/** Spans of a day, counted from its start, without a report of the types that make a day whole. */
function gaps(reports: readonly FeedReport[], startMs: number, step: number, { whole }: OpenedObservations): number[] {
  const seen = new Set(
    reports
      .filter(({ report_type }) => whole.types.includes(report_type))
      .map(({ valid_ms }) => Math.floor((valid_ms - startMs) / (step * MS_PER_MINUTE))),
  )
  return Array.from({ length: Math.round(MINUTES_PER_DAY / step) }, (_, k) => k).filter((k) => !seen.has(k))
}

/** Minutes between two reports in the middle: 15 or 60 where a plan has no finer rows, a day without two reports. */
function medianStep(reports: readonly FeedReport[]): number {
  const times = [...new Set(reports.map(({ valid_ms }) => valid_ms))].sort((a, b) => a - b)
  const steps = times.slice(1).map((ms, k) => (ms - times[k]!) / MS_PER_MINUTE)
  return steps.length === 0 ? MINUTES_PER_DAY : Math.max(1, steps.toSorted((a, b) => a - b)[steps.length >> 1]!)
}
