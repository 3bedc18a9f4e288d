import type { ProductionConfig } from 'kwx/config'
import { parseDay, walkForwardWindows } from 'kwx/time'

/** How many windows fit into a configuration's dates, and how many different days they test. */
export function windowsOf(config: ProductionConfig): { windows: number; testDays: number } {
  const windows = walkForwardWindows(parseDay(config.start_date), parseDay(config.end_date), {
    trainDays: config.train_days,
    testDays: config.test_days,
    stepDays: config.step_days,
  })
  const days = new Set<number>()
  for (const { firstTestDay, lastTestDay } of windows) {
    for (let day = firstTestDay; day <= lastTestDay; day++) days.add(day)
  }
  return { windows: windows.length, testDays: days.size }
}
