import type { Gate } from '../gate.ts'

/** Skill with a size: the upper end of the interval by market-hours must lie at or below −delta. */
export default {
  title: 'skill of the model over its benchmark',
  judges: 'pilot',
  judge({ summary: { skill } }) {
    return {
      outcome: skill.outcome,
      value: skill.interval.high,
      threshold: -skill.delta,
      threshold_source: 'gates.min_effect of the configuration',
      sentence: skill.sentence,
    }
  },
} satisfies Gate
