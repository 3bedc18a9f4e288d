import { EXIT, KwxError } from '../../base/errors.ts'
import { formatDay, parseDay } from '../../base/time/days.ts'
import type { ModelFile } from './model-file.ts'

/** A model's window, as much of it as the choice needs. */
type ModelDates = Pick<ModelFile, 'window' | 'training' | 'calibration' | 'test'>

/** The window that may be used on a date. */
interface WindowChoice<Dates extends ModelDates> {
  readonly chosen: Dates
  /** One sentence when the date lies after the window's last test day; null while the model is fresh. */
  readonly stale: string | null
}

/**
 * The latest window whose training and calibration days all end before `date`.
 *
 * A model that saw the date would know its outcome, so a date inside or before every training span is refused instead
 * of given the nearest window.
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
  const byEnd = windows.map((dates) => ({ dates, end: lastDaySeen(dates) })).sort((a, b) => a.end - b.end)
  const usable = byEnd.filter(({ end }) => end < day).at(-1)
  if (!usable) {
    const first = byEnd[0]!
    throw new KwxError(
      `No model may be used on ${date}: the earliest window, ${first.dates.window}, was trained on days up to ${formatDay(first.end)}.`,
      {
        code: 'MODEL_SAW_DATE',
        exit: EXIT.stale,
        hint: `Ask for ${formatDay(first.end + 1)} or later, or train on earlier days.`,
        details: { date, earliest: formatDay(first.end + 1) },
      },
    )
  }
  const { window, test } = usable.dates
  const stale =
    day > parseDay(test.last_day) ? `${window} was tested up to ${test.last_day}; ${date} lies after that.` : null
  return { chosen: usable.dates, stale }
}

/** The last day that a model was trained or calibrated on, as a day number. */
export function lastDaySeen({ training, calibration }: Pick<ModelDates, 'training' | 'calibration'>): number {
  let last = parseDay(training.last_day)
  for (const days of [training.days, calibration.days]) for (const day of days) last = Math.max(last, parseDay(day))
  return last
}
