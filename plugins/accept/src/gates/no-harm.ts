import { decisionGate } from './decision-gate.ts'

export default decisionGate({
  title: 'no harm to the market price',
  input: 'blend',
  verdictOf: ({ no_harm }) => no_harm,
  contradiction: ({ no_harm: { value, threshold } }) =>
    value !== null && value <= threshold ? null : 'its largest excess over the market is not within its threshold',
})
