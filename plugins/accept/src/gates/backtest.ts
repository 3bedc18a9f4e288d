import { decisionGate } from './decision-gate.ts'

export default decisionGate({
  title: 'backtest after fees',
  input: 'backtest',
  verdictOf: ({ verdict }) => verdict,
  contradiction({ passed, gates, metrics }) {
    const failed = Object.entries(gates).flatMap(([name, gate]) =>
      gate.passed || gate.judged === 'none' ? [] : [name],
    )
    if (metrics.n_trades === 0) return 'nothing was traded'
    if (failed.length > 0) return `its own ${failed.join(', ')} did not`
    return passed ? null : 'its key "passed" is false'
  },
})
