import { EXIT, isKwxError, KwxError } from '../../base/errors.ts'
import { nearest } from '../../base/schema/nearest.ts'
import type { Clock } from '../../base/time/clock.ts'
import type { Origin } from '../../domain/origin.ts'
import { type HttpClient, httpClient } from './http/http-client.ts'
import type { Pace } from './http/pace.ts'
import type { Recorder } from './http/raw-payload.ts'
import iem from './iem/iem.ts'
import type { IemSource } from './iem/iem-source.ts'
import kalshi from './kalshi/kalshi.ts'
import type { KalshiSource } from './kalshi/kalshi-source.ts'
import ncei from './ncei/ncei.ts'
import type { NceiSource } from './ncei/ncei-source.ts'
import nws from './nws/nws.ts'
import type { NwsSource } from './nws/nws-source.ts'
import type {
  MaximaAnswer,
  MaximaFeed,
  MaximaQuestion,
  ObservationAnswer,
  ObservationFeed,
  ObservationQuestion,
  Source,
} from './source.ts'
import type { SourceSettings } from './source-settings.ts'
import visualCrossing from './visual-crossing/visual-crossing.ts'
import type { VisualCrossingSource } from './visual-crossing/visual-crossing-source.ts'

/** A feed with its client behind it. `of` is the source it belongs to. */
type Opened<Feed, Ask, Answer> = Omit<Feed, 'read'> & {
  readonly name: string
  readonly of: string
  read(ask: Ask): Promise<Answer>
  /** What it cannot be asked without and the settings lack; null where nothing is lacking. */
  readonly lacks: 'key' | 'contact' | null
  /** What its rows are; ask after the first question. */
  origin(): Origin
}
export type OpenedObservations = Opened<ObservationFeed<never>, ObservationQuestion, ObservationAnswer>
export type OpenedMaxima = Opened<MaximaFeed<never>, MaximaQuestion, MaximaAnswer>

/** The outside world as a step may use it: read only, throttled, recorded. */
export interface Sources {
  readonly kalshi: KalshiSource
  readonly iem: IemSource
  readonly nws: NwsSource
  readonly visualCrossing: VisualCrossingSource
  readonly ncei: NceiSource
  /** Names of the feeds that the installed sources offer, in order. */
  feeds(kind: 'observations' | 'maxima'): string[]
  /** @throws KwxError SOURCE_FEED (exit 2) for a name that nobody offers */
  observations(name: string): OpenedObservations
  maxima(name: string): OpenedMaxima
}

/** What all clients of a run share. */
interface SourcesOptions {
  /** Stamps received payloads. */
  readonly clock: Clock
  /** Every request is then KwxError SOURCE_OFFLINE (exit 5) that names what was asked for. */
  readonly offline: boolean
  /** The installed sources by id, one that could not be loaded as its error; those of kwx itself unless told. */
  readonly installed?: ReadonlyMap<string, Source | KwxError>
  /** Keeps every answer; absent, none is kept. */
  readonly record?: Recorder | undefined
  /** Ends requests and their waiting. */
  readonly signal?: AbortSignal | undefined
  /** Time and chance of throttling and retrying; tests make it fast. */
  readonly pace?: Pace
}

/** What the settings say of services. */
export interface ClientSettings {
  /** By name: kalshi, iem, nws, visual-crossing, ncei. */
  readonly sources: Readonly<Record<string, SourceSettings>>
  /** What is set of sources that plugins contribute, by their ids; what is not set is the plugin's. */
  readonly moreSources?: Readonly<Record<string, Partial<SourceSettings>>>
  /** Told to services that want to know who asks. */
  readonly contact?: string
}

interface OpenSource {
  readonly source: Source
  readonly client: unknown
  readonly http: HttpClient
  readonly lacks: 'key' | 'contact' | null
}

