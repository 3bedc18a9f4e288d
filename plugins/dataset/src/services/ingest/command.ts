import { EXIT, KwxError } from 'kwx'
import { type City, loadCity, stationsOf } from 'kwx/cities'
import { Flags, KwxCommand } from 'kwx/command'
import { parseDay } from 'kwx/time'

import type { IngestOptions, IngestReport } from './options.ts'

export const cityFlag = Flags.string({
  required: true,
  env: 'KWX_CITY',
  helpValue: 'ID',
  description: 'City id or alias.',
})

/** Flags of every command that fetches; the days are climate days of the city. */
export const ingestFlags = {
  city: cityFlag,
  from: Flags.string({ required: true, helpValue: 'YYYY-MM-DD', description: 'First event day.' }),
  to: Flags.string({ required: true, helpValue: 'YYYY-MM-DD', description: 'Last event day, inclusive.' }),
}

export const priceFlag = Flags.option({
  options: ['candles', 'trades'] as const,
  default: 'candles' as const,
  description: 'One-minute candles with quotes, or single trades.',
})()

export const stationFlag = Flags.string({
  helpValue: 'ICAO',
  description: "Station of the reports; the city's own unless told, or one of its declared proxies.",
})

/** The day of a flag. @throws KwxError INGEST_DATES (exit 2) */
export function dayFlag(name: string, text: string): number {
  try {
    return parseDay(text)
  } catch {
    throw new KwxError(`--${name} is "${text}"; expected a date like 2025-02-01.`, {
      code: 'INGEST_DATES',
      exit: EXIT.usage,
      hint: `Give --${name} as YYYY-MM-DD.`,
    })
  }
}

/** The station to read. @throws KwxError INGEST_STATION (exit 2) for one that the city's manifest does not declare */
export function stationOf(city: City, asked: string | undefined): string {
  const allowed = stationsOf(city)
  if (asked === undefined || allowed.includes(asked)) return asked ?? city.station
  throw new KwxError(`${asked} is no station of ${city.id}; expected ${allowed.join(' or ')}.`, {
    code: 'INGEST_STATION',
    exit: EXIT.usage,
    hint: `Leave --station out, or declare ${asked} as a proxy in the city's manifest with the reason.`,
  })
}

interface Span {
  readonly city: string
  readonly from: string
  readonly to: string
}

/** What the commands that fetch share: they open the world, run one service, print its reports and choose the exit. */
export abstract class IngestCommand extends KwxCommand<readonly IngestReport[]> {
  protected async ingest(
    span: Span,
    work: (options: IngestOptions) => Promise<IngestReport[]>,
  ): Promise<readonly IngestReport[]> {
    const [fromDay, toDay] = [dayFlag('from', span.from), dayFlag('to', span.to)]
    if (toDay < fromDay) {
      throw new KwxError(`--to ${span.to} lies before --from ${span.from}.`, {
        code: 'INGEST_DATES',
        exit: EXIT.usage,
        hint: 'Exchange the two.',
      })
    }
    const [settings, contributions] = [await this.settings(), await this.contributions()]
    const city = await loadCity(contributions, span.city)
    const abort = new AbortController()
    const stop = () => (abort.signal.aborted ? process.exit(130) : abort.abort(interrupted()))
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
    const { openEnvironment } = await import('kwx/pipeline')
    const world = await openEnvironment({ settings, contributions, signal: abort.signal })
    try {
      const reports = await work({
        db: await world.database(),
        sources: await world.sources(),
        clock: world.clock,
        city,
        fromDay,
        toDay,
        signal: abort.signal,
        workers: world.workers,
        log: (line) => this.news(line),
        progress: this.progressLine(),
      })
      const { reportLines } = await import('./report-lines.ts')
      for (const line of reportLines(reports)) this.log(line)
      const lacking = reports.some(({ incomplete }) => incomplete.some(({ open }) => !open))
      process.exitCode = lacking ? EXIT.stale : EXIT.ok
      return reports
    } finally {
      await world.close()
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop)
    }
  }

  private news(line: string): void {
    if (!this.isQuiet && !this.jsonEnabled()) this.logToStderr(line)
  }

  /** One line every two seconds: how much is done, and how long the rest takes at this pace. */
  private progressLine(): IngestOptions['progress'] {
    const began = performance.now()
    let shown = began
    return (done, total, unit) => {
      const now = performance.now()
      if (now - shown < 2000) return
      shown = now
      const elapsed = (now - began) / 1000
      const left = (elapsed / done) * (total - done)
      this.news(`  ${done} of ${total} ${unit}, ${elapsed.toFixed(0)} s, about ${left.toFixed(0)} s left`)
    }
  }
}

const interrupted = () =>
  new KwxError('Stopped. What was complete is kept.', {
    code: 'INGEST_INTERRUPTED',
    exit: EXIT.error,
    hint: 'Run the same command again: it goes on from there.',
  })
