import { isKwxError, messageOf } from 'kwx'
import type { MarketRow } from 'kwx/database'
import { backoffMs, type KalshiKey, kalshiStream, type Pace, type StreamEvent } from 'kwx/sources'
import { MS_PER_MINUTE, minuteToMs } from 'kwx/time'
import type { FeedWorld } from '../loop/loop-types.ts'
import type { Pair } from '../signals/pair.ts'
import { openMarkets } from './fetch-prices.ts'
import { keepLifecycle } from './keep-lifecycle.ts'
import { MinuteBars } from './minute-bars.ts'
import { PollingFeed } from './polling-feed.ts'
import type { FeedState, FeedUpdate, PriceFeed } from './price-feed.ts'
import type { KeptMarket } from './price-keeper.ts'
import { StreamProof } from './stream-proof.ts'

/** How to listen. */
export interface StreamFeedOptions {
  /** ws or wss. */
  readonly url: string
  readonly key: KalshiKey
  readonly pace: Pace
  /** Milliseconds without a frame or ping after which a connection is dead; the exchange pings every 10 s. */
  readonly silenceMs: number
  /** A message that tells of something older than this is stale: prices are then polled. One this far ahead is wrong. */
  readonly staleMs: number
  /** How long after its end a minute of which nothing more is heard is asked about. */
  readonly settledAfterMs: number
}

/** How often it is looked whether a minute has ended of which nothing more is heard. */
const WATCH_MS = 250
/** An answer that takes longer is no proof: prices are then polled. */
const ECHO_WITHIN_MS = 3000
/** An old message that nothing follows says nothing about what is told a minute later. */
const STALE_FOR_MS = 60_000
/** A key that was refused may be taken later, when the clock was set right. */
const REFUSED_AGAIN_MS = 60_000

type Listened = KeptMarket & { readonly bars: MinuteBars | null }

/**
 * Prices as they happen, from the exchange's stream; by request whenever the stream cannot vouch for a minute.
 *
 * A minute is settled by a message stamped after it, or, where nothing more is heard, by the answer to a question that
 * was asked after its end: both say that all of it was told. Anything lost (a connection, a message, a book) makes the
 * minute one to be asked for; what both ways bring is stored once.
 */
export class StreamFeed implements PriceFeed {
  readonly #world: FeedWorld
  readonly #pairs: readonly Pick<Pair, 'city' | 'loaded'>[]
  readonly #options: StreamFeedOptions
  readonly #polling: PollingFeed
  readonly #withBars: ReadonlySet<string>
  readonly #watch: NodeJS.Timeout
  #markets = new Map<string, Listened>()
  #proof = new StreamProof([])
  #listening: { readonly end: AbortController; readonly done: Promise<void> } | null = null
  #probe: (() => number) | null = null
  #echoes = new Map<number, () => void>()
  #asking: Promise<boolean> | null = null
  #callback: (heardAtMs: number) => void = () => {}
  #heardAtMs = 0
  #stale: { readonly ageMs: number; readonly heardAtMs: number } | null = null
  /** Prints from here on may be missing although their minute is settled. */
  #askFromMs = Number.POSITIVE_INFINITY
  #storing: Promise<unknown> | null = null
  /** Minutes of which the last rows are being stored. */
  #settling = 0
  /** The newest minute whose rows are being stored, or are. */
  #proved = Number.NEGATIVE_INFINITY
  #failure: string | null = null

