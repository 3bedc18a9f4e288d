import { decisionGate } from './decision-gate.ts'

/** Non-inferiority. It passes whatever is not much worse, the price itself among it, so nothing passes by it alone. */
export default decisionGate({
  title: 'no harm to the market price',
  input: 'blend',
  verdictOf: ({ no_harm }) => no_harm,
  contradiction: ({ no_harm: { value, threshold } }) =>
    value !== null && value < threshold ? null : 'the upper end of its difference is not below its limit',
})
