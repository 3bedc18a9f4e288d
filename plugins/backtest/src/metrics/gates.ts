import type { BacktestBand, BacktestGate, BacktestMetrics, ReportVerdict } from 'kwx/contracts'

/** Thresholds of the acceptance report; of the first two the value may be equal, of all it must exist. */
const THRESHOLDS = {
  ece: { threshold: 0.09, atMost: true },
  sharpe: { threshold: 2, atMost: false },
  max_drawdown: { threshold: 0.12, atMost: true },
  fee_ratio: { threshold: 0.05, atMost: true },
} as const

/** Event days that must have traded under the pessimistic rule: their number, not the orders', is the sample. */
const LEAST_TRADED_DAYS = 8

type Gates = Readonly<Record<keyof typeof THRESHOLDS, BacktestGate>>
type Bands = Readonly<Record<'pessimistic' | 'queue_last' | 'touch', BacktestBand>>

/** Each gate on the low end of the band: the worst of the three rules; a rule without a value fails it. */
export function backtestGates(bands: Bands): Gates {
  const gate = (name: keyof typeof THRESHOLDS): BacktestGate => {
    const { threshold, atMost } = THRESHOLDS[name]
    const values = Object.values(bands).map(({ metrics }) => metrics[name as keyof BacktestMetrics])
    if (values.some((value) => value === null)) return { threshold, actual: null, passed: false }
    const actual = (atMost ? Math.max : Math.min)(...(values as number[]))
    return { threshold, actual, passed: atMost ? actual <= threshold : actual >= threshold }
  }
  return { ece: gate('ece'), sharpe: gate('sharpe'), max_drawdown: gate('max_drawdown'), fee_ratio: gate('fee_ratio') }
}

const shown = (value: number | null) => (value === null ? 'none' : value.toFixed(3))

/** The last word, and why. Without enough days that traded nothing is said of the gates, good or bad. */
export function backtestVerdict(bands: Bands, gates: Gates): ReportVerdict {
  const { pessimistic } = bands
  const trades = Object.values(bands).map(({ metrics }) => metrics.n_trades)
  if (Math.min(...trades) === 0) {
    const sentence = `Nothing was traded by trade-through (${trades.join(', ')} trades under the three rules): no evidence.`
    return {
      outcome: 'not-enough-evidence',
      sentence:
        Math.max(...trades) === 0
          ? 'Nothing was traded: no evidence. Where the pool gives the model no weight there is no reason to trade.'
          : sentence,
    }
  }
  if (pessimistic.days.traded < LEAST_TRADED_DAYS) {
    return {
      outcome: 'not-enough-evidence',
      sentence: `Only ${pessimistic.days.traded} event days traded by trade-through; ${LEAST_TRADED_DAYS} are needed.`,
    }
  }
  const failed = Object.entries(gates).filter(([, { passed }]) => !passed)
  const about = `${pessimistic.metrics.n_trades} trades on ${pessimistic.days.traded} of ${pessimistic.days.all} days by trade-through`
  if (failed.length > 0) {
    const list = failed
      .map(([name, { actual, threshold }]) => `${name} ${shown(actual)} against ${threshold}`)
      .join(', ')
    return { outcome: 'fail', sentence: `Failed on the low end of the band: ${list}; ${about}.` }
  }
  const open = Math.max(...Object.values(bands).map(({ unsettled, contradictory }) => unsettled + contradictory))
  if (open > 0)
    return {
      outcome: 'stale',
      sentence: `${open} positions were never paid: settlements are missing or contradict; ${about}.`,
    }
  return { outcome: 'pass', sentence: `All four gates hold on the low end of the band; ${about}.` }
}
