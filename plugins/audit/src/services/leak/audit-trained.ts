import { numbers, type Table, text } from 'kwx/artefacts'
import { type ProductionConfig, windowsOf } from 'kwx/config'
import { climateDayEnd, formatDay, formatInstant, minuteToMs, parseDay, parseInstant, type Window } from 'kwx/time'

import type { AuditedLabel } from './check-labels.ts'
import type { Trained } from './find-trained.ts'
import type { LeakCounter, LeakKind } from './findings.ts'

/** What was held against the clock of a pilot and its pool. */
export interface TrainedAudit {
  /** Hash of the pilot artefact. */
  readonly pilot: string
  readonly embargo_days: number
  readonly windows: number
  /** Windows of the pool; null where none was fitted. */
  readonly pool_windows: number | null
  /** Uses of a day's labels: a day counts once for each window and part that used it. */
  readonly uses: number
  /** Of them, those known for certain only after the window's first test row. */
  readonly late: number
  /** Of them, those that may have been: by the assumed time only, the day being over by then. */
  readonly late_by_assumption: number
}

interface TrainedOptions {
  readonly config: ProductionConfig
  readonly standardOffset: number
  /** `features.parquet`: its test rows say when a window needs its labels. */
  readonly table: Table
  readonly labels: readonly AuditedLabel[]
  readonly trained: Trained
}

/**
 * Holds the labels that went into training, calibration, search and the pool's weights against the first test row of each
 * window: a label that was known later could not have been used.
 *
 * A label is late when its report was issued after that row's minute, or when its day was not over by then, whatever
 * time is assumed for it. An assumed time after the row is told apart: ten hours after the day is later than nearly all
 * reports. With an embargo late labels are leaks, and so is any embargoed day; without one they are what is configured
 * and are counted only. A pool's report has the number of days of each fit, not their names; more of them than lie before
 * the window's embargo is a leak with any configuration.
 *
 * @cost  a pass over the rows and one over the labels
 */
export function auditTrained(options: TrainedOptions, leaks: LeakCounter): TrainedAudit {
  const { config, table, trained } = options
  const clock = clockOf(options)
  const windows = new Map(windowsOf(config).map((window) => [window.name, window]))
  const firstMs = firstTestMs(table, [...windows.values()])
  const found = { uses: 0, late: 0, late_by_assumption: 0 }

  const judge = (kind: LeakKind, { name, firstTestDay }: Window, days: Iterable<number>) => {
    const needed = firstMs.get(name)!
    const embargoed = firstTestDay - config.embargo_days
    for (const day of days) {
      found.uses++
      const lateness = clock(day, needed)
      if (lateness === 'late') found.late++
      if (lateness === 'assumed') found.late_by_assumption++
      if (config.embargo_days === 0 || (lateness !== 'late' && day < embargoed)) continue
      const example = { window: name, event_day: formatDay(day), first_test_row: formatInstant(needed) }
      leaks.add(kind, name, example, (rows) => sentenceOf(kind, name, rows, example))
    }
  }

  for (const { model, parameters } of trained.windows) {
    const window = windows.get(model.window)
    if (!window) continue // `verify` fails for a window that is not configured
    judge('training-label-late', window, model.training.days.map(parseDay))
    judge('calibration-label-late', window, model.calibration.days.map(parseDay))
    judge('search-label-late', window, parameters.search_days.map(parseDay))
  }
  const pooled = trained.pool?.file.windows ?? []
  const cells = trained.pool ? cellsOf(trained.pool.delivered) : []
  for (const { window: name, weight } of pooled) {
    const window = windows.get(name)
    if (!window || !firstMs.has(name)) continue
    const allowed = cells.filter(({ day }) => day + config.embargo_days < window.firstTestDay)
    judge('weight-label-late', window, new Set(allowed.map(({ day }) => day)))
    if (weight.event_days <= allowed.length) continue
    const example = { window: name, event_days: weight.event_days, allowed: allowed.length }
    leaks.add(
      'weight-days-too-many',
      name,
      example,
      () =>
        `The weight of ${name} was fitted on ${weight.event_days} event days; ${allowed.length} lie before its first test day and the embargo of ${config.embargo_days}.`,
    )
  }
  return {
    pilot: trained.pilot,
    embargo_days: config.embargo_days,
    windows: trained.windows.length,
    pool_windows: trained.pool ? pooled.length : null,
    ...found,
  }
}

type Lateness = 'in-time' | 'late' | 'assumed'

/** Whether the labels of a day were known at an instant; of several markets the latest decides. */
function clockOf({ labels, standardOffset }: TrainedOptions): (day: number, needed: number) => Lateness {
  const known = new Map<number, { ms: number; assumed: boolean }>()
  for (const { label, event_day, known_at, known_at_source } of labels) {
    if (label === null) continue
    const day = parseDay(event_day)
    const ms = known_at === null ? Number.POSITIVE_INFINITY : parseInstant(known_at)
    if (ms > (known.get(day)?.ms ?? Number.NEGATIVE_INFINITY)) {
      known.set(day, { ms, assumed: known_at_source === 'assumed' })
    }
  }
  return (day, needed) => {
    const { ms, assumed } = known.get(day) ?? { ms: Number.POSITIVE_INFINITY, assumed: false }
    if (ms <= needed) return 'in-time'
    return assumed && minuteToMs(climateDayEnd(day, standardOffset)) <= needed ? 'assumed' : 'late'
  }
}

/** The stamp of the first test row of each window, milliseconds; windows without one are left out. */
function firstTestMs(table: Table, windows: readonly Window[]): Map<string, number> {
  const [day, minute] = [numbers(table, 'event_day'), numbers(table, 'end_minute')]
  const byDay = new Map<number, number>()
  for (let i = 0; i < day.length; i++) byDay.set(day[i]!, Math.min(minute[i]!, byDay.get(day[i]!) ?? minute[i]!))
  return new Map(
    windows.flatMap(({ name, firstTestDay, lastTestDay }) => {
      const first = [...byDay].filter(([day]) => day >= firstTestDay && day <= lastTestDay).map(([, minute]) => minute)
      return first.length === 0 ? [] : [[name, minuteToMs(Math.min(...first))] as const]
    }),
  )
}

/** The windows and days of a pool's rows: what its weights may be fitted on. */
function cellsOf(delivered: Table): { readonly day: number }[] {
  const { codes } = text(delivered, 'window')
  const day = numbers(delivered, 'event_day')
  const cells = new Map<string, { day: number }>()
  for (let i = 0; i < day.length; i++) cells.set(`${codes[i]}/${day[i]}`, { day: day[i]! })
  return [...cells.values()]
}

const USED_BY: Partial<Record<LeakKind, string>> = {
  'training-label-late': 'The coefficients',
  'calibration-label-late': 'The calibrator',
  'search-label-late': 'The search',
  'weight-label-late': "The pool's weight",
}

const sentenceOf = (
  kind: LeakKind,
  window: string,
  days: number,
  example: { event_day: string; first_test_row: string },
) =>
  `${USED_BY[kind]} of ${window} used the labels of ${days} ${days === 1 ? 'day' : 'days'} that were not known at its first test row, ${example.first_test_row}: the first is ${example.event_day}.`
