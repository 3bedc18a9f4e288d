export { backoffMs, type HttpClient, type HttpRequest } from './http/http-client.ts'
export { type Pace, systemPace } from './http/pace.ts'
export { jsonBody, UnusableBody } from './http/unusable-body.ts'
export type { KalshiCandle } from './kalshi/candles.ts'
export { parseDecimal } from './kalshi/fields.ts'
export type { KalshiSource } from './kalshi/kalshi-source.ts'
export type { KalshiMarket, Tier } from './kalshi/market.ts'
export { marketInput } from './kalshi/market-input.ts'
export type { KalshiCandles } from './kalshi/read-candles.ts'
export { type KalshiKey, readKalshiKey } from './kalshi/sign-request.ts'
export { kalshiStream, streamUrlOf } from './kalshi/stream.ts'
export type { StreamEvent } from './kalshi/stream-event.ts'
export type { KalshiTrade } from './kalshi/trades.ts'
export {
  defineSource,
  type FeedMaximum,
  type FeedReport,
  type MaximaFeed,
  type ObservationFeed,
  type Source,
} from './source.ts'
export type { OpenedMaxima, OpenedObservations, Sources } from './sources.ts'
