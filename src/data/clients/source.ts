import type { City } from '../../domain/cities/city.ts'
import type { ObservationInput } from '../database/market-data/observations.ts'
import type { SettlementInput } from '../database/market-data/settlements.ts'
import type { HttpClient, HttpClientOptions } from './http/http-client.ts'
import type { SourceSettings } from './source-settings.ts'

/** One report of a station as a feed gives it; the feed's name and the times are filled in where it is kept. */
export type FeedReport = Pick<
  ObservationInput,
  'valid_ms' | 'report_type' | 'temp_f' | 'dew_f' | 'humidity_pct' | 'wind_mph'
> & {
  /** True where the service repeated an older value. */
  readonly forward_filled?: boolean
}

/** One statement about a day's maximum. */
export type FeedMaximum = Pick<SettlementInput, 'day' | 'product_id' | 'kind' | 'issued_ms' | 'tmax_f'>

/** A span of one station, [fromMs, toMs). */
export interface ObservationQuestion {
  readonly station: string
  readonly fromMs: number
  readonly toMs: number
}

/** `proof` is kept with each day of the answer. */
export interface ObservationAnswer {
  readonly reports: readonly FeedReport[]
  readonly proof?: Readonly<Record<string, unknown>>
}

/** Days of one city, both inclusive, asked at a moment of the run's clock. */
export interface MaximaQuestion {
  readonly city: City
  readonly fromDay: number
  readonly toDay: number
  readonly nowMs: number
}

/** `problems` has a sentence for each thing that could not be read. */
export interface MaximaAnswer {
  readonly maxima: readonly FeedMaximum[]
  readonly problems?: readonly string[]
}

/** Reports of stations. The key of a feed is the name under which its rows are kept. */
export interface ObservationFeed<Client> {
  readonly title: string
  /** True where its rows are a station's own reports, so that a dataset needs no other; false for anything beside them. */
  readonly standsIn: boolean
  /** Minutes after its time at which a report counts as known where nobody measured it. */
  readonly delayMinutes: number
  /** Days after which the service forgets; null for an archive. */
  readonly keepsDays: number | null
  /** How often a loop asks for news, minutes; null for what comes too late for one. */
  readonly liveEveryMinutes: number | null
  /** Days of one question at most. */
  readonly daysPerQuestion: number
  /** A day is whole with a report of these types in each of its spans of so many minutes; null: as far apart as they come. */
  readonly whole: { readonly everyMinutes: number | null; readonly types: readonly ObservationInput['report_type'][] }
  /** Whether gaps are asked about again before they are believed; not where each question costs. */
  readonly asksAgain: boolean
  /** Reports of a station in [fromMs, toMs), in any order. */
  read(client: Client, ask: ObservationQuestion): Promise<ObservationAnswer>
}

/** Daily maxima of cities. */
export interface MaximaFeed<Client> {
  readonly title: string
  /** `reports`: issuances of the climate report, of which the first final one pays. `cross-check`: never pays. */
  readonly role: 'reports' | 'cross-check'
  /** The name under which its rows are kept: two ways to one report share theirs. */
  readonly keptAs: string
  /** Days after which the service forgets; null for an archive. */
  readonly keepsDays: number | null
  /**
   * What it says about some days, in any order.
   *
   * @throws KwxError where the city has no id there
   */
  read(client: Client, ask: MaximaQuestion): Promise<MaximaAnswer>
}

/**
 * A service of the outside world: the contribution kind `sources`. Its id is the service's name in the settings.
 *
 * A source can only ask: the HTTP client that it gets knows no other method than GET, keeps to the rate, repeats what
 * may be repeated, and keeps every answer. What it stores nowhere, it cannot leak: keys reach `open` and `sign` alone.
 */
export interface Source<Client = unknown> {
  readonly title: string
  /** Address and polite rate where the settings say nothing else. */
  readonly service: {
    readonly url: string
    readonly requestsPerSecond: number
    /** Requests in flight at once; unless told a second's worth, but 8 to 32. */
    readonly concurrency?: number
  }
  /** What it cannot be asked without: a key in the settings, or the contact of who asks. */
  readonly needs?: 'key' | 'contact'
  /** Makes the client of a run. Asks nothing yet. */
  open(http: HttpClient, account: { readonly key?: string | undefined; readonly contact?: string | undefined }): Client
  /** Headers that prove who asks; undefined without a key. */
  sign?(settings: Partial<SourceSettings>): HttpClientOptions['sign']
  readonly observations?: Readonly<Record<string, ObservationFeed<Client>>>
  readonly maxima?: Readonly<Record<string, MaximaFeed<Client>>>
}

/** Gives inference to authors; returns its argument. */
export function defineSource<Client>(source: Source<Client>): Source<Client> {
  return source
}
