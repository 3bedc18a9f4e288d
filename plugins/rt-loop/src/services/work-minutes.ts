import type { Database, Signal } from 'kwx/database'
import { minuteToMs } from 'kwx/time'

import type { CityMemory } from './city-memory.ts'
import type { CityRows } from './city-rows.ts'
import type { Pair } from './pair.ts'
import { type Circumstances, signalsAt } from './signals-at.ts'
import { tradingDays } from './trading-days.ts'

/** Minutes after its end at which a minute's signals are no longer acted on. */
export const LATE_AFTER = 2

/** One minute and the signals of all pairs at its end. */
export interface MinuteSignals {
  readonly minute: number
  readonly signals: readonly Signal[]
}

/**
 * The signals of all pairs at the end of each of some minutes, from what the database holds. Rows are read once: a
 * minute looks at none that came after it.
 *
 * @param now  the loop's clock: a minute that ended too long ago is worked through, and stood down as late
 */
export async function* workMinutes(
  db: Database,
  pairs: ReadonlyMap<Pair, CityMemory>,
  [first, last]: readonly [first: number, last: number],
  now: () => number,
  circumstances: Circumstances,
): AsyncGenerator<MinuteSignals, void> {
  if (first > last) return
  const read = new Map<CityMemory, Promise<CityRows>>()
  for (const [{ city }, memory] of pairs) {
    if (read.has(memory)) continue
    const days = [tradingDays(city, minuteToMs(first) - 1)[0], tradingDays(city, minuteToMs(last) - 1)[1]] as const
    read.set(memory, memory.rows(db, days))
  }
  await Promise.all(read.values())
  for (let minute = first; minute <= last; minute++) {
    const behind = now() / 60_000 - minute
    const own: Circumstances =
      circumstances.standDown === null && behind > LATE_AFTER
        ? { standDown: 'late', reason: `worked through ${Math.floor(behind)} minutes after its end` }
        : circumstances
    const signals: Signal[] = []
    for (const [pair, memory] of pairs) signals.push(...(await signalsAt(pair, await read.get(memory)!, minute, own)))
    yield { minute, signals }
  }
}
