export { type DatabaseStatus, databaseStatus, TABLES } from './connection/database-status.ts'
export {
  ensureMigrated,
  type MigrationState,
  type MigrationStep,
  migrate,
  migrationStates,
} from './connection/migrate.ts'
export { type Database, isEmbeddedUrl, openDatabase } from './connection/open-database.ts'
export { redactUrl } from './connection/redact-url.ts'
export { inTransaction, runQuery } from './connection/run-query.ts'
export { countRows, type RowCount } from './count-rows.ts'
export { type FeeChangeRow, readFeeChanges, saveFeeChanges } from './fee-changes.ts'
export { type KeptRows, keepRows, type LateRow, readLateRows } from './keep-rows.ts'
export {
  type CandlePrices,
  type CandleRows,
  type CandleSeries,
  loadCandles,
  readCandles,
} from './market-data/candles.ts'
export { type Completeness, readCompleteness, saveCompleteness } from './market-data/completeness.ts'
export { dataFingerprint, type FingerprintSpan } from './market-data/data-fingerprint.ts'
export { type EventInput, type MarketInput, type MarketRow, readMarkets, saveMarkets } from './market-data/markets.ts'
export { type ObservationInput, readObservations, saveObservations } from './market-data/observations.ts'
export { loadQuotes, type QuoteRows, type QuoteSeries, readQuotes } from './market-data/quotes.ts'
export { type RawPayloadInput, saveRawPayload } from './market-data/raw-payloads.ts'
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
export {
  findPortfolio,
  listPortfolios,
  newPortfolio,
  type OpenedPortfolio,
  openPortfolio,
  type PaperMarket,
  type PaperPortfolio,
  readNewMarkets,
  realisedBetween,
} from './paper-portfolio.ts'
export { type PaperSums, paperMismatch, paperSums, sumsAfter } from './paper-reconciliation.ts'
export {
  type PaperDayRow,
  type PaperFillRow,
  type PaperPositionRow,
  type PaperRestingRow,
  readPaperDays,
  readPaperFills,
  readPaperPositions,
  readPaperResting,
} from './paper-report.ts'
export type {
  PaperEntry,
  PaperFill,
  PaperMarketState,
  PaperOrder,
  PaperPosition,
  PaperSettlement,
  PaperStep,
} from './paper-step.ts'
export {
  latestPromotion,
  listPromotions,
  type NewPromotion,
  type Place,
  type Promotion,
  promotionAt,
  type RegisteredModel,
  type Role,
  readModels,
  readPromotion,
  recordPromotion,
  withRegistryLock,
} from './registry.ts'
export { listRuns, type Run, readRun, recordRun, recordStepRun, type StepRun } from './runs/runs.ts'
export { lastWorkedMinute, type PaperChange, saveMinute, type WorkedMinute } from './save-minute.ts'
export type * from './schema.ts'
export { addControl, newestControl, readSignals, type Signal } from './signals.ts'
export { deleteSimulated, readTruth, saveTruth, type TruthRows } from './simulated.ts'