/** The sources of kwx itself, as its package.json contributes them. */
const OWN: ReadonlyMap<string, Source> = new Map(
  Object.entries({ kalshi, iem, nws, 'visual-crossing': visualCrossing, ncei }) as [string, Source][],
)

/** Where the settings say nothing about a contributed source. */
const POLITE = { timeoutSeconds: 30, attempts: 6 }

/**
 * Clients of all services that kwx reads, from the settings; no request is made before the first call.
 *
 * Make one per run: each service has one client with its throttle, and the exchange's cutoff is read once.
 */
export function createSources(settings: ClientSettings, { installed = OWN, ...options }: SourcesOptions): Sources {
  const opened = new Map<string, OpenSource>()
  const open = (id: string): OpenSource => {
    const there = opened.get(id)
    if (there) return there
    const source = installed.get(id)
    if (!source) throw unknown('source', id, [...installed.keys()])
    if (isKwxError(source)) throw source
    const own: Partial<SourceSettings> = settings.sources[id] ?? settings.moreSources?.[id] ?? {}
    const http = httpClient({
      source: id,
      ...POLITE,
      ...source.service,
      ...own,
      ...options,
      sign: source.sign?.(own),
      secrets: [own.key, own.privateKey].filter((secret) => secret !== undefined),
    })
    const has = { key: own.key, contact: settings.contact }
    const lacks = source.needs !== undefined && !has[source.needs] ? source.needs : null
    const made = { source, http, lacks, client: source.open(http, has) }
    opened.set(id, made)
    return made
  }
  const client = <Client>(id: string): Client => open(id).client as Client

  const offers = (kind: 'observations' | 'maxima'): Map<string, string> => {
    const found = new Map<string, string>()
    for (const [id, source] of installed) {
      for (const name of isKwxError(source) ? [] : Object.keys(source[kind] ?? {})) {
        const other = found.get(name)
        if (other) throw clash(name, other, id)
        found.set(name, id)
      }
    }
    return found
  }
  const feed = <Feed>(kind: 'observations' | 'maxima', name: string): Feed => {
    const known = offers(kind)
    const id = known.get(name)
    const broken = [...installed.values()].find(isKwxError)
    if (!id) throw broken ?? unknown('feed', name, [...known.keys()])
    const { source, client: asked, http, lacks } = open(id)
    const found = source[kind]![name]!
    const read = (ask: never) => found.read(asked, ask)
    return { ...found, name, of: id, lacks, read, origin: () => http.origin() } as Feed
  }

  return {
    get kalshi() {
      return client<KalshiSource>('kalshi')
    },
    get iem() {
      return client<IemSource>('iem')
    },
    get nws() {
      return client<NwsSource>('nws')
    },
    get visualCrossing() {
      return client<VisualCrossingSource>('visual-crossing')
    },
    get ncei() {
      return client<NceiSource>('ncei')
    },
    feeds: (kind) => [...offers(kind).keys()].sort(),
    observations: (name) => feed('observations', name),
    maxima: (name) => feed('maxima', name),
  }
}

function unknown(what: 'source' | 'feed', name: string, known: readonly string[]): KwxError {
  const guess = nearest(name, known)
  return new KwxError(
    `No installed plugin offers the ${what} "${name}"${guess ? `; the nearest is "${guess}"` : ''}; there are ${known.join(', ')}.`,
    {
      code: 'SOURCE_FEED',
      exit: EXIT.usage,
      hint: 'List what there is with "kwx sources", or link the plugin that offers it with "kwx plugins link".',
      details: { [what]: name, known },
    },
  )
}

const clash = (name: string, one: string, other: string): KwxError =>
  new KwxError(`The sources "${one}" and "${other}" both offer the feed "${name}".`, {
    code: 'CONTRIBUTION_CLASH',
    exit: EXIT.usage,
    hint: 'Remove the plugin of one of them with "kwx plugins uninstall".',
    details: { feed: name, sources: [one, other] },
  })
