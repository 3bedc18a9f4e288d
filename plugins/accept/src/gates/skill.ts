import { decisionGate } from './decision-gate.ts'

export default decisionGate({
  title: 'skill of the pooled probability over its benchmark',
  input: 'blend',
  verdictOf: ({ skill }) => ({ ...skill, value: skill.interval.high, threshold: -skill.delta }),
  contradiction: ({ skill: { verdict, interval, delta, echo }, weight }) => {
    if (verdict !== 'better') return `its verdict is ${verdict}`
    if (echo) return 'every row repeats the benchmark'
    if (interval.high === null || interval.high > -delta) return `its interval does not end at or below -${delta}`
    return weight.value > 0 ? null : 'the weight of the model is 0'
  },
})
