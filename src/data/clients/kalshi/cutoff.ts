/** Instants before which things have left the live tier, ms. */
export interface KalshiCutoff {
  readonly marketSettledMs: number
  readonly tradesCreatedMs: number
}
