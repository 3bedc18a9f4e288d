import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { FeedState } from '../feed/price-feed.ts'
import type { Tick } from '../loop/loop-types.ts'
import { STAND_DOWNS } from '../signals/stand-down.ts'
import { ChampionMetrics } from './champion-metrics.ts'
import { type PortfolioHealth, PortfolioMetrics } from './portfolio-metrics.ts'

/** How alive a loop is, by what it finished last: a process that answers is not yet a loop that works. */
interface HealthReport {
  readonly healthy: boolean
  readonly reason: string
  readonly ticks: number
  /** Real milliseconds since the last tick ended; null before the first. */
  readonly since_tick_ms: number | null
  readonly last_minute: number | null
  readonly faults: readonly string[]
  readonly feed: FeedState
  /** True when no tick has ended in time, which a new start may mend. */
  readonly stalled: boolean
  /** Null before the first minute, and in a dry run. */
  readonly portfolio: PortfolioHealth | null
}

/** Ticks without an end after which the alarm is raised. */
const MOST_MISSED = 2

/** Counts what a loop does and says whether it still does it. */
export class Health {
  readonly registry = new Registry()
  readonly portfolio = new PortfolioMetrics(this.registry)
  readonly champions = new ChampionMetrics(this.registry)
  readonly #tickMs: number
  readonly #now: () => number
  readonly #startedMs: number
  #endedMs: number | null = null
  #ticks = 0
  #lastMinute: number | null = null
  #faults: readonly string[] = []
  #feed: FeedState = { mode: 'polling', reason: null }
  readonly #duration = new Histogram({
    name: 'kwx_tick_seconds',
    help: 'Duration of a tick.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  })
  readonly #written = new Histogram({
    name: 'kwx_signal_seconds',
    help: 'From hearing the message that proved a minute over to its signals being written.',
    buckets: [0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.5, 2.5],
    registers: [this.registry],
  })
  readonly #minutes = new Counter({
    name: 'kwx_minutes_total',
    help: 'Minutes worked through.',
    registers: [this.registry],
  })
  readonly #signals = new Counter({
    name: 'kwx_signals_total',
    help: 'Signals by what became of them; "act" is one to act on.',
    labelNames: ['outcome'],
    registers: [this.registry],
  })
  readonly #rows = new Counter({ name: 'kwx_rows_fetched_total', help: 'Rows fetched.', registers: [this.registry] })
  readonly #failures = new Counter({
    name: 'kwx_faults_total',
    help: 'Things that failed in a tick.',
    registers: [this.registry],
  })

  /** @param now  real milliseconds that only go forward */
  constructor(tickMs: number, now: () => number) {
    this.#tickMs = tickMs
    this.#now = now
    this.#startedMs = now()
    for (const outcome of ['act', ...STAND_DOWNS]) this.#signals.inc({ outcome }, 0)
    const gauge = (name: string, help: string, value: () => number) =>
      new Gauge({
        name,
        help,
        registers: [this.registry],
        collect() {
          this.set(value())
        },
      })
    gauge('kwx_healthy', '1 while ticks end in time and the portfolio adds up.', () => Number(this.report().healthy))
    gauge(
      'kwx_last_minute',
      'The newest minute that was worked through, since the epoch; 0 before the first.',
      () => this.#lastMinute ?? 0,
    )
    gauge('kwx_stream', '1 while prices come from the stream, 0 while they are polled.', () =>
      Number(this.#feed.mode === 'stream'),
    )
    gauge('kwx_resident_bytes', 'Memory of the process.', () => process.memoryUsage.rss())
  }

  minuteWritten(ms: number): void {
    this.#written.observe(ms / 1000)
  }

  tickEnded({ durationMs, minutes, signals, fetched, faults, feed }: Tick): void {
    this.#feed = feed
    this.#endedMs = this.#now()
    this.#ticks++
    this.#lastMinute = minutes.at(-1) ?? this.#lastMinute
    this.#faults = faults
    this.#duration.observe(durationMs / 1000)
    this.#minutes.inc(minutes.length)
    this.#rows.inc(fetched)
    this.#failures.inc(faults.length)
    for (const { standDown } of signals) this.#signals.inc({ outcome: standDown ?? 'act' })
  }

  report(): HealthReport {
    const since = this.#now() - (this.#endedMs ?? this.#startedMs)
    const late = since > (MOST_MISSED + 1) * this.#tickMs
    const { mismatch } = this.portfolio
    const wrong = mismatch === null ? 'ticks end in time' : `the paper portfolio does not add up: ${mismatch}`
    return {
      healthy: !late && mismatch === null,
      stalled: late,
      reason: late
        ? `no tick has ended for ${(since / 1000).toFixed(1)} s, one is due every ${this.#tickMs / 1000} s`
        : wrong,
      ticks: this.#ticks,
      since_tick_ms: this.#endedMs === null ? null : since,
      last_minute: this.#lastMinute,
      faults: this.#faults,
      feed: this.#feed,
      portfolio: this.portfolio.health(),
    }
  }
}
