import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from 'kwx/database'
import { readKalshiKey, type Sources, streamUrlOf, systemPace } from 'kwx/sources'
import { createSources } from '../../../src/data/clients/sources.ts'

import type { ReplayExchange } from '../../../test/support/replay-exchange.ts'
import { StreamFeed, type StreamFeedOptions } from '../src/feed/stream-feed.ts'
import type { FeedWorld, LoopOptions, LoopWorld, Tick } from '../src/loop/loop-types.ts'
import { runLoop } from '../src/loop/run-loop.ts'
import type { LivePair } from '../src/signals/load-pair.ts'

export const MINUTE = 60_000

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const key = readKalshiKey({
  id: 'the-id',
  pem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  file: undefined,
})!

/** Waiting takes a fiftieth of its time. */
export const fastPace = {
  ...systemPace,
  sleep: (ms: number, signal?: AbortSignal) => systemPace.sleep(ms / 50, signal),
}

export const pause = (ms: number) => new Promise<void>((next) => setTimeout(next, ms))

/** The recording's clock, read when it is refreshed. */
export function replayClock(replay: ReplayExchange) {
  const clock = {
    ms: 0,
    now: () => clock.ms,
    refresh: async () => {
      clock.ms = Date.parse(((await (await fetch(`${replay.base}/__replay/clock`)).json()) as { now: string }).now)
    },
  }
  return clock
}

export const clientsOf = (replay: ReplayExchange, clock: { now: () => number }): Sources =>
  createSources({ sources: replay.sources }, { clock, offline: false, pace: fastPace })

/** What a test needs to run loops on one recording. */
export interface Recorded {
  readonly replay: ReplayExchange
  readonly db: Database
  readonly pairs: readonly LivePair[]
}

export interface StreamedOver {
  readonly options?: Partial<LoopOptions>
  readonly world?: Partial<LoopWorld>
  readonly feed?: Partial<StreamFeedOptions>
  /** Before each step of the clock; told of the feed of the loop and its world, where that is the stream. */
  readonly beforeTick?: (number: number, feed: StreamFeed | null, world: FeedWorld | null) => Promise<void>
  /** How far the clock goes from tick to tick, and in how many steps. */
  readonly stepMs?: number
  readonly steps?: number
  /** Real milliseconds to wait after each step. */
  readonly settleMs?: number
}

/** A loop on the stream, whose sleep moves the recording's clock on. */
export async function streamedLoop(
  { replay, db, pairs }: Recorded,
  { options = {}, world = {}, feed = {}, beforeTick, stepMs = MINUTE, steps = 6, settleMs = 25 }: StreamedOver = {},
): Promise<{ ended: string; ticks: Tick[]; feed: StreamFeed | null }> {
  const ticks: Tick[] = []
  const clock = replayClock(replay)
  await clock.refresh()
  let made: StreamFeed | null = null
  let madeIn: FeedWorld | null = null
  const ended = await runLoop(
    {
      db,
      sources: clientsOf(replay, clock),
      clock,
      home: await mkdtemp(join(tmpdir(), 'kwx-home-')),
      signal: new AbortController().signal,
      sleep: async () => {
        await beforeTick?.(ticks.length, made, madeIn)
        for (let k = 0; k < steps; k++) {
          clock.ms += stepMs / steps
          await replay.setClock({ now: new Date(clock.ms).toISOString() })
          await pause(settleMs)
        }
      },
      ...world,
    },
    {
      pairs,
      record: true,
      ticks: 16,
      tickMs: 9000,
      mostAheadMs: 5 * MINUTE,
      onTick: (tick) => ticks.push(tick),
      feed: (feedWorld: FeedWorld) => {
        madeIn = feedWorld
        made = new StreamFeed(feedWorld, pairs, {
          url: streamUrlOf(`${replay.base}/trade-api/v2`),
          key,
          pace: fastPace,
          silenceMs: 30_000,
          staleMs: 10 * MINUTE,
          settledAfterMs: 3000,
          ...feed,
        })
        return made
      },
      ...options,
    },
  )
  return { ended, ticks, feed: made }
}