  constructor(world: FeedWorld, pairs: readonly Pick<Pair, 'city' | 'loaded'>[], options: StreamFeedOptions) {
    this.#world = world
    this.#pairs = pairs
    this.#options = options
    this.#polling = new PollingFeed(world, pairs)
    this.#withBars = new Set(
      pairs.flatMap(({ city, loaded }) => (loaded.config.price_source === 'candles' ? [city.id] : [])),
    )
    this.#watch = setInterval(() => void this.#proveDue().catch(world.fail), WATCH_MS)
  }

  async update(): Promise<FeedUpdate> {
    const { clock } = this.#world
    await this.#follow()
    this.#proof.tick(clock.now())
    let polled: FeedUpdate = { rows: 0, faults: [] }
    if (!(await this.#proveDue())) {
      polled = await this.#polling.poll(this.#askFromMs)
      if (polled.faults.length === 0) {
        this.#askFromMs = Number.POSITIVE_INFINITY
        for (const { bars } of this.#markets.values()) bars?.take(this.#polling.settled!)
      }
    }
    const { keeper } = this.#polling
    await keeper.flush()
    return { rows: keeper.takeStored(), faults: [...polled.faults, ...keeper.takeLate()] }
  }

  settledMinute(): number | null {
    return this.#polling.settled
  }

  onSettled(callback: (heardAtMs: number) => void): void {
    this.#callback = callback
  }

  state(): FeedState {
    const settled = this.#polling.settled
    const isSound = settled !== null && this.#proof.isSoundAfter(settled)
    const reason = this.#failure ?? (isSound ? this.#staleReason() : this.#proof.reason)
    return { mode: reason === null ? 'stream' : 'polling', reason }
  }

  async close(): Promise<void> {
    clearInterval(this.#watch)
    await this.#stopListening()
    await this.#storing
  }

  /** Listens to the markets that trade now; anew when they are others than before. */
  async #follow(): Promise<void> {
    const rows = new Map<string, MarketRow>()
    const cities = [...new Map(this.#pairs.map((pair) => [pair.city.id, pair])).values()]
    for (const pair of cities) for (const row of await openMarkets(this.#world, pair)) rows.set(row.ticker, row)
    const tickers = [...rows.keys()].sort()
    const isSame = tickers.length === this.#markets.size && tickers.every((ticker) => this.#markets.has(ticker))
    if (isSame && this.#listening) return
    await this.#stopListening()
    this.#noteLoss()
    this.#markets = new Map(
      tickers.map((ticker) => {
        const { market_id: marketId, city } = rows.get(ticker)!
        return [ticker, { marketId, ticker, bars: this.#withBars.has(city) ? new MinuteBars() : null }]
      }),
    )
    this.#proof = new StreamProof(tickers)
    if (tickers.length === 0) return
    const end = new AbortController()
    this.#listening = { end, done: this.#listen(tickers, end.signal).catch(this.#world.fail) }
  }

  async #stopListening(): Promise<void> {
    this.#listening?.end.abort()
    await this.#listening?.done
    this.#listening = null
    this.#probe = null
  }

  async #listen(tickers: readonly string[], ended: AbortSignal): Promise<void> {
    const { url, key, pace, silenceMs } = this.#options
    const signal = AbortSignal.any([ended, this.#world.signal])
    const series = new Set(this.#pairs.flatMap(({ city }) => city.series.map(({ ticker }) => ticker)))
    for (let tries = 2; !signal.aborted; tries++) {
      try {
        const events = kalshiStream({
          ...{ url, key, tickers, pace, silenceMs, signal },
          follows: (ticker) => series.has(ticker.split('-')[0]!),
          onHeard: (atMs) => {
            this.#heardAtMs = atMs
          },
          onConnected: (probe) => {
            this.#probe = probe
          },
        })
        for await (const event of events) this.#hear(event)
      } catch (error) {
        if (signal.aborted) return
        this.#failure = messageOf(error)
        this.#hear({ kind: 'lost', reason: this.#failure })
        const isRefused = isKwxError(error) && error.code === 'KALSHI_STREAM_REFUSED'
        const waitMs = isRefused ? REFUSED_AGAIN_MS : backoffMs(Math.min(tries, 8), pace.random())
        await pace.sleep(waitMs, signal).catch(() => {})
      }
    }
  }

  #hear(event: StreamEvent): void {
    const wasSound = this.#proof.isSound
    this.#proof.hear(event, this.#exchangeNow() + this.#options.staleMs)
    if (wasSound && !this.#proof.isSound) this.#noteLoss()
    if (event.kind === 'connected') this.#failure = null
    if (event.kind === 'lost') {
      this.#probe = null
      for (const { marketId, ticker } of this.#markets.values()) this.#quoteIsUnknown({ marketId, ticker })
    }
    if (event.kind === 'echo') this.#echoes.get(event.id)?.()
    if (event.kind === 'lifecycle') void keepLifecycle(this.#world, event).catch(this.#world.fail)
    if ('ticker' in event) this.#hearMarket(event)
    const settled = this.#polling.settled
    const over = this.#proof.overMinute
    if (settled !== null && over > Math.max(settled, this.#proved) && this.#proof.isSoundAfter(settled)) {
      void this.#settle(over).catch(this.#world.fail)
    } else this.#storeSoon()
  }

  #hearMarket(event: Extract<StreamEvent, { ticker: string }>): void {
    const market = this.#markets.get(event.ticker)
    if (!market) return
    const { keeper } = this.#polling
    const { marketId, ticker, bars } = market
    if (event.kind === 'trade') {
      const { id: tradeId, ...trade } = event
      if (keeper.hearPrint({ marketId, ticker }, { tradeId, ...trade })) bars?.print(event.tsMs, event.price)
      this.#age(event.tsMs)
    } else if (event.kind === 'ticker') {
      bars?.counts(event.tsMs, event.volumeCenti, event.openInterestCenti, event.price)
      this.#age(event.tsMs)
    } else if (event.kind === 'book') {
      if (event.top === null) {
        this.#quoteIsUnknown(market)
        return
      }
      const { bid, ask, bidSizeCenti, askSizeCenti } = event.top
      if (event.tsMs === null) bars?.start(bid, ask)
      else bars?.quote(event.tsMs, bid, ask)
      const tsMs = event.tsMs ?? Math.max(this.#world.clock.now(), this.#proof.newestMs)
      keeper.hearQuote({ kind: 'quote', marketId, ticker, tsMs, bid, ask, bidSizeCenti, askSizeCenti })
    }
  }

  #quoteIsUnknown({ marketId, ticker }: KeptMarket): void {
    this.#polling.keeper.hearQuote({ kind: 'unknown', marketId, ticker })
  }

  /** Something was lost that happened after the last print that was heard, at the earliest. */
  #noteLoss(): void {
    const settled = this.#polling.settled
    const since = this.#proof.lastPrintMs ?? (settled === null ? Number.POSITIVE_INFINITY : minuteToMs(settled))
    this.#askFromMs = Math.min(this.#askFromMs, since)
  }

  /** The first messages of a connection tell what was before it, and may be of any age. */
  #age(tsMs: number): void {
    const ageMs = this.#exchangeNow() - tsMs
    if (this.#proof.isSound) this.#stale = ageMs > this.#options.staleMs ? { ageMs, heardAtMs: this.#heardAtMs } : null
  }

  #staleReason(): string | null {
    if (this.#stale && performance.now() - this.#stale.heardAtMs > STALE_FOR_MS) this.#stale = null
    return this.#stale && `messages are ${(this.#stale.ageMs / 1000).toFixed(0)} s old`
  }

  #exchangeNow(): number {
    return this.#world.clock.now() + (this.#world.sources.kalshi.clockAheadMs() ?? 0)
  }

  /** Stores what was heard, one batch after the other; behind the work on a minute that is about to be settled. */
  #storeSoon(): void {
    if (this.#storing || this.#settling > 0 || this.#polling.keeper.isEmpty) return
    this.#storing = new Promise((next) => setImmediate(next))
      .then(() => this.#polling.keeper.flush())
      .catch(this.#world.fail)
      .finally(() => {
        this.#storing = null
        this.#storeSoon()
      })
  }

  /** Stores everything up to the end of a minute, then says that it is settled; what came after it waits for that. */
  async #settle(minute: number): Promise<void> {
    this.#settling++
    try {
      await this.#storeUpTo(minute)
    } finally {
      this.#settling--
    }
    this.#storeSoon()
  }

  async #storeUpTo(minute: number): Promise<void> {
    const heardAtMs = this.#heardAtMs
    const { keeper, settled } = this.#polling
    for (let m = Math.max(settled!, this.#proved) + 1; m <= minute; m++) {
      for (const { marketId, ticker, bars } of this.#markets.values()) {
        const bar = bars?.take(m)
        if (bar) keeper.hearCandle({ marketId, ticker, endMinute: m, ...bar })
      }
    }
    this.#proved = minute
    if (keeper.holdsUpTo(minuteToMs(minute))) await keeper.flush()
    if (minute > this.#polling.settled!) this.#polling.settled = minute
    this.#callback(heardAtMs)
  }

  /**
   * Whether the stream vouches for every minute that is over by the clock; asks it about one of which nothing more is
   * heard.
   */
  #proveDue(): Promise<boolean> {
    this.#asking ??= this.#prove().finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  async #prove(): Promise<boolean> {
    const { settled } = this.#polling
    if (settled === null || this.#staleReason() !== null || !this.#proof.isSoundAfter(settled)) return false
    const due = Math.floor((this.#world.clock.now() - this.#options.settledAfterMs) / MS_PER_MINUTE)
    if (due <= settled) return true
    const proof = this.#proof
    if (!(await this.#echo())) return false
    const now = this.#polling.settled!
    if (proof !== this.#proof || !proof.isSoundAfter(now)) return false
    if (due > now) await this.#settle(due)
    return true
  }

  /** True when what the exchange had sent up to now has been heard. */
  async #echo(): Promise<boolean> {
    if (!this.#probe) return false
    const id = this.#probe()
    const heard = await new Promise<boolean>((resolve) => {
      const late = setTimeout(() => resolve(false), ECHO_WITHIN_MS)
      this.#echoes.set(id, () => {
        clearTimeout(late)
        resolve(true)
      })
    })
    this.#echoes.delete(id)
    return heard
  }
}
