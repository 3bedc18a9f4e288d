export type { Observation } from '../../domain/features/observation.ts'
export type { Market, MarketRow } from '../../domain/market/market.ts'
export type { Settlement } from '../../domain/market/settlement.ts'
export type { StrikeType } from '../../domain/market/settles-yes.ts'
export { bulkLoad } from './bulk/bulk-load.ts'
export { ensureMigrated, type MigrationState, migrationStates } from './connection/migrate.ts'
export { isEmbeddedUrl, openDatabase } from './connection/open-database.ts'
export { redactUrl } from './connection/redact-url.ts'
export { inTransaction, runQuery } from './connection/run-query.ts'
export {
  arrayOf,
  bigint,
  boolean,
  bytea,
  type Column,
  type ColumnKind,
  type Columns,
  double,
  integer,
  json,
  nullable,
  type Row,
  type RowOf,
  Statement,
  statement,
  text,
  timestamp,
} from './connection/statement.ts'
export { isUniqueViolation } from './connection/unique-violation.ts'
export type { Database } from './database.ts'
export {
  addEProcessDay,
  changeEProcess,
  type EProcessPlace,
  liveEProcess,
} from './e-processes/e-processes.ts'
export type { EProcessStanding } from './e-processes/standing.ts'
export {
  type CandlePrices,
  type CandleRows,
  type CandleSeries,
  loadCandles,
  readCandles,
} from './market-data/candles.ts'
export { type Completeness, readCompleteness, saveCompleteness } from './market-data/completeness.ts'
export { dataFingerprint, type FingerprintSpan } from './market-data/data-fingerprint.ts'
export { type EventInput, type MarketInput, readMarkets, saveMarkets } from './market-data/markets.ts'
export { type ObservationInput, readObservations, saveObservations } from './market-data/observations.ts'
export { loadQuotes, type QuoteRows, type QuoteSeries, readQuotes } from './market-data/quotes.ts'
export {
  type PublicationLag,
  publicationLags,
  type Receipt,
  readReceipts,
  saveReceipts,
} from './market-data/receipts.ts'
export { type OtherRows, rowsOfOthers } from './market-data/rows-of-others.ts'
export { readSettlements, type SettlementInput, saveSettlements } from './market-data/settlements.ts'
export { loadTrades, readTrades, type TradeRows, type TradeSeries } from './market-data/trades.ts'
export type * from './schema.ts'
