import { rowsBetween, rowsOfDays } from 'kwx/model'
import { formatDay, formatInstant, minuteToMs, parseDay } from 'kwx/time'

import { type Finding, noDifference } from './check.ts'
import type { WindowEvidence } from './window-evidence.ts'

/**
 * No label of an embargoed day, or of a later one, went into search, fit or calibration; and how many rows' labels were
 * known later than the window needed them.
 *
 * A window needs its labels at the stamp of the first of its test rows: the end of the first minute in which a market of a
 * test day is predicted, which is on the day before the first test day. A label is known in time when its `known_at` is not
 * after that. Late labels are counted and do not fail the check: without an embargo they are what is configured, and with
 * one they are known late only by assumption, or by a report that was late; `kwx audit leak` judges those.
 */
export function checkLabelsKnown({ config, window, rows, model, parameters }: WindowEvidence): Finding {
  const check = 'labels-known'
  const lastUsed = window.lastTrainDay - config.embargo_days
  const parts = {
    'the coefficients': model.training.days,
    'the calibrator': model.calibration.days,
    'the search': parameters.search_days,
  }
  const problems = Object.entries(parts).flatMap(([part, days]) =>
    days.filter((day) => parseDay(day) > lastUsed).map((day) => `${part} used the label of ${day}`),
  )
  const setting = `embargo of ${config.embargo_days} ${config.embargo_days === 1 ? 'day' : 'days'}`
  if (problems.length > 0) {
    const allowed = `with an ${setting} the last one allowed is ${formatDay(lastUsed)}`
    return noDifference(check, '', [`${problems[0]}, ${allowed}`, ...problems.slice(1)])
  }
  const used = rowsOfDays(
    rows.day,
    [...new Set(Object.values(parts).flat())].map(parseDay).sort((a, b) => a - b),
  )
  const test = rowsBetween(rows.day, window.firstTestDay, window.lastTestDay)
  const firstMs = minuteToMs(
    test.reduce((first, row) => Math.min(first, rows.endMinute[row]!), Number.POSITIVE_INFINITY),
  )
  // NaN, a time that is not known, is late.
  const late = used.filter((row) => !(rows.labelKnownMs[row]! <= firstMs))
  const assumed = late.filter((row) => rows.labelKnownAssumed[row] === 1).length
  const sentence =
    `With an ${setting} no label after ${formatDay(lastUsed)} was used; the labels of ${late.length} of ${used.length} rows were ` +
    `known after the first test row, ${formatInstant(firstMs)} (${assumed} by an assumed time).`
  return { check, passed: true, value: late.length, threshold: null, sentence }
}
