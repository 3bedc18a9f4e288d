import { EXIT, KwxError, messageOf } from 'kwx'
import { type Database, lastWorkedMinute, type Signal, saveMinute } from 'kwx/database'
import type { Sources } from 'kwx/sources'
import { type Clock, MS_PER_MINUTE } from 'kwx/time'

import { CityMemory } from './city-memory.ts'
import { fetchMarkets, fetchPrices, fetchReports, markComplete, tradingDays } from './fetch-news.ts'
import type { LivePair } from './load-pair.ts'
import type { Circumstances } from './signals-at.ts'
import { readSwitch, type SwitchState } from './stop-switch.ts'
import { workMinutes } from './work-minutes.ts'

/** What the loop runs in; `sleep` and `clock` make a replay and a test possible. */
export interface LoopWorld {
  readonly db: Database
  readonly sources: Sources
  readonly clock: Clock & { refresh?(): Promise<void> }
  readonly home: string
  readonly signal: AbortSignal
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

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
}

/** What one tick did. */
export interface Tick {
  readonly number: number
  readonly atMs: number
  readonly durationMs: number
  /** Minutes that were worked through. */
  readonly minutes: readonly number[]
  readonly signals: readonly Signal[]
  readonly fetched: number
  /** What kept the tick from being whole; the loop goes on. */
  readonly faults: readonly string[]
  readonly state: SwitchState['state']
}

/** Prints and reports of a minute may take this long to be told after its end. */
const SETTLED_AFTER_MS = 3000
/** Minutes before the start of a restarted loop that it works through again, so that none is missing. */
const MOST_BEHIND = 180
const MARKETS_EVERY_MS = 10 * MS_PER_MINUTE
const REPORTS_EVERY_MS = MS_PER_MINUTE

/** The name under which a set of configurations works through minutes; the same set goes on where it stopped. */
export const loopName = (pairs: readonly LivePair[]): string =>
  pairs
    .map(({ loaded, candidate }) => (candidate ? `${loaded.name} (candidate)` : loaded.name))
    .sort()
    .join('+')

/**
 * Runs until the signal, the stop switch or the number of ticks ends it.
 *
 * One tick: look at the switch; fetch markets, prices and reports; mark what is complete; work through every minute
 * that is over and was not worked through; write signals and minute together. A service that fails costs a tick its
 * news, not the loop its life: old input stands signals down by itself. A database that fails ends the tick.
 *
 * @returns the reason it ended
 */
export async function runLoop(world: LoopWorld, options: LoopOptions): Promise<string> {
  const { db, clock, signal } = world
  const { pairs, record, ticks, tickMs, onTick } = options
  const name = loopName(pairs)
  const cities = [...new Map(pairs.map((pair) => [pair.city.id, pair])).values()]
  const memories = new Map(pairs.map((pair) => [pair, new CityMemory(pair)]))
  const stations = [...new Set(pairs.map(({ station }) => station))]
  let [marketsAt, reportsAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  let worked = record ? await lastWorkedMinute(db, name) : null

  for (let number = 1; ticks === null || number <= ticks; number++) {
    if (signal.aborted) return 'stopped'
    const began = performance.now()
    await clock.refresh?.()
    const atMs = clock.now()
    const faults: string[] = []
    const attempt = async (what: string, work: () => Promise<number>): Promise<number> => {
      try {
        return await work()
      } catch (error) {
        if (signal.aborted) throw error
        faults.push(`${what}: ${messageOf(error)}`)
        return 0
      }
    }
    const state = await readSwitch(world.home, db)
    if (state.state === 'stop') return `stopped: ${state.reason}`
    let fetched = 0
    if (atMs - marketsAt >= MARKETS_EVERY_MS) {
      for (const { city } of cities) fetched += await attempt(`markets of ${city.id}`, () => fetchMarkets(world, city))
      for (const pair of pairs) pair.forgetModels()
      for (const memory of memories.values()) memory.forget()
      if (faults.length === 0) marketsAt = atMs
    }
    for (const pair of cities) fetched += await attempt(`prices of ${pair.city.id}`, () => fetchPrices(world, pair))
    const pricesFailed = faults.length > 0
    if (atMs - reportsAt >= REPORTS_EVERY_MS) {
      for (const station of stations)
        fetched += await attempt(`reports of ${station}`, () => fetchReports(world, station))
      reportsAt = atMs
    }

    // A minute whose prices could not all be fetched is left for the next tick: what is not there is not known.
    const last = Math.floor((atMs - SETTLED_AFTER_MS) / MS_PER_MINUTE)
    const first = Math.max(worked === null ? last : worked + 1, last - MOST_BEHIND)
    const minutes: number[] = []
    const signals: Signal[] = []
    const circumstances = circumstancesOf(state, world.sources.kalshi.clockAheadMs(), options.mostAheadMs)
    const due = pricesFailed ? ([1, 0] as const) : ([first, last] as const)
    if (due[0] <= due[1]) {
      for (const { city } of cities) await markComplete(db, city, tradingDays(city, atMs), last)
    }
    for await (const { minute, signals: found } of workMinutes(db, memories, due, () => clock.now(), circumstances)) {
      signal.throwIfAborted()
      if (record) {
        const saved = await saveMinute(db, { loop: name, endMinute: minute, endedMs: clock.now() }, found)
        if (!saved) throw anotherLoop(name, minute)
      }
      worked = minute
      minutes.push(minute)
      signals.push(...found)
    }
    const durationMs = performance.now() - began
    onTick({ number, atMs, durationMs, minutes, signals, fetched, faults, state: state.state })
    if (ticks !== null && number === ticks) break
    await world.sleep(Math.max(0, tickMs - durationMs), signal)
  }
  return `${ticks} ticks done`
}

/** What holds for every market of a tick: the switch, then the clocks. */
function circumstancesOf(state: SwitchState, aheadMs: number | null, mostAheadMs: number): Circumstances {
  if (state.state === 'pause') return { standDown: 'paused', reason: state.reason }
  if (aheadMs !== null && Math.abs(aheadMs) > mostAheadMs) {
    const seconds = (aheadMs / 1000).toFixed(0)
    return { standDown: 'clock_skew', reason: `the exchange's clock is ${seconds} s ahead of ours` }
  }
  return { standDown: null, reason: null }
}

const anotherLoop = (name: string, minute: number): KwxError =>
  new KwxError(`Another process works on "${name}": it has written minute ${minute} already.`, {
    code: 'RT_ANOTHER_LOOP',
    exit: EXIT.error,
    hint: 'Stop one of the two, or give them different configurations.',
    details: { loop: name, minute },
  })
