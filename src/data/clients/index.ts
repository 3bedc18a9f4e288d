export { backoffMs, type HttpClient, type HttpClientOptions, type HttpRequest, httpClient } from './http/http-client.ts'
export { type Pace, systemPace } from './http/pace.ts'
export type { RawPayload, Recorder } from './http/raw-payload.ts'
export { jsonBody, UnusableBody } from './http/unusable-body.ts'
export { type CliProblem, type CliReport, parseCliText } from './iem/cli-text.ts'
export { type CliReports, type IemObservation, type IemSource, iemSource } from './iem/iem-source.ts'
export type { Bar, KalshiCandle } from './kalshi/candles.ts'
export { candleColumns } from './kalshi/candles.ts'
export type { KalshiCutoff } from './kalshi/cutoff.ts'
export { closedError, type ExchangeStatus, type Maintenance } from './kalshi/exchange-state.ts'
export type { FeeChange } from './kalshi/fee-changes.ts'
export { parseDecimal } from './kalshi/fields.ts'
export { type KalshiEvent, type KalshiSeries, type KalshiSource, kalshiSource } from './kalshi/kalshi-source.ts'
export { isSettled, type KalshiMarket, marketInput, type Tier } from './kalshi/market.ts'
export { OrderBook, type TopOfBook } from './kalshi/order-book.ts'
export type { KalshiCandles } from './kalshi/read-candles.ts'
export { type KalshiKey, type KeyPlace, readKalshiKey, signRequest } from './kalshi/sign-request.ts'
export { kalshiStream, type StreamOptions, streamUrlOf } from './kalshi/stream.ts'
export type { StreamEvent } from './kalshi/stream-event.ts'
export { type Applied, StreamState } from './kalshi/stream-state.ts'
export type { KalshiTrade, KalshiTrades } from './kalshi/trades.ts'
export { type MarketTrades, tradeColumns } from './kalshi/trades.ts'
export { type NceiMaximum, type NceiSource, nceiSource } from './ncei/ncei-source.ts'
export { type NwsSource, nwsSource } from './nws/nws-source.ts'
export { type NwsObservation, observationOf } from './nws/observation-feature.ts'
export {
  defineSource,
  type FeedMaximum,
  type FeedReport,
  type MaximaFeed,
  type ObservationFeed,
  type Source,
} from './source.ts'
export {
  createSources,
  type OpenedMaxima,
  type OpenedObservations,
  type Sources,
  type SourcesOptions,
} from './sources.ts'
export { type MinuteRow, minuteRowsOf, type TimelineMinutes } from './visual-crossing/minute-rows.ts'
export { type VisualCrossingSource, visualCrossingSource } from './visual-crossing/visual-crossing-source.ts'
