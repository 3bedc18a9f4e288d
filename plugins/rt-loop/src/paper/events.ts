/** What happens in a market, in the order in which things of one instant are taken, as on a backtest's tape. */
const KINDS = ['settle', 'close', 'print', 'quote', 'signal'] as const

/** One thing that happens at a moment; `tell` passes it on. */
export interface MarketEvent {
  readonly atMs: number
  readonly kind: (typeof KINDS)[number]
  readonly market: number
  tell(): void
}

/** In the order of time, then of kind, then as they were given. */
export const inOrder = (events: readonly MarketEvent[]): MarketEvent[] =>
  events.toSorted((a, b) => a.atMs - b.atMs || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))
