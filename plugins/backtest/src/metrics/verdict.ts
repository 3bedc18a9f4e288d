import type { BacktestBand, BacktestGate, BacktestGates, ReportVerdict } from 'kwx/contracts'

type Bands = Readonly<Record<'pessimistic' | 'queue_last' | 'touch', BacktestBand>>

const number = (value: number | null | undefined) => value?.toFixed(2) ?? 'none'
const percent = (value: number | null | undefined) => (value == null ? 'none' : `${(100 * value).toFixed(1)} %`)

/**
 * The last word, and why.
 *
 * While too few days traded under the rule that traded on fewest, that is all that is said: neither good nor bad
 * figures of so few days are evidence. Then a gate that failed, then positions that were never paid.
 */
export function backtestVerdict(bands: Bands, gates: BacktestGates): ReportVerdict {
  const all = Object.values(bands)
  const { traded_days: days } = gates
  if (!days.passed) {
    const most = Math.max(...all.map(({ days: { traded } }) => traded))
    const traded =
      most === 0
        ? 'nothing was traded'
        : `trades on ${days.actual} of ${bands.pessimistic.days.all} days by the rule of filling that trades on fewest`
    return {
      outcome: 'not-enough-evidence',
      sentence: `Not enough evidence: ${traded}; ${days.judged_threshold} traded days are needed.`,
    }
  }
  const { metrics, days: span } = bands.pessimistic
  const about = `${metrics.n_trades} trades on ${span.traded} of ${span.all} days by trade-through`
  const failed = Object.entries(gates).filter(([, { passed, judged }]) => !passed && judged !== 'none')
  if (failed.length > 0) {
    const list = failed.map(([name, gate]) => SENTENCES[name as keyof typeof SENTENCES](gate)).join('; ')
    return { outcome: 'fail', sentence: `Failed by the worst of the three rules of filling: ${list}. ${about}.` }
  }
  const open = Math.max(...all.map(({ unsettled, contradictory }) => unsettled + contradictory))
  if (open > 0)
    return {
      outcome: 'stale',
      sentence: `${open} positions were never paid: settlements are missing or contradict; ${about}.`,
    }
  const { sharpe, max_drawdown, fee_ratio } = gates
  const list = [SENTENCES.sharpe(sharpe), SENTENCES.max_drawdown(max_drawdown), SENTENCES.fee_ratio(fee_ratio)]
  return {
    outcome: 'pass',
    sentence: `Passed by the worst of the three rules of filling: ${list.join('; ')}. ${about}.`,
  }
}

/** What a gate found, with the end that is judged and what it is judged against. */
const SENTENCES = {
  sharpe: ({ actual, low, high, judged_threshold, probability_above_2 }: BacktestGate) =>
    `the Sharpe ratio is ${number(actual)} and its lower end ${number(low)} (95 % of days resampled: ${number(low)} to ${number(high)}; above 2 in ${percent(probability_above_2)} of the draws), above ${judged_threshold} is needed`,
  max_drawdown: (gate: BacktestGate) => `the largest drawdown is ${percent(gate.actual)}${bound(gate)}`,
  fee_ratio: (gate: BacktestGate) =>
    gate.actual === null
      ? 'there is no profit before fees to pay fees from'
      : `fees are ${percent(gate.actual)} of the profit before fees${bound(gate)}`,
}

const bound = ({ high, judged_threshold }: BacktestGate) =>
  ` (upper end ${high === null ? 'without bound' : percent(high)}, at most ${percent(judged_threshold)} is allowed)`
