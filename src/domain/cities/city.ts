/** A city as data. Adding one is adding a manifest; no code names a city. */
export interface City {
  /** Lower-case id used everywhere, for example `miami`. */
  readonly id: string
  readonly name: string
  /** Other ids accepted on import, for example `new_york` for `nyc`. */
  readonly aliases: readonly string[]
  /** ICAO of the station whose daily maximum settles the ladder. */
  readonly station: string
  /** Product id of the NWS climate report without `CLI`, for example MIA. */
  readonly cliId: string
  /** GHCN-Daily id of the station, for cross-checks; null for a fictional city. */
  readonly ghcnId: string | null
  /** IANA zone of civil time (`hour_of_day_local`). */
  readonly zone: string
  /** Minutes east of UTC in standard time: defines the climate day all year. */
  readonly standardOffset: number
  /** Series tickers, newest first, with the event days they list. Each era's events keep their own prefix. */
  readonly series: readonly {
    readonly ticker: string
    readonly from?: string
    readonly until?: string
    readonly note?: string
  }[]
  /** Stations that a configuration may name as stand-in for weather features; never for labels. */
  readonly proxies: readonly { readonly station: string; readonly reason: string }[]
  /** Feeds that a loop asks for the station's reports, the first the one that a dataset is built from; see `observationFeeds`. */
  readonly observations?: readonly string[]
  /** Feature inputs that must not be read from a source here, with the reason. */
  readonly gates: readonly {
    readonly source: string
    /** Observation fields that the gate blanks where rows are read. */
    readonly fields: readonly ('dew_f' | 'humidity_pct' | 'wind_mph')[]
    readonly reason: string
  }[]
  /** True where real events of the city went through the tests; absent where the manifest is all there is. */
  readonly tested?: boolean
  /** Fields whose value was taken over without being checked again. */
  readonly unchecked?: readonly string[]
  /** Dated facts. `from` and `until` are event days, inclusive; absent means open. */
  readonly regimes: {
    readonly settlement: readonly {
      readonly from?: string
      readonly until?: string
      readonly source: string
      readonly snapshot: string
    }[]
    readonly close: readonly { readonly from?: string; readonly until?: string; readonly rule: string }[]
    readonly fee: readonly {
      readonly from?: string
      readonly until?: string
      readonly type: string
      readonly multiplier: number
      readonly grain: 'cent' | 'centicent'
    }[]
  }
}
