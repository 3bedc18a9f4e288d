/** A part of an order that traded. Prices are of the side that was bought or sold. */
export interface Fill {
  readonly timeMs: number
  readonly market: number
  readonly order: number
  /** 0 YES, 1 NO. */
  readonly side: 0 | 1
  /** True: contracts were bought. False: sold again. */
  readonly opens: boolean
  readonly maker: boolean
  /** Cents, slippage included. */
  readonly price: number
  /** 1e-2 contracts. */
  readonly countCenti: number
  /** 1e-4 dollars: what this fill added to the order's fee. */
  readonly fee: number
  /** 1e-4 dollars by which it raised or, negative, lowered what the position had cost. */
  readonly cost: number
  /** Index of the signal that it acts on. */
  readonly signal: number
}

/** An order from its beginning to its end. */
export interface Order {
  readonly timeMs: number
  readonly market: number
  readonly side: 0 | 1
  readonly opens: boolean
  readonly maker: boolean
  readonly price: number
  /** 1e-2 contracts. */
  readonly wantCenti: number
  filledCenti: number
  /** Claimed expected value per contract after fee and slippage, cents; for a sale, over holding on. */
  readonly edge: number
  readonly signal: number
  end: OrderEnd
}

/** Orders and fills as they come. */
export interface Journal {
  readonly orders: Order[]
  readonly fills: Fill[]
}

/** How an order ended. */
export type OrderEnd =
  | 'resting'
  | 'filled'
  | 'replaced'
  | 'no-edge'
  | 'crossed-instead'
  | 'expired'
  | 'closed'
  | 'withdrawn'
  | 'partly'

/** Why a signal led to no order, or what else was met; counts. */
export const OUTCOMES = [
  'acted',
  'kept',
  'no_view',
  'no_edge',
  'wide_spread',
  'one_sided_book',
  'empty_book',
  'stale_book',
  'capped',
  'too_small',
  'no_size_seen',
  'signal_expired',
  'market_closed',
] as const
/** One of `OUTCOMES`. */
export type SignalOutcome = (typeof OUTCOMES)[number]

/** What a simulation leaves behind. Money is 1e-4 dollars. */
export interface Ledger {
  readonly fills: readonly Fill[]
  readonly orders: readonly Order[]
  /** By market: all cash that moved, fees included; an unsettled position counts at its cost. */
  readonly marketPnl: Float64Array
  readonly marketFees: Float64Array
  /** 1e-2 contracts left open in markets that never settled, by market. */
  readonly openCenti: Float64Array
  readonly signals: Readonly<Record<SignalOutcome, number>>
  readonly crossedQuotes: number
  /** Positions whose market has no settlement, or a contradictory one. */
  readonly unsettled: number
  readonly contradictory: number
  /** Cash and positions at cost, at the end. */
  readonly equity: number
}
