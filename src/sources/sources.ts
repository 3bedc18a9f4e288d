import { EXIT, KwxError } from '../errors.ts'
import type { Settings } from '../settings/settings.ts'
import type { Clock } from '../time/clock.ts'
import { type HttpClient, httpClient } from './http-client.ts'
import { type IemSource, iemSource } from './iem/iem-source.ts'
import { type KalshiSource, kalshiSource } from './kalshi/kalshi-source.ts'
import type { Pace } from './pace.ts'
import type { Recorder } from './raw-payload.ts'

/** The outside world as a step may use it: read only, throttled, recorded. */
export interface Sources {
  readonly kalshi: KalshiSource
  readonly iem: IemSource
}

/** What all clients of a run share. */
export interface SourcesOptions {
  /** Stamps received payloads. */
  readonly clock: Clock
  /** Every request is then KwxError SOURCE_OFFLINE (exit 5) that names what was asked for. */
  readonly offline: boolean
  /** Keeps every answer; absent, none is kept. */
  readonly record?: Recorder | undefined
  /** Ends requests and their waiting. */
  readonly signal?: AbortSignal | undefined
  /** Time and chance of throttling and retrying; tests make it fast. */
  readonly pace?: Pace
}

/**
 * Clients of all services that kwx reads, from the settings; no request is made before the first call.
 *
 * Make one per run: the exchange's cutoff between its tiers is read once.
 *
 * @throws KwxError SOURCE_UNKNOWN (exit 2) when the settings lack a service
 */
export function createSources(settings: Pick<Settings, 'sources'>, options: SourcesOptions): Sources {
  const client = (source: string): HttpClient => {
    const found = settings.sources[source]
    if (!found) {
      throw new KwxError(
        `The settings have no source "${source}"; they have ${Object.keys(settings.sources).join(', ')}.`,
        {
          code: 'SOURCE_UNKNOWN',
          exit: EXIT.usage,
          hint: `Set sources.${source}.url.`,
        },
      )
    }
    return httpClient({ source, ...found, ...options })
  }
  return { kalshi: kalshiSource(client('kalshi')), iem: iemSource(client('iem')) }
}
