import type { Gate } from '../gate.ts'
import { fixed, share } from '../services/format.ts'
import { whyNotEnough } from './enough-evidence.ts'

/** Nobody knows tomorrow's maximum this well: below it, a label has leaked into the features. */
const MINIMUM_LOG_LOSS = 0.02
const MAXIMUM_ACCURACY = 0.999

export default {
  title: 'plausible skill',
  judges: 'pilot',
  judge({ summary }) {
    const { log_loss, accuracy } = summary.pooled.model
    const about = { value: log_loss, threshold: MINIMUM_LOG_LOSS, threshold_source: 'kwx: a leak looks like skill' }
    const lacking = whyNotEnough(summary)
    if (lacking || log_loss === null || accuracy === null) {
      return { ...about, outcome: 'not-enough-evidence', sentence: lacking ?? 'There are no test rows.' }
    }
    const both = `log loss ${fixed(log_loss)}, accuracy ${share(accuracy)}`
    return log_loss < MINIMUM_LOG_LOSS || accuracy > MAXIMUM_ACCURACY
      ? { ...about, outcome: 'fail', sentence: `Too good to be true, look for a leak: ${both}.` }
      : { ...about, outcome: 'pass', sentence: `The skill is possible: ${both}.` }
  },
} satisfies Gate
