import { EXIT, KwxError } from '../../base/errors.ts'
import { formatDay, parseDay } from '../../base/time/days.ts'
import type { ModelFile } from './model-file.ts'

/** A model's window, as much of it as the choice needs. */
type ModelDates = Pick<ModelFile, 'window' | 'embargo_days' | 'training' | 'calibration' | 'test'>

/** The window that may be used on a date. */
interface WindowChoice<Dates extends ModelDates> {
  readonly chosen: Dates
  /** One sentence when the date lies after the window's last test day; null while the model is fresh. */
  readonly stale: string | null
}

/**
 * The latest window that saw no day after `date` minus its embargo, that day excluded: last day seen + embargo < date.
 *
 * A model that saw the date would know its outcome, so a date inside or before every training span is refused instead
 * of given the nearest window. An event trades from the day before it; its eve is settled only on the event's own day.
 * With an embargo of 1 the last day seen is settled on the eve, and no label is used that was not known yet.
 *
 * @param date  ISO climate day
 * @throws RangeError when `date` is not a date
 * @throws KwxError MODEL_NONE (exit 5) without windows
 * @throws KwxError MODEL_SAW_DATE (exit 5) when every window was trained on days up to or after the date
 */
export function chooseWindow<Dates extends ModelDates>(windows: readonly Dates[], date: string): WindowChoice<Dates> {
  const day = parseDay(date)
  if (windows.length === 0) {
    throw new KwxError('There is no trained window.', {
      code: 'MODEL_NONE',
      exit: EXIT.stale,
      hint: 'Train one with "kwx train --config FILE".',
    })
  }
  const byEnd = windows
    .map((dates) => ({ dates, end: lastDaySeen(dates), first: lastDaySeen(dates) + (dates.embargo_days ?? 0) + 1 }))
    .sort((a, b) => a.end - b.end)
  const usable = byEnd.filter(({ first }) => first <= day).at(-1)
  if (!usable) {
    const earliest = byEnd[0]!
    throw new KwxError(
      `No model may be used on ${date}: the earliest window, ${earliest.dates.window}, was trained on days up to ${formatDay(earliest.end)}.`,
      {
        code: 'MODEL_SAW_DATE',
        exit: EXIT.stale,
        hint: `Ask for ${formatDay(earliest.first)} or later, or train on earlier days.`,
        details: { date, earliest: formatDay(earliest.first) },
      },
    )
  }
  const { window, test } = usable.dates
  const stale =
    day > parseDay(test.last_day) ? `${window} was tested up to ${test.last_day}; ${date} lies after that.` : null
  return { chosen: usable.dates, stale }
}

/**
 * The last day that a model was trained or calibrated on, as a day number: the last of its span that is not embargoed,
 * or a later one that it lists all the same.
 */
export function lastDaySeen({
  embargo_days = 0,
  training,
  calibration,
}: Pick<ModelDates, 'embargo_days' | 'training' | 'calibration'>): number {
  let last = parseDay(training.last_day) - embargo_days
  for (const days of [training.days, calibration.days]) for (const day of days) last = Math.max(last, parseDay(day))
  return last
}
