import { EXIT } from 'kwx'
import type { Environment } from 'kwx/pipeline'
import { systemPace } from 'kwx/sources'
import { MS_PER_MINUTE } from 'kwx/time'

import { chooseFeed } from '../feed/choose-feed.ts'
import { refuseOtherOrigin } from '../feed/refuse-other-origin.ts'
import { Health } from '../monitoring/health.ts'
import { jsonNews, lineNews, type News } from '../monitoring/news.ts'
import { serveHealth } from '../monitoring/serve-health.ts'
import { openPaperPortfolio } from '../paper/portfolio.ts'
import type { LivePair } from '../signals/load-pair.ts'
import { garbageCollector } from './collect-garbage.ts'
import type { LoopOptions, LoopWorld, Tick } from './loop-types.ts'
import { runLoop } from './run-loop.ts'
import { watch } from './watchdog.ts'

/** What the loop did until it ended. */
export interface LoopAnswer {
  readonly ended: string
  readonly ticks: number
  readonly minutes: number
  readonly signals: number
  readonly stand_downs: Readonly<Record<string, number>>
}

interface StartOptions extends Pick<LoopOptions, 'record' | 'ticks' | 'tickMs'> {
  /** Dollars of a paper portfolio that begins. */
  readonly bankroll: number | undefined
  /** Prices come from the exchange's stream where there is a key for it. */
  readonly stream: boolean
  /** Where `/healthz` and `/metrics` listen; null: nowhere. */
  readonly pages: { readonly host: string; readonly port: number } | null
  readonly log: 'lines' | 'json' | 'none'
  /** Writes one line of the log. */
  say(line: string): void
}

/**
 * Composes the process of a loop (feed, signals, paper portfolio, health pages, watchdog) and runs it to its end.
 *
 * @throws KwxError RT_BANKROLL (exit 2) when the portfolio was begun with another bankroll
 */
export async function startLoop(
  environment: Environment,
  pairs: readonly LivePair[],
  { record, bankroll, ticks, tickMs, stream, pages, log, say }: StartOptions,
): Promise<LoopAnswer> {
  const { settings, clock, signal } = environment
  const world: LoopWorld = {
    db: await environment.database(),
    sources: await environment.sources(),
    clock,
    home: settings.home,
    signal,
    sleep: (ms, ended) => systemPace.sleep(ms, ended).catch(() => {}),
  }
  await refuseOtherOrigin(world.db, world.sources, pairs)
  const news = log === 'json' ? jsonNews('info') : lineNews(log === 'none' ? () => {} : say)
  const health = new Health(tickMs, () => performance.now())
  const portfolio = record ? await openPaperPortfolio(world.db, pairs, bankroll, health.portfolio) : {}
  const served = pages ? await serveHealth(health, pages) : null
  if (served) news.note(`health at ${served.url}/healthz, metrics at ${served.url}/metrics`, { url: served.url })
  const collectGarbage = garbageCollector()
  const unwatch = watchOver(health, news, tickMs)
  const count = new TickCount()
  const ended = await runLoop(world, {
    ...portfolio,
    record,
    ticks,
    tickMs,
    // The exchange takes signatures within ten seconds. A replay's clock may run many times faster than its answers.
    mostAheadMs: settings.clock === 'system' ? 10_000 : 10 * MS_PER_MINUTE,
    pairs,
    feed: chooseFeed(settings, stream),
    onChampions: ({ champions, news: told }) => {
      health.champions.report(champions)
      for (const { sentence, outcome, ...about } of told) {
        const said = `${about.city} ${about.bracket}: ${sentence}`
        if (outcome === 'latched') news.alarm(said)
        else news.note(said, { outcome, ...about })
      }
    },
    onWritten: (ms) => health.minuteWritten(ms),
    onTick: (tick) => {
      count.add(tick)
      health.tickEnded(tick)
      news.tick(tick)
      collectGarbage(tick.minutes.length)
    },
  }).finally(async () => {
    unwatch()
    await served?.close()
  })
  return { ended, ...count.answer() }
}

/** Raises an alarm when ticks do not end, and ends the process after ten more intervals. */
const watchOver = (health: Health, news: News, tickMs: number) =>
  watch(health, {
    everyMs: Math.min(tickMs, 5000),
    onAlarm: (reason) => news.alarm(reason),
    giveUpMs: 10 * tickMs,
    onGiveUp: (reason) => {
      news.alarm(`${reason}: given up`)
      process.exit(EXIT.error) // whatever it waits for does not come; a supervisor starts it anew
    },
  })

class TickCount {
  #ticks = 0
  #minutes = 0
  #signals = 0
  readonly #standDowns: Record<string, number> = {}

  add(tick: Tick): void {
    this.#ticks++
    this.#minutes += tick.minutes.length
    this.#signals += tick.signals.length
    for (const { standDown } of tick.signals)
      if (standDown) this.#standDowns[standDown] = (this.#standDowns[standDown] ?? 0) + 1
  }

  answer(): Omit<LoopAnswer, 'ended'> {
    return { ticks: this.#ticks, minutes: this.#minutes, signals: this.#signals, stand_downs: this.#standDowns }
  }
}
