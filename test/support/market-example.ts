import type { MarketInput } from '../../src/data/database/index.ts'

/** A market of a bracket of two degrees that trades and of which nothing else is known. */
export const marketExample = (ticker: string, over: Partial<MarketInput> = {}): MarketInput => ({
  ticker,
  strike_type: 'between',
  floor_strike: 80,
  cap_strike: 81,
  open_ms: null,
  close_ms: null,
  status: 'active',
  result: null,
  expiration_value: null,
  volume_centi: null,
  ...over,
})
