import type { Gate } from '../gate.ts'
import { MINIMUM_TEST_DAYS, whyNotEnough } from './enough-evidence.ts'

export default {
  title: 'enough evidence',
  judges: 'pilot',
  judge({ summary }) {
    const lacking = whyNotEnough(summary)
    const { n_windows, n_windows_planned, total_test_days } = summary
    return {
      outcome: lacking ? 'not-enough-evidence' : 'pass',
      value: total_test_days,
      threshold: MINIMUM_TEST_DAYS,
      threshold_source: 'kwx: days, not rows, are independent',
      sentence:
        lacking ??
        `${total_test_days} test event days in ${n_windows} of ${n_windows_planned} windows, with both outcomes.`,
    }
  },
} satisfies Gate
