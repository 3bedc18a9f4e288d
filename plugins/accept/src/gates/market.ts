import type { Gate } from '../gate.ts'
import { fixed } from '../services/format.ts'
import { whyNotEnough } from './enough-evidence.ts'

/** How much worse than the market's the model's log loss may be, in nats per row. */
const TOLERANCE = 0.002

export default {
  title: 'log loss against the market',
  judges: 'pilot',
  judge({ summary }) {
    const value = summary.difference.log_loss.mean
    const about = { value, threshold: TOLERANCE, threshold_source: 'specification of accept' }
    const lacking = value === null ? summary.difference.log_loss.reason : whyNotEnough(summary)
    if (value === null || lacking) return { ...about, outcome: 'not-enough-evidence', sentence: lacking! }
    const { model, market } = summary.pooled
    const both = `model ${fixed(model.log_loss)}, market ${fixed(market.log_loss)}, over ${summary.total_test_rows} rows of ${summary.total_test_days} days`
    return value <= TOLERANCE
      ? { ...about, outcome: 'pass', sentence: `Log loss is within the tolerance: ${both}.` }
      : { ...about, outcome: 'fail', sentence: `The market is better: log loss of the ${both}.` }
  },
} satisfies Gate
