import type { City } from 'kwx/cities'
import type { LoadedConfig } from 'kwx/config'
import type { BacktestMetrics, SealedLabel } from 'kwx/contracts'
import { MS_PER_MINUTE } from 'kwx/time'

import { type FeeCalendar, FILL_RULES, type FillRule, feeCalendar, type Ledger, type Setting } from 'kwx/trading'
import { simulate } from '../engine/simulate.ts'
import { type JudgedRun, type Judgement, judgeRun } from '../metrics/band.ts'
import { type BuiltTape, buildTape } from './build-tape.ts'
import { limitsOf } from './limits-of.ts'
import type { MarketData } from './market-data.ts'
import { DISTANCES, distanceFromMaximum } from './running-maximum.ts'
import type { Signals } from './signals.ts'

/** By how many minutes signals are made to come later. */
const DELAYS = [1, 2, 5]

/** What a backtest starts from. */
export interface BacktestInputs {
  readonly city: City
  readonly config: LoadedConfig['config']
  readonly signals: Signals
  readonly labels: readonly SealedLabel[]
  readonly data: MarketData
  /** Calendar days of the test span, both included. */
  readonly firstDay: number
  readonly lastDay: number
}

/** One rule's run, judged. */
interface RuleRun extends JudgedRun {
  readonly ledger: Ledger
}

/** All runs of one backtest. */
export interface BacktestRuns {
  readonly runs: Readonly<Record<FillRule, RuleRun>>
  readonly latency: readonly (BacktestMetrics & { readonly delay_minutes: number })[]
  readonly alternatives: readonly (BacktestMetrics & { readonly probability: 'model' | 'market' })[]
  readonly tape: BuiltTape
  readonly fees: FeeCalendar
  readonly judgement: Judgement
}

/** Plays the tape under each rule, and under the pessimistic one with late signals and with other probabilities. */
export function runRules({ city, config, signals, labels, data, firstDay, lastDay }: BacktestInputs): BacktestRuns {
  const { standardOffset } = city
  const tape = buildTape(signals, data, labels, standardOffset)
  const fees = feeCalendar(city.regimes.fee, firstDay, lastDay, standardOffset)
  const rows = new Map(data.markets.map((market) => [market.ticker, market]))
  const distance = distanceFromMaximum(data.observations, standardOffset)
  const judgement: Judgement = {
    firstDay,
    lastDay,
    marketDay: tape.marketDay,
    label: tape.label,
    signalP: signals.p,
    hourOf: (timeMs) => Math.floor(((timeMs / MS_PER_MINUTE + standardOffset) / 60) % 24),
    distanceOf: (market, timeMs) => distance(rows.get(signals.tickers[market]!)!, timeMs),
    distances: DISTANCES,
    seed: config.seed,
  }
  const setting = (rule: FillRule, signalP = signals.p): Setting => ({
    event: tape.event,
    events: tape.events,
    signalP,
    ...(signalP === signals.p ? { hasView: signals.hasView } : {}),
    impliedBook: tape.impliedBook,
    fees: fees.dated,
    limits: limitsOf(config),
    rule,
  })
  const onTime = tape.builder.finish()
  const runs = Object.fromEntries(
    FILL_RULES.map((rule) => {
      const ledger = simulate(onTime, setting(rule))
      return [rule, { ledger, ...judgeRun(ledger, judgement) }]
    }),
  ) as Record<FillRule, RuleRun>
  const latency = DELAYS.map((delay_minutes) => {
    const late = simulate(tape.builder.finish(delay_minutes * MS_PER_MINUTE), setting('through'))
    return { delay_minutes, ...judgeRun(late, judgement).band.metrics }
  })
  const alternatives = (['model', 'market'] as const).map((probability) => {
    const signalP = probability === 'model' ? signals.model : signals.marketP
    const ledger = simulate(onTime, setting('through', signalP))
    return { probability, ...judgeRun(ledger, { ...judgement, signalP }).band.metrics }
  })
  return {
    runs,
    alternatives,
    latency: [{ delay_minutes: 0, ...runs.through.band.metrics }, ...latency],
    tape,
    fees,
    judgement,
  }
}
