import { messageOf } from 'kwx'
import { observationFeeds } from 'kwx/cities'
import { VISUAL_CROSSING } from 'kwx/features'
import type { OpenedObservations } from 'kwx/sources'
import { MS_PER_MINUTE } from 'kwx/time'
import type { FeedWorld } from '../loop/loop-types.ts'
import type { LivePair } from '../signals/load-pair.ts'
import { fetchReports } from './fetch-reports.ts'

/** What an update of one kind brought. */
export interface Brought {
  readonly rows: number
  readonly faults: readonly string[]
}

interface Asked {
  readonly feed: OpenedObservations
  readonly station: string
  dueMs: number
  /** When it last answered; null before. */
  answeredMs: number | null
}

/** Feeds that a pair's features may come from: those of the city, and minutes where the configuration uses them. */
const feedsOf = ({ city, loaded }: Pick<LivePair, 'city' | 'loaded'>): readonly string[] =>
  loaded.config.use_vc_minutes ? [...observationFeeds(city), VISUAL_CROSSING] : observationFeeds(city)

/**
 * The reports of all stations of a loop, from every feed that its cities and configurations name.
 *
 * All are asked side by side, each as often as it allows, and each fails alone: one that is down costs the others
 * nothing, and the station's reports come from those that answer. A feed that lacks its key or contact is left out.
 */
export class ReportNews {
  readonly #world: FeedWorld
  readonly #asked: readonly Asked[]

  constructor(world: FeedWorld, pairs: readonly Pick<LivePair, 'city' | 'loaded' | 'station'>[]) {
    this.#world = world
    const names = new Map(
      pairs.flatMap((pair) => feedsOf(pair).map((name) => [`${name} ${pair.station}`, [name, pair.station]] as const)),
    )
    this.#asked = [...names.values()].flatMap(([name, station]) => {
      const feed = world.sources.observations(name)
      const isAsked = feed.lacks === null && feed.liveEveryMinutes !== null
      return isAsked ? [{ feed, station, dueMs: Number.NEGATIVE_INFINITY, answeredMs: null }] : []
    })
  }

  /** Null while none is due. */
  async fetch(atMs: number): Promise<Brought | null> {
    const due = this.#asked.filter(({ dueMs }) => dueMs <= atMs)
    if (due.length === 0) return null
    const faults: string[] = []
    let rows = 0
    const ask = async (one: Asked) => {
      const { feed, station, answeredMs } = one
      one.dueMs = atMs + feed.liveEveryMinutes! * MS_PER_MINUTE
      try {
        const stored = await fetchReports(this.#world, feed, station, answeredMs)
        rows += stored // after the await: feeds that answer meanwhile add theirs
        one.answeredMs = atMs
      } catch (error) {
        this.#world.signal.throwIfAborted()
        faults.push(`reports of ${station} from ${feed.name}: ${messageOf(error)}`)
      }
    }
    await Promise.all(due.map(ask))
    return { rows, faults: faults.sort() }
  }
}
