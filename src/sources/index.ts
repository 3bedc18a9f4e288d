export { parseDecimal } from './decimal.ts'
export { backoffMs, type HttpClient, type HttpClientOptions, type HttpRequest, httpClient } from './http-client.ts'
export { type CliProblem, type CliReport, parseCliText } from './iem/cli-text.ts'
export { type CliReports, type IemObservation, type IemSource, iemSource } from './iem/iem-source.ts'
export type { Bar, KalshiCandle } from './kalshi/candles.ts'
export {
  type KalshiCutoff,
  type KalshiEvent,
  type KalshiSeries,
  type KalshiSource,
  kalshiSource,
} from './kalshi/kalshi-source.ts'
export { isSettled, type KalshiMarket, type Tier } from './kalshi/market.ts'
export type { KalshiCandles } from './kalshi/read-candles.ts'
export type { KalshiTrade, KalshiTrades } from './kalshi/trades.ts'
export { type Pace, systemPace } from './pace.ts'
export type { RawPayload, Recorder } from './raw-payload.ts'
export { createSources, type Sources, type SourcesOptions } from './sources.ts'
export { jsonBody, UnusableBody } from './unusable-body.ts'
