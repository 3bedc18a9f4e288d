import { EXIT, KwxError } from '../errors.ts'
import type { Settings, SourceSettings } from '../settings/settings.ts'
import type { Clock } from '../time/clock.ts'
import { type HttpClient, type HttpClientOptions, httpClient } from './http-client.ts'
import { type IemSource, iemSource } from './iem/iem-source.ts'
import { type KalshiSource, kalshiSource } from './kalshi/kalshi-source.ts'
import { readKalshiKey, signRequest } from './kalshi/sign-request.ts'
import { type NceiSource, nceiSource } from './ncei/ncei-source.ts'
import { type NwsSource, nwsSource } from './nws/nws-source.ts'
import type { Pace } from './pace.ts'
import type { Recorder } from './raw-payload.ts'
import { type VisualCrossingSource, visualCrossingSource } from './visual-crossing/visual-crossing-source.ts'

/** The outside world as a step may use it: read only, throttled, recorded. */
export interface Sources {
  readonly kalshi: KalshiSource
  readonly iem: IemSource
  readonly nws: NwsSource
  readonly visualCrossing: VisualCrossingSource
  readonly ncei: NceiSource
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
export function createSources(
  settings: Pick<Settings, 'sources'> & Partial<Pick<Settings, 'contact'>>,
  options: SourcesOptions,
): Sources {
  const client = (source: string, more: Pick<HttpClientOptions, 'concurrency' | 'sign'> = {}): HttpClient => {
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
    return httpClient({ source, ...found, ...options, ...more })
  }
  // One client per service and run: its throttle and its idea of the origin are the service's.
  const made = new Map<string, unknown>()
  const once = <Source>(name: string, make: () => Source): Source => {
    if (!made.has(name)) made.set(name, make())
    return made.get(name) as Source
  }
  return {
    kalshi: kalshiSource(client('kalshi', { sign: signed(settings.sources['kalshi']) })),
    iem: iemSource(client('iem')),
    get nws() {
      return once('nws', () => nwsSource(client('nws'), settings.contact))
    },
    get visualCrossing() {
      const { key } = settings.sources['visual-crossing'] ?? {}
      return once('visual-crossing', () => visualCrossingSource(client('visual-crossing', { concurrency: 1 }), key))
    },
    get ncei() {
      return once('ncei', () => nceiSource(client('ncei')))
    },
  }
}

/** Signs the exchange's requests where a key is set; the key stays in this one client. Signatures want real time. */
function signed(found: SourceSettings | undefined): HttpClientOptions['sign'] {
  const key = readKalshiKey({ id: found?.keyId, pem: found?.privateKey, file: found?.privateKeyFile })
  return key ? (url) => signRequest(key, 'GET', url, Date.now()) : undefined
}
