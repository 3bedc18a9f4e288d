import type { Database } from 'kwx/database'
import type { Sources } from 'kwx/sources'
import type { Clock } from 'kwx/time'
import type { ChampionsTold } from '../champion/champion-news.ts'
import type { NewsWorld } from '../feed/news-world.ts'
import type { FeedState, PriceEvent, PriceFeed } from '../feed/price-feed.ts'
import type { LivePair } from '../signals/load-pair.ts'
import type { Prints } from '../signals/price-memory.ts'
import type { Circumstances } from '../signals/signals-at.ts'
import type { PaperChange, WorkedMinute } from '../storage/save-minute.ts'
import type { PriceRows } from '../storage/save-prices.ts'
import type { Signal } from '../storage/signals.ts'
import type { SwitchState } from './stop-switch.ts'

/** What the loop runs in; `sleep` and `clock` make a replay and a test possible. */
export interface LoopWorld {
  readonly db: Database
  readonly sources: Sources
  readonly clock: Clock & { refresh?(): Promise<void> }
  readonly home: string
  readonly signal: AbortSignal
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** What a feed needs of the world. */
export interface FeedWorld extends NewsWorld {
  readonly signal: AbortSignal
  /** False in a dry run. */
  readonly record: boolean
  /** The last minute that was worked through; null before the first. */
  worked(): number | null
  /** Told of what was stored, within the turn. */
  onStored(rows: PriceRows): void
  /** Told of the same, each print and quote once, in the order in which they came. */
  onPrice(event: PriceEvent): void
  /** Ends the loop with an error. */
  fail(error: unknown): void
}

/** A minute while its signals are computed, and what is needed to have it written. */
export interface MinuteWork {
  readonly db: Database
  readonly minute: WorkedMinute
  readonly circumstances: Circumstances
  readonly signals: Promise<readonly Signal[]>
  /**
   * Once the signals are there: the prints of a market from an ordinal on that were read for them, some after the minute;
   * null where they were not.
   */
  printsSince(marketId: number, ordinal: number): Prints | null
  /**
   * Writes signals together with what they made of a portfolio, or nothing: false where the portfolio is no longer as it
   * was read.
   *
   * @throws KwxError RT_ANOTHER_LOOP (exit 1) when another process has written the minute
   */
  save(signals: readonly Signal[], paper?: PaperChange): Promise<boolean>
}

/** How to run, and who is told. */
export interface LoopOptions {
  readonly pairs: readonly LivePair[]
  /** Writes signals; else they are only shown. */
  readonly record: boolean
  /** Ticks after which the loop ends by itself; null for never. */
  readonly ticks: number | null
  readonly tickMs: number
  /** Difference to the exchange's clock above which nothing is acted on; answers take their time, and say seconds. */
  readonly mostAheadMs: number
  /** Told of every tick, finished or failed. */
  readonly onTick: (tick: Tick) => void
  /** Makes the feed of prices; absent: by request. */
  readonly feed?: (world: FeedWorld, pairs: readonly LivePair[]) => PriceFeed
  /** Told when the rows of a minute are stored, with the moment at which the message was heard that proved it over. */
  readonly onStored?: (heardAtMs: number) => void
  /** Told how many milliseconds after the message that proved a minute over its signals were written. */
  readonly onWritten?: (ms: number) => void
  /** Told of every print and quote after it was stored, in the order in which the loop learned of them. */
  readonly onPrice?: (event: PriceEvent) => void
  /**
   * Called with each minute, to have it saved as it makes of it: that is what is told as its signals. Minutes come in order,
   * each once; every price of the minute was told before. Not called in a dry run.
   */
  readonly onMinute?: (work: MinuteWork) => Promise<void>
  /** Told that markets may have changed. */
  readonly onMarkets?: () => void
  /** Told of the champions, in each tick: how they stand, and what there is to tell of them. */
  readonly onChampions?: (told: ChampionsTold) => void
  /** Called once a tick, after what was due has been worked through. */
  readonly onWorked?: () => Promise<void>
}

/** What one tick did. */
export interface Tick {
  readonly number: number
  readonly atMs: number
  readonly durationMs: number
  /** Minutes that were worked through since the tick before. */
  readonly minutes: readonly number[]
  readonly signals: readonly Signal[]
  readonly fetched: number
  /** What kept the tick from being whole; the loop goes on. */
  readonly faults: readonly string[]
  readonly state: SwitchState['state']
  readonly feed: FeedState
}
