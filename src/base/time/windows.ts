import { formatDayCompact } from './days.ts'

/** One walk-forward fold. All days are climate days and inclusive. */
export interface Window {
  /** `win_YYYYMMDD_YYYYMMDD`: first training day, last test day. */
  readonly name: string
  readonly firstTrainDay: number
  readonly lastTrainDay: number
  readonly firstTestDay: number
  readonly lastTestDay: number
}

/**
 * The walk-forward windows that fit whole into [startDay, endDay], oldest first; empty when none fits.
 *
 * Train `trainDays`, test the next `testDays`, advance `stepDays`.
 */
export function walkForwardWindows(
  startDay: number,
  endDay: number,
  { trainDays, testDays, stepDays }: { trainDays: number; testDays: number; stepDays: number },
): Window[] {
  const windows: Window[] = []
  for (let first = startDay; first + trainDays + testDays - 1 <= endDay; first += stepDays) {
    const lastTestDay = first + trainDays + testDays - 1
    windows.push({
      name: `win_${formatDayCompact(first)}_${formatDayCompact(lastTestDay)}`,
      firstTrainDay: first,
      lastTrainDay: first + trainDays - 1,
      firstTestDay: first + trainDays,
      lastTestDay,
    })
  }
  return windows
}
