import type { Gate } from '../gate.ts'
import { whyNotEnough } from './enough-evidence.ts'

/** Both tests must let the probabilities stand; the ECE is reported in file 03 and decides nothing. */
export default {
  title: 'calibration',
  judges: 'pilot',
  judge({ summary, calibration: { test } }) {
    const known = [test.corp.p_value, test.recalibration.p_value].filter((p) => p !== null)
    const about = {
      value: known.length > 0 ? Math.min(...known) : null,
      threshold: test.level_each,
      threshold_source: 'kwx: each of two tests at half of 5 %',
    }
    const lacking = whyNotEnough(summary)
    if (lacking) return { ...about, outcome: 'not-enough-evidence', sentence: lacking }
    const outcome = ({ pass: 'pass', fail: 'fail', 'no-resolution': 'fail' } as const)[
      test.outcome as 'pass' | 'fail' | 'no-resolution'
    ]
    return { ...about, outcome: outcome ?? 'not-enough-evidence', sentence: test.sentence }
  },
} satisfies Gate
