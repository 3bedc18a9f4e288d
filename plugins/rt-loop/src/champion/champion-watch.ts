import { messageOf } from 'kwx'
import type { Bracket } from 'kwx/config'
import { type Database, type EProcessStanding, liveEProcess, type MarketRow } from 'kwx/database'
import { formatDay, MS_PER_MINUTE } from 'kwx/time'
import type { NewsWorld } from '../feed/news-world.ts'
import type { Brought } from '../feed/report-news.ts'
import { fetchEvent } from '../paper/fetch-results.ts'
import type { Pair } from '../signals/pair.ts'
import type { ChampionNews, ChampionsTold } from './champion-news.ts'
import { growProcess, latchedSentence } from './grow-process.ts'

interface Watched extends Pick<Pair, 'city'> {
  readonly bracket: Bracket
  standing: EProcessStanding | null
  /** Why it could not be read; null once it was. */
  unread: string | null
  awaited: readonly MarketRow[]
  /** The promotion whose days before `nextDay` were looked at. */
  looked: { readonly promotion: number; readonly nextDay: number } | null
}

const RESULTS_EVERY_MS = 10 * MS_PER_MINUTE

/**
 * Follows the e-processes of the champions that a loop runs, adds settled days to them, and says which champions are stood
 * down. Candidates are not followed. One process that fails is told and costs the others nothing.
 */
export class ChampionWatch {
  readonly #db: Database
  readonly #signal: AbortSignal
  readonly #watched = new Map<string, Watched>()
  readonly #told = new Set<string>()
  #isDue = false
  #resultsAt: number | null = null
  #news: ChampionNews[] = []
  #faults: string[] = []

  constructor({ db, signal }: { readonly db: Database; readonly signal: AbortSignal }, pairs: readonly Pair[]) {
    this.#db = db
    this.#signal = signal
    for (const pair of pairs) {
      if (pair.candidate) continue
      const { bracket } = pair.loaded.config
      const unknown = { standing: null, unread: 'it was not read yet', awaited: [], looked: null }
      this.#watched.set(keyOf(pair), { city: pair.city, bracket, ...unknown })
    }
  }

  /** Why a champion's signals are stood down; null where they are not. A process that was never read stands them down. */
  standDownOf(pair: Pair): string | null {
    const watched = pair.candidate ? undefined : this.#watched.get(keyOf(pair))
    if (!watched) return null
    if (watched.unread !== null) return `its e-process cannot be read: ${watched.unread}`
    const { standing } = watched
    if (standing === null || standing.latchedSince === null) return null
    const { process, latchedSince } = standing
    return `worse than the market since ${formatDay(latchedSince)}, by the e-process of promotion ${process.promotion_id}`
  }

  /** Reads all processes anew: a promotion, or another loop, may have changed them. */
  async load(): Promise<void> {
    for (const watched of this.#watched.values()) await this.#each(watched, () => this.#read(watched))
    this.#isDue = true
  }

  /** Brings results that days wait for; null while there are none, or they were asked for within ten minutes. */
  async fetchResults(world: NewsWorld, atMs: number): Promise<Brought | null> {
    const awaited = [...this.#watched.values()].flatMap((one) => one.awaited)
    const isEarly = this.#resultsAt !== null && atMs >= this.#resultsAt && atMs - this.#resultsAt < RESULTS_EVERY_MS
    if (awaited.length === 0 || isEarly) return null
    this.#resultsAt = atMs
    let rows = 0
    const faults: string[] = []
    for (const [ticker, markets] of Map.groupBy(awaited, ({ event_ticker }) => event_ticker)) {
      const { series_ticker, city, day } = markets[0]!
      const closes = markets.flatMap(({ close_ms }) => close_ms ?? [])
      const span = {
        first_close_ms: closes.length === 0 ? null : Math.min(...closes),
        last_close_ms: closes.length === 0 ? null : Math.max(...closes),
      }
      try {
        rows += await fetchEvent(world, { ticker, series_ticker, city, day, ...span })
      } catch (error) {
        this.#signal.throwIfAborted()
        faults.push(`results of ${ticker}: ${messageOf(error)}`)
      }
    }
    this.#isDue = true
    return { rows, faults }
  }

  /**
   * Adds settled days, where something may have changed since it was called last.
   *
   * @param worked  the last minute that the loop worked through; null before the first
   */
  async grow(worked: number | null, nowMs: number): Promise<void> {
    if (!this.#isDue) return
    this.#isDue = false
    for (const watched of this.#watched.values()) {
      await this.#each(watched, () => this.#grow(watched, worked, nowMs))
    }
  }

  /** What there is to tell since it was asked last. */
  take(): ChampionsTold {
    const champions = [...this.#watched.values()].map(({ city, bracket, standing }) => ({
      ...{ city: city.id, bracket, standing },
    }))
    const told = { champions, news: this.#news, faults: this.#faults }
    this.#news = []
    this.#faults = []
    return told
  }

  async #grow(watched: Watched, worked: number | null, nowMs: number): Promise<void> {
    const { standing, looked, bracket, city } = watched
    if (standing === null) return
    const promotion = standing.process.promotion_id
    const fromDay = looked?.promotion === promotion ? looked.nextDay : standing.process.first_day
    const grown = await growProcess(this.#db, standing, { city, bracket, fromDay, worked, nowMs })
    watched.standing = grown.standing
    watched.awaited = grown.awaited
    watched.looked = { promotion, nextDay: grown.nextDay }
    this.#tell(grown.news)
    if (grown.more) this.#isDue = true
    if (grown.news.some(({ outcome }) => outcome === 'changed_elsewhere')) await this.#read(watched)
  }

  async #read(watched: Watched): Promise<void> {
    const { city, bracket } = watched
    const standing = await liveEProcess(this.#db, { city: city.id, bracket })
    watched.standing = standing
    watched.unread = null
    if (standing?.process.promotion_id !== watched.looked?.promotion) watched.awaited = []
    if (standing === null || standing.latchedSince === null) return
    const { promotion_id: promotion } = standing.process
    const { latchedSince: day } = standing
    this.#tell([{ outcome: 'latched', promotion, city: city.id, bracket, day, sentence: latchedSentence(day) }])
  }

  /** The same is told once. */
  #tell(news: readonly ChampionNews[]): void {
    for (const one of news) {
      const { outcome, promotion, day } = one
      const key = outcome === 'result_changed' ? `${promotion} ${one.sentence}` : `${promotion} ${outcome} ${day}`
      if (this.#told.has(key)) continue
      this.#told.add(key)
      this.#news.push(one)
    }
  }

  async #each(watched: Watched, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#signal.throwIfAborted()
      if (watched.unread !== null) watched.unread = messageOf(error)
      this.#faults.push(`e-process of ${watched.city.id} ${watched.bracket}: ${messageOf(error)}`)
    }
  }
}

const keyOf = ({ city, loaded }: Pick<Pair, 'city' | 'loaded'>): string => `${city.id} ${loaded.config.bracket}`
