import { isKwxError } from 'kwx'
import { minuteToMs } from 'kwx/time'
import { ChampionWatch } from '../champion/champion-watch.ts'
import { PollingFeed } from '../feed/polling-feed.ts'
import { SlowNews } from '../feed/slow-news.ts'
import type { Pair } from '../signals/pair.ts'
import { circumstancesOf } from './circumstances.ts'
import type { FeedWorld, LoopOptions, LoopWorld } from './loop-types.ts'
import { loopName, MinuteWorker } from './minute-worker.ts'
import { readSwitch, type SwitchState } from './stop-switch.ts'
import { Turns } from './turns.ts'

/**
 * Runs until the signal, the stop switch or the number of ticks ends it.
 *
 * One tick: look at the switch; fetch markets, prices and reports; work through every minute that is over and was not
 * worked through. A feed that learns between two ticks that a minute is over has it worked through at once. A service
 * that fails costs a tick its news, not the loop its life: old input stands signals down by itself. A database that
 * fails ends the loop.
 *
 * @returns the reason it ended
 */
export async function runLoop(world: LoopWorld, options: LoopOptions): Promise<string> {
  const { db, clock } = world
  const { pairs, ticks, tickMs, onTick } = options
  const broken = new AbortController()
  const signal = AbortSignal.any([world.signal, broken.signal])
  const champions = new ChampionWatch({ db, signal }, pairs)
  await champions.load()
  const standDownOf = (pair: Pair) => champions.standDownOf(pair)
  const minutes = await MinuteWorker.start({ db, clock, signal, standDownOf }, options)
  const turns = new Turns()
  // Of two clocks the later one: what is stored after a minute was worked through is not known before its end.
  const known = { now: () => Math.max(clock.now(), minutes.worked === null ? 0 : minuteToMs(minutes.worked) + 1) }
  const forgetFacts = () => {
    minutes.forgetFacts()
    options.onMarkets?.()
  }
  const feedWorld: FeedWorld = {
    db,
    sources: world.sources,
    clock: known,
    signal,
    record: options.record,
    worked: () => minutes.worked,
    inTurn: (work) => turns.take(work),
    onMarkets: forgetFacts,
    onStored: (rows) => minutes.tell(rows),
    onPrice: (event) => options.onPrice?.(event),
    fail: (error) => broken.abort(error),
  }
  const news = new SlowNews(feedWorld, pairs, options.record ? loopName(pairs) : null)
  const feed = options.feed?.(feedWorld, pairs) ?? new PollingFeed(feedWorld, pairs)
  let marketsFailed = false
  const circumstances = (state: SwitchState) =>
    state.state === 'stop' ? null : circumstancesOf(state, world.sources.kalshi.clockAheadMs(), options.mostAheadMs)
  /** Works through what is settled; answers what the switch said. */
  const work = () =>
    turns.take(async () => {
      const last = marketsFailed ? null : feed.settledMinute()
      const state = readSwitch(world.home, db)
      if (last !== null) await minutes.upTo(last, state.then(circumstances))
      return state
    })
  const workAtOnce = async (heardAtMs: number) => {
    options.onStored?.(heardAtMs)
    const before = minutes.worked
    await work()
    if (minutes.worked !== before) options.onWritten?.(performance.now() - heardAtMs)
  }
  feed.onSettled((heardAtMs) => void workAtOnce(heardAtMs).catch(feedWorld.fail))

  try {
    for (let number = 1; ticks === null || number <= ticks; number++) {
      if (world.signal.aborted) return 'stopped'
      const began = performance.now()
      await clock.refresh?.()
      const atMs = clock.now()
      const before = await readSwitch(world.home, db)
      if (before.state === 'stop') return `stopped: ${before.reason}`
      const markets = await news.markets(atMs)
      if (markets) {
        marketsFailed = markets.faults.length > 0
        minutes.forget()
        await champions.load() // with the models, which are loaded anew as well
      }
      const results = await news.results(atMs)
      const awaited = options.record ? await champions.fetchResults(feedWorld, atMs) : null
      const prices = await feed.update()
      const reports = await news.reports(atMs)
      forgetFacts() // another process may have changed them
      const { state, reason } = await work()
      if (state === 'stop') return `stopped: ${reason}`
      await options.onWorked?.()
      if (options.record) await champions.grow(minutes.worked, atMs)
      const told = champions.take()
      options.onChampions?.(told)
      const durationMs = performance.now() - began
      const brought = [markets, results, awaited, prices, reports]
      onTick({
        number,
        atMs,
        durationMs,
        ...minutes.takeDone(),
        fetched: brought.reduce((sum, one) => sum + (one?.rows ?? 0), 0),
        faults: [...brought.flatMap((one) => one?.faults ?? []), ...told.faults],
        state,
        feed: feed.state(),
      })
      if (ticks !== null && number === ticks) break
      await world.sleep(Math.max(0, tickMs - durationMs), signal)
      broken.signal.throwIfAborted()
    }
    return `${ticks} ticks done`
  } catch (error) {
    // What was under way when the end was asked for ends with an error of its own.
    if (world.signal.aborted && !isKwxError(error)) return 'stopped'
    throw error
  } finally {
    await feed.close()
  }
}
