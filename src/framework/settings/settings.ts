import type { ClientSettings } from '../../data/clients/sources.ts'

/** Project-wide settings, resolved: flags over `KWX_*` variables over the project file over defaults. */
export interface Settings extends ClientSettings {
  /** `postgres://...`, `pglite:<absolute folder>` or `pglite:memory`. */
  readonly databaseUrl: string
  /** Absolute folder of kwx's state. */
  readonly home: string
  /** Absolute folders. */
  readonly directories: { readonly models: string; readonly reports: string; readonly pipelines: string }
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
