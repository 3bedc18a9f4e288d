export { type CandlePrices, type CandleRows, type CandleSeries, loadCandles, readCandles } from './candles.ts'
export { type Completeness, readCompleteness, saveCompleteness } from './completeness.ts'
export { countRows, type RowCount } from './count-rows.ts'
export { dataFingerprint, type FingerprintSpan } from './data-fingerprint.ts'
export { type DatabaseStatus, databaseStatus, TABLES } from './database-status.ts'
export { type FeeChangeRow, readFeeChanges, saveFeeChanges } from './fee-changes.ts'
export { type KeptRows, keepRows, type LateRow, readLateRows } from './keep-rows.ts'
export { type EventInput, type MarketInput, type MarketRow, readMarkets, saveMarkets } from './markets.ts'
export { ensureMigrated, type MigrationState, type MigrationStep, migrate, migrationStates } from './migrate.ts'
export { type ObservationInput, readObservations, saveObservations } from './observations.ts'
export { type Database, isEmbeddedUrl, openDatabase } from './open-database.ts'
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
export { loadQuotes, type QuoteRows, type QuoteSeries, readQuotes } from './quotes.ts'
export { type RawPayloadInput, saveRawPayload } from './raw-payloads.ts'
export { type PublicationLag, publicationLags, type Receipt, readReceipts, saveReceipts } from './receipts.ts'
export { redactUrl } from './redact-url.ts'
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
export { type OtherRows, rowsOfOthers } from './rows-of-others.ts'
export { inTransaction, runQuery } from './run-query.ts'
export { listRuns, type Run, readRun, recordRun, recordStepRun, type StepRun } from './runs.ts'
export { lastWorkedMinute, type PaperChange, saveMinute, type WorkedMinute } from './save-minute.ts'
export type * from './schema.ts'
export { readSettlements, type SettlementInput, saveSettlements } from './settlements.ts'
export { addControl, newestControl, readSignals, type Signal } from './signals.ts'
export { deleteSimulated, readTruth, saveTruth, type TruthRows } from './simulated.ts'
export { loadTrades, readTrades, type TradeRows, type TradeSeries } from './trades.ts'
