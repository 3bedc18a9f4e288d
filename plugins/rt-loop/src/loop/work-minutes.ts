import type { Database } from 'kwx/database'
import { minuteToMs } from 'kwx/time'
import type { CityMemory } from '../signals/city-memory.ts'
import type { CityRows } from '../signals/city-rows.ts'
import type { Pair } from '../signals/pair.ts'
import { type Circumstances, signalsAt } from '../signals/signals-at.ts'
import { tradingDays } from '../signals/trading-days.ts'
import type { Signal } from '../storage/signals.ts'

/** Minutes after its end at which a minute's signals are no longer acted on. */
export const LATE_AFTER = 2

/** Rows of each memory; some pairs share one. */
export type RowsOfMemories = ReadonlyMap<CityMemory, CityRows>

/** What the pairs' minutes are made from, read once for all of them: a minute looks at no row that came after it. */
export async function readMinutes(
  db: Database,
  pairs: ReadonlyMap<Pair, CityMemory>,
  [first, last]: readonly [first: number, last: number],
): Promise<RowsOfMemories> {
  const cities = new Map([...pairs].map(([{ city }, memory]) => [memory, city]))
  const read = [...cities].map(async ([memory, city]) => {
    const days = [tradingDays(city, minuteToMs(first) - 1)[0], tradingDays(city, minuteToMs(last) - 1)[1]] as const
    return [memory, await memory.rows(db, days)] as const
  })
  return new Map(await Promise.all(read))
}

/**
 * The signals of all pairs at the end of a minute, in the order of the pairs.
 *
 * @param atMs  when it is worked through: a minute that ended too long before is stood down as late
 * @param standDownOf  why a pair's model is worse than the market; null where it is not
 */
export async function signalsOfMinute(
  pairs: ReadonlyMap<Pair, CityMemory>,
  rows: RowsOfMemories,
  { minute, atMs }: { readonly minute: number; readonly atMs: number },
  circumstances: Circumstances,
  standDownOf: (pair: Pair) => string | null = () => null,
): Promise<Signal[]> {
  const behind = atMs / 60_000 - minute
  const own: Circumstances =
    circumstances.standDown === null && behind > LATE_AFTER
      ? { standDown: 'late', reason: `worked through ${Math.floor(behind)} minutes after its end` }
      : circumstances
  const signals: Signal[] = []
  for (const [pair, memory] of pairs) {
    const worse = own.standDown === null ? standDownOf(pair) : null
    const given: Circumstances = worse === null ? own : { standDown: 'worse_than_market', reason: worse }
    signals.push(...(await signalsAt(pair, rows.get(memory)!, minute, given)))
  }
  return signals
}
