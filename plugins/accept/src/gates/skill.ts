import { decisionGate } from './decision-gate.ts'

export default decisionGate({
  title: 'skill of the delivered probability',
  input: 'blend',
  verdictOf: ({ skill, difference }) => ({ ...skill, value: difference.log_loss.mean, threshold: 0 }),
  contradiction: ({ difference: { log_loss }, weight }) => {
    if (log_loss.mean === null || log_loss.mean >= 0) return "what is delivered has no lower log loss than the market's"
    return weight.value > 0 ? null : 'the weight of the model is 0'
  },
})
