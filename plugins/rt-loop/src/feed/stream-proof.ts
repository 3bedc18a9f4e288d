import type { StreamEvent } from 'kwx/sources'
import { MS_PER_MINUTE, minuteToMs } from 'kwx/time'

/**
 * How long after a minute's end a message must be stamped to prove it over: prints of different markets may be told a
 * little out of order.
 */
export const GRACE_MS = 250

/**
 * What a stream can prove. A minute is sound when every book was known and every channel answered from before its start
 * to its end; a sound minute is over as soon as something is told that happened after it.
 *
 * A minute in which anything was lost is not sound and must be fetched by request. Pure: no socket, no clock.
 */
export class StreamProof {
  readonly #unknown: Set<string>
  readonly #tickers: readonly string[]
  #subscribed = false
  #soundFromMs: number | null = null
  #newestMs = Number.NEGATIVE_INFINITY
  #lastPrintMs: number | null = null
  #reason = 'the stream has just begun'

  constructor(tickers: readonly string[]) {
    this.#tickers = tickers
    this.#unknown = new Set(tickers)
  }

  /** @param latestMs  a stamp after it is wrong: it proves nothing, and whoever sent it is not to be trusted for now */
  hear(event: StreamEvent, latestMs: number): void {
    if ('tsMs' in event && event.tsMs !== null && event.tsMs > latestMs) {
      this.#lose('a message is stamped in the future')
      return
    }
    switch (event.kind) {
      case 'connected':
      case 'lost':
        this.#subscribed = false
        for (const ticker of this.#tickers) this.#unknown.add(ticker)
        this.#lose(event.kind === 'lost' ? event.reason : this.#reason)
        break
      case 'subscribed':
        this.#subscribed = true
        break
      case 'trades-missed':
        this.#lose('prints were lost')
        break
      case 'book':
        if (event.top === null) {
          this.#unknown.add(event.ticker)
          this.#lose('a message of a book was lost')
        } else if (!this.#unknown.delete(event.ticker) && event.tsMs === null) {
          // A snapshot that nobody asked for: the exchange skipped what lies between.
          this.#lose('the exchange sent a book anew')
        }
        this.#stamp(event.tsMs)
        break
      case 'trade':
        this.#lastPrintMs = event.tsMs
        this.#stamp(event.tsMs)
        break
      case 'ticker':
        this.#stamp(event.tsMs)
    }
  }

  /**
   * To be called at each tick: the stream is sound from the first tick on at which nothing is missing. Its own stamps say
   * too little of when that was, a clock that was just read says it a little late.
   */
  tick(nowMs: number): void {
    if (!this.#subscribed || this.#unknown.size > 0) return
    this.#soundFromMs ??= Math.max(nowMs, this.#newestMs)
  }

  /** Whether everything after a minute, and so the next one, is told. */
  isSoundAfter(minute: number): boolean {
    return this.#soundFromMs !== null && this.#soundFromMs <= minuteToMs(minute)
  }

  /** Whether anything is missing at present. */
  get isSound(): boolean {
    return this.#soundFromMs !== null
  }

  /** Why the stream is not sound, or was not when it was last. */
  get reason(): string {
    return this.#reason
  }

  /** The newest minute that what was told proves over; sound or not. */
  get overMinute(): number {
    return Math.floor((this.#newestMs - GRACE_MS) / MS_PER_MINUTE)
  }

  /** The newest instant that the stream told of. */
  get newestMs(): number {
    return this.#newestMs
  }

  /** When the newest print happened that was heard: one that was lost came after it. Null before the first. */
  get lastPrintMs(): number | null {
    return this.#lastPrintMs
  }

  #lose(reason: string): void {
    this.#soundFromMs = null
    this.#reason = reason
  }

  #stamp(tsMs: number | null): void {
    if (tsMs !== null && tsMs > this.#newestMs) this.#newestMs = tsMs
  }
}
