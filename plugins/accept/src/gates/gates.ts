import { decisionGate } from './decision-gate.ts'

export default decisionGate({
  title: 'gated features',
  input: 'gate_audit',
  verdictOf: ({ verdict }) => verdict,
  contradiction: ({ rows_violating }) => (rows_violating === 0 ? null : `${rows_violating} rows violate the gate`),
})
