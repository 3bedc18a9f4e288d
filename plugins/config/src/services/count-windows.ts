import { type ProductionConfig, windowsOf } from 'kwx/config'

/** How many windows fit into a configuration's dates, and how many different days they test. */
export function countWindows(config: ProductionConfig): { windows: number; testDays: number } {
  const windows = windowsOf(config)
  const days = new Set<number>()
  for (const { firstTestDay, lastTestDay } of windows) {
    for (let day = firstTestDay; day <= lastTestDay; day++) days.add(day)
  }
  return { windows: windows.length, testDays: days.size }
}
