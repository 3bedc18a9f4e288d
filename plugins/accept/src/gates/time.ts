import { decisionGate } from './decision-gate.ts'

export default decisionGate({
  title: 'time alignment',
  input: 'time_audit',
  verdictOf: ({ verdict }) => verdict,
})
