import type { Selectable } from 'kysely'
import { E_BAR, type EProcess, growEProcess, startEProcess } from '../../../domain/scores/e-process.ts'
import type { EProcessDaysTable, EProcessesTable } from '../schema.ts'

export type EProcessRow = Selectable<EProcessesTable>
export type EProcessDay = Selectable<EProcessDaysTable>

/** A champion's e-process as its days make it. */
export interface EProcessStanding {
  readonly process: EProcessRow
  /** Rising. */
  readonly days: readonly EProcessDay[]
  readonly state: EProcess
  /** The first day after which *against* stood at 20 or above: since then the champion is stood down. */
  readonly latchedSince: number | null
}

/**
 * Makes the state of a process again from its stored days. A latch that is stored stands even where the state, made by
 * another version of kwx, has none.
 *
 * @throws KwxError E_PROCESS_DAY, E_PROCESS_VALUE, E_PROCESS_CLIP (exit 1 or 2) when the rows are not what kwx wrote
 * @cost O(days)
 */
export function standingOf(process: EProcessRow, days: readonly EProcessDay[]): EProcessStanding {
  const state = days.reduce(
    (grown, { day, difference }) => growEProcess(grown, day, difference),
    startEProcess(process.clip),
  )
  const stored = days.find(({ e_against }) => e_against >= E_BAR)?.day ?? null
  const since = [state.against_since, stored].filter((day) => day !== null)
  return { process, days, state, latchedSince: since.length === 0 ? null : Math.min(...since) }
}
