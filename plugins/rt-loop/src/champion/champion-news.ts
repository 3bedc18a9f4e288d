import type { Bracket } from 'kwx/config'
import type { EProcessStanding } from 'kwx/database'

/** What became of a day of a champion's process, or keeps it from growing. */
export type ChampionOutcome =
  | 'day_added'
  /** *Against* reached 20: stood down from now on. */
  | 'latched'
  | 'no_signals'
  /** Results did not come for a week: the day is left out. */
  | 'result_missing'
  /** A result changed after its day was added; the day stands. */
  | 'result_changed'
  /** The clock is behind the last day's addition: nothing is added. */
  | 'clock_backwards'
  /** Another process added the day, or a promotion ended the process, meanwhile. */
  | 'changed_elsewhere'

export interface ChampionNews {
  readonly outcome: ChampionOutcome
  readonly promotion: number
  readonly city: string
  readonly bracket: Bracket
  /** Climate day; null where none is meant. */
  readonly day: number | null
  readonly sentence: string
}

/** A champion's process as the loop knows it. */
export interface WatchedChampion {
  readonly city: string
  readonly bracket: Bracket
  /** Null where no promoted champion is live. */
  readonly standing: EProcessStanding | null
}

/** What is told of the champions, once. */
export interface ChampionsTold {
  readonly champions: readonly WatchedChampion[]
  readonly news: readonly ChampionNews[]
  readonly faults: readonly string[]
}
