/** One service of the outside world. */
export interface SourceSettings {
  readonly url: string
  readonly requestsPerSecond: number
  readonly timeoutSeconds: number
  /** How often one request is tried, the first time included. */
  readonly attempts: number
  /** Secret; shown as `***`. */
  readonly key?: string
  /** The exchange's read key, from variables only: id, and PEM or a file with it. */
  readonly keyId?: string
  readonly privateKey?: string
  readonly privateKeyFile?: string
}

/** Project-wide settings, resolved: flags over `KWX_*` variables over the project file over defaults. */
export interface Settings {
  /** `postgres://...`, `pglite:<absolute folder>` or `pglite:memory`. */
  readonly databaseUrl: string
  /** Absolute folder of kwx's state. */
  readonly home: string
  /** Absolute folders. */
  readonly directories: { readonly models: string; readonly reports: string; readonly pipelines: string }
  /** By name: kalshi, iem, nws, visual-crossing, ncei. */
  readonly sources: Readonly<Record<string, SourceSettings>>
  /** What is set of sources that plugins contribute, by their ids; what is not set is the plugin's. */
  readonly moreSources?: Readonly<Record<string, Partial<SourceSettings>>>
  /** Told to services that want to know who asks. */
  readonly contact?: string
  /** `system`, an ISO instant at which time stands still, or the URL of a service that tells the time. */
  readonly clock: string
  /** How many threads or parallel requests a step may use. */
  readonly workers: number
  /** The pipeline that `kwx run` takes when none is named. */
  readonly defaultPipeline: string
  /** Dotted key -> `default`, `KWX_HOME`, `kwx.config.yaml:3:7` or `--flag`. */
  readonly origins: Readonly<Record<string, string>>
  /** The project file that was read, absolute; null when there is none. */
  readonly file: string | null
}
