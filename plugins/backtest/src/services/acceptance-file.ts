import type { BacktestAcceptanceFile } from 'kwx/contracts'
import { formatDay } from 'kwx/time'

import { ASSUMPTIONS, backtestGates, CONTRADICTORY, DAY_RESAMPLING, UNSETTLED } from 'kwx/trading'
import { backtestVerdict } from '../metrics/verdict.ts'
import { limitsOf } from './limits-of.ts'
import type { BacktestInputs, BacktestRuns } from './run-rules.ts'

/** Where a backtest's rows come from, for the file's readers. */
interface Provenance {
  readonly origin: string
  /** Hashes of the pilot and blend artefacts. */
  readonly pilot: string
  readonly blend: string
}

/** `07_backtest_acceptance.json` of some runs. */
export function acceptanceFile(
  inputs: BacktestInputs,
  results: BacktestRuns,
  from: Provenance,
): BacktestAcceptanceFile {
  const { config, signals, firstDay, lastDay } = inputs
  const { runs, latency, alternatives, tape, fees } = results
  const bands = { pessimistic: runs.through.band, queue_last: runs.queue_last.band, touch: runs.touch.band }
  const gates = backtestGates(bands)
  const verdict = backtestVerdict(bands, gates)
  const having = (outcome: number) => tape.label.reduce((count, label) => count + Number(label === outcome), 0)
  return {
    verdict,
    passed: verdict.outcome === 'pass',
    city: config.city,
    bracket: config.bracket,
    ...from,
    metrics: bands.pessimistic.metrics,
    gates,
    bands,
    resampling: { ...DAY_RESAMPLING, seed: config.seed },
    span: { first_day: formatDay(firstDay), last_day: formatDay(lastDay), days: lastDay - firstDay + 1 },
    latency,
    alternatives,
    data: {
      price_source: config.price_source,
      book: tape.impliedBook ? 'implied' : 'recorded',
      markets: signals.tickers.length,
      signals: signals.n,
      signals_with_view: signals.hasView.reduce((a, b) => a + b, 0),
      prints: tape.prints,
      quotes: tape.quotes,
      refused: { ...tape.refused },
      markets_unsettled: having(UNSETTLED),
      markets_contradictory: having(CONTRADICTORY),
    },
    limits: { ...limitsOf(config) },
    assumptions: {
      bankroll_cents: ASSUMPTIONS.bankroll / 100,
      order_life_minutes: ASSUMPTIONS.orderLifeMs / 60_000,
      signal_life_minutes: ASSUMPTIONS.signalLifeMs / 60_000,
      quote_age_minutes: ASSUMPTIONS.quoteAgeMs / 60_000,
      least_order_contracts: ASSUMPTIONS.leastCenti / 100,
      unknown_queue_contracts: ASSUMPTIONS.queueCenti / 100,
      unknown_offer_contracts: ASSUMPTIONS.takeCenti / 100,
      settlement_hours_after_climate_day: ASSUMPTIONS.settlementMs / 3_600_000,
    },
    fees: fees.regimes.map(({ from, type, multiplier, grain }) => ({ from: from ?? null, type, multiplier, grain })),
  }
}
