import type { EventInput, MarketInput, ObservationInput, SettlementInput } from '../../src/data/database/index.ts'

/** Rows of each kind as a source gives them, with what a test wants otherwise. */
export const market = (ticker: string, over: Partial<MarketInput> = {}): MarketInput => ({
  ticker,
  strike_type: 'between',
  floor_strike: 80,
  cap_strike: 81,
  open_ms: 1_740_000_000_000,
  close_ms: 1_740_086_400_000,
  status: 'active',
  result: null,
  expiration_value: null,
  volume_centi: null,
  ...over,
})

export const event = (
  ticker: string,
  day: number,
  markets: MarketInput[],
  over: Partial<EventInput> = {},
): EventInput => ({
  ticker,
  seriesTicker: 'KXHIGHMIA',
  city: 'miami',
  day,
  origin: 'real',
  markets,
  ...over,
})

export const observation = (over: Partial<ObservationInput> = {}): ObservationInput => ({
  station: 'KMIA',
  source: 'iem-asos',
  valid_ms: 1000,
  report_type: 'routine',
  known_ms: 301_000,
  temp_f: 77.5,
  dew_f: null,
  humidity_pct: 60,
  wind_mph: 0,
  forward_filled: false,
  origin: 'real',
  ...over,
})

export const settlement = (over: Partial<SettlementInput> = {}): SettlementInput => ({
  city: 'miami',
  day: 20_000,
  source: 'nws-cli',
  product_id: 'one',
  kind: 'final',
  issued_ms: 1000,
  tmax_f: 84,
  origin: 'real',
  ...over,
})
