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
