/**
 * Names that API 1 exported and API 2 does not: subpath -> where they are now -> names.
 *
 * A place is a subpath (`kwx/...`), the plugin that keeps them to itself (`@kwx/plugin-...`), `internal` where the kit keeps
 * them to itself, or what does the same. docs/api.md shows the same table.
 */
export const CHANGED_IN_2: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'kwx/cities': {
    '@kwx/plugin-rt-loop': 'refuseFeeFaults',
    internal: 'citySchema loadUsableCities',
  },
  'kwx/database': {
    '@kwx/plugin-dataset': 'FeeChangeRow FeeChangesTable RowCount countRows readFeeChanges saveFeeChanges',
    '@kwx/plugin-models':
      'ModelsTable NewPromotion Place Promotion PromotionsTable RegisteredModel Role latestPromotion listPromotions promotionAt readModels readPromotion recordPromotion withRegistryLock',
    '@kwx/plugin-rt-loop':
      'KeptRows LateRow NewMarket OpenedPortfolio PaperChange PaperDayRow PaperEntry PaperFill PaperFillRow PaperFillsTable PaperLedgerTable PaperMarket PaperMarketState PaperMarketsTable PaperOrder PaperOrdersTable PaperPortfolio PaperPortfoliosTable PaperPosition PaperPositionRow PaperPositionsTable PaperRestingRow PaperSettlement PaperSettlementsTable PaperStep PaperSums RtControlsTable RtLateRowsTable RtMinutesTable RtSignalsTable Signal WorkedMinute addControl findPortfolio keepRows lastWorkedMinute listPortfolios newPortfolio newestControl openPortfolio paperMismatch paperSums readLateRows readNewMarkets readPaperDays readPaperFills readPaperPositions readPaperResting readSignals realisedBetween saveMinute sumsAfter',
    '@kwx/plugin-simulate': 'SimulatedTruthTable TruthRows deleteSimulated readTruth saveTruth',
    'Observation (kwx/database)': 'ObservationsTable',
    'Settlement (kwx/database)': 'SettlementsTable',
    internal:
      'DatabaseStatus MigrationStep RawPayloadInput Run StepRun TABLES databaseStatus listRuns migrate readRun recordRun recordStepRun saveRawPayload',
  },
  'kwx/features': {
    internal: 'GateRules JoinedMarket LadderMarket Rung StoredCandles ladderView priceAsOf pricesSince rowMinutes',
  },
  'kwx/market': {
    internal:
      'FEE_TYPES FeeCounter LadderFault PriceRows QuoteState SidesBefore Trades candlesFromTrades devigLadder midOf',
  },
  'kwx/model': {
    'applyCalibrator and clipProbability (kwx/model)': 'modelProbability',
    internal:
      'CalibrationEvidence CoupledLadder Delivered DualityGap JudgedRows MissingRungs ModelDates Predictions Predictor WindowChoice cumulativeHead heldOutDays kktOfGradient modelSchema monotoneCumulative offsetColumn penaltyOf poolLogit scaledRows sigmoids softplus',
    'kwx/model-store':
      'LoadedModel MODEL_BYTES ModelFolders TrainingInputs loadModelForDate modelFolders readModelFile readTrainingInputs',
  },
  'kwx/pipeline': {
    'PipelineRequest (kwx/command)': 'RunOptions',
    internal: 'PlannedPipeline PlannedStep duration listPipelines progressLine progressMode',
    'previewPipeline() of KwxCommand (kwx/command)': 'previewPipeline',
    'runOrPreview() of KwxCommand (kwx/command)': 'describeRun',
    'runPipeline() of KwxCommand (kwx/command)': 'findPipeline planPipeline runPipeline',
    'withEnvironment() of KwxCommand (kwx/command)': 'EnvironmentOptions openEnvironment',
  },
  'kwx/random': {
    '@kwx/plugin-train': 'normalCdf',
  },
  'kwx/reports': {
    'kwx/contracts':
      'Ablation AdverseSelection ArchiveDifference BacktestAcceptanceFile BacktestBand BacktestGate BacktestMetrics BlendDevig BlendGridFile BlendHead BlendInterval BlendLadders BlendPilot BlendScores BlendWeight BlendWindow CloseClock CompletenessFile DayMembership DayRules EdgeBucket FeaturesFile GateAuditFile GateVerdict GatedFeature LabelsFile ReportVerdict RowCompleteness RowKind SealedLabel SplitCompleteness StationDay TimeAuditEvent TimeAuditFile TimeFault TimeFaultKind VerificationCheck VerificationFile',
  },
  'kwx/schema': {
    internal: 'dotted formatProblem',
  },
  'kwx/scores': {
    internal: 'Level poolAdjacentViolators',
  },
  'kwx/settings': {
    'settings() of KwxCommand (kwx/command), and ctx.settings of a step': 'LoadSettingsOptions loadSettings',
  },
  'kwx/sources': {
    '@kwx/plugin-dataset': 'MarketTrades candleColumns closedError isSettled tradeColumns',
    'ctx.sources() of a step':
      'SourcesOptions createSources iemSource kalshiSource loadSources nceiSource nwsSource visualCrossingSource',
    internal:
      'Applied Bar CliProblem CliReport CliReports ExchangeStatus FeeChange IemObservation IemSource KalshiCutoff KalshiEvent KalshiSeries KalshiTrades KeyPlace Maintenance MinuteRow NceiMaximum NceiSource NwsObservation NwsSource OrderBook RawPayload Recorder StreamOptions StreamState TimelineMinutes TopOfBook VisualCrossingSource minuteRowsOf observationOf parseCliText signRequest',
    'the first argument of open() of a source': 'HttpClientOptions httpClient',
  },
  'kwx/time': {
    internal: 'formatDayCompact',
  },
  'kwx/trading': {
    internal:
      'BookRow BookState Desk EventSink FeePerContract Fill NO_ASK NO_BID OUTCOMES OrderEnd OwnBook Resting WaitingSignal Wish exitFor restingFill targetCenti wishFor',
  },
}

/** Where a name is since API 2, as a sentence; null for one that API 1 did not export from that subpath. */
export function placeSince2(subpath: string, name: string): string | null {
  const places = Object.entries(CHANGED_IN_2[subpath] ?? {})
  const place = places.find(([, names]) => names.split(' ').includes(name))?.[0]
  return place === undefined ? null : `${name} ${sentenceOf(place)}`
}

/** Where the names of a subpath are that API 2 does not have; null for one that API 1 did not have either. */
export function subpathSince2(subpath: string): string | null {
  const places = Object.keys(CHANGED_IN_2[subpath] ?? {})
  return places.length === 0 ? null : `${subpath} is ${places.join(', ')} now`
}

function sentenceOf(place: string): string {
  if (place === 'internal') return 'is internal to kwx now'
  if (place.startsWith('kwx/')) return `is in ${place} now`
  if (place.startsWith('@')) return `is internal to ${place} now`
  return `is replaced by ${place}`
}
