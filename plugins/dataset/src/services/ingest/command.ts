import { EXIT, KwxError } from 'kwx'
import { type City, loadCity, stationsOf } from 'kwx/cities'
import { Flags, interruptible, KwxCommand } from 'kwx/command'
import type { Environment } from 'kwx/pipeline'
import { parseDay } from 'kwx/time'

import type { IngestOptions, IngestReport } from './options.ts'

const aCity = { env: 'KWX_CITY', helpValue: 'ID', description: 'City id or alias.' }
export const optionalCityFlag = Flags.string(aCity)
const cityFlag = Flags.string({ ...aCity, required: true })

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

/** The feed to ask; `byDefault` unless told. */
export const sourceFlag = (byDefault: string) =>
  Flags.string({ default: byDefault, helpValue: 'FEED', description: 'Feed to ask; "kwx sources" lists them.' })

/** The day of a flag. @throws KwxError INGEST_DATES (exit 2) */
function dayFlag(name: string, text: string): number {
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

/**
 * The days of --from and --to; a flag that was not given leaves its end open.
 *
 * @throws KwxError INGEST_DATES (exit 2) for a date that is none, or for --to before --from: such a span holds nothing
 */
export function daySpan(from: string, to: string): { fromDay: number; toDay: number }
export function daySpan(from?: string, to?: string): { fromDay?: number; toDay?: number }
export function daySpan(from?: string, to?: string) {
  const fromDay = from === undefined ? undefined : dayFlag('from', from)
  const toDay = to === undefined ? undefined : dayFlag('to', to)
  if (fromDay !== undefined && toDay !== undefined && toDay < fromDay) {
    throw new KwxError(`--to ${to} lies before --from ${from}.`, {
      code: 'INGEST_DATES',
      exit: EXIT.usage,
      hint: 'Exchange the two.',
    })
  }
  return { ...(fromDay === undefined ? {} : { fromDay }), ...(toDay === undefined ? {} : { toDay }) }
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
    const { fromDay, toDay } = daySpan(span.from, span.to)
    const city = await loadCity(await this.contributions(), span.city)
    const ingestIn = async (world: Environment) =>
      work({
        db: await world.database(),
        sources: await world.sources(),
        clock: world.clock,
        city,
        fromDay,
        toDay,
        signal: world.signal,
        workers: world.workers,
        log: (line) => this.news(line),
        progress: this.progressLine(),
      })
    const reports = await interruptible((signal) => this.withEnvironment({ signal }, ingestIn), interrupted)
    const { reportLines } = await import('./report-lines.ts')
    for (const line of reportLines(reports)) this.log(line)
    const lacking = reports.some(
      ({ incomplete, warnings = [] }) => warnings.length > 0 || incomplete.some(({ open }) => !open),
    )
    process.exitCode = lacking ? EXIT.stale : EXIT.ok
    return reports
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
      this.news(`  ${done} of ${total} ${unit}, ${elapsed.toFixed(0)} s, about ${Math.max(1, left).toFixed(0)} s left`)
    }
  }
}

const interrupted = () =>
  new KwxError('Stopped. What was complete is kept.', {
    code: 'INGEST_INTERRUPTED',
    exit: EXIT.error,
    hint: 'Run the same command again: it goes on from there.',
  })
