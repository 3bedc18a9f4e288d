import type { Gate } from '../gate.ts'
import { fixed } from '../services/format.ts'
import { whyNotEnough } from './enough-evidence.ts'

const MAXIMUM_ECE = 0.09

/** With a single bin any forecast of the base rate looks calibrated. */
const MINIMUM_JUDGED_BINS = 2

export default {
  title: 'calibration',
  judges: 'pilot',
  judge({ summary, calibration }) {
    const value = summary.metrics.ece_mean
    const about = { value, threshold: MAXIMUM_ECE, threshold_source: 'specification of accept' }
    const lacking = whyNotEnough(summary)
    if (lacking || value === null)
      return { ...about, outcome: 'not-enough-evidence', sentence: lacking ?? 'There are no test rows.' }
    if (value > MAXIMUM_ECE) {
      return {
        ...about,
        outcome: 'fail',
        sentence: `The mean ECE over windows, ${fixed(value)}, is above ${fixed(MAXIMUM_ECE)}.`,
      }
    }
    const { judged_bins, minimum_event_days_per_bin: days } = calibration
    if (judged_bins < MINIMUM_JUDGED_BINS) {
      return {
        ...about,
        outcome: 'not-enough-evidence',
        sentence: `${judged_bins} reliability bins hold at least ${days} event days; ${MINIMUM_JUDGED_BINS} are needed.`,
      }
    }
    return {
      ...about,
      outcome: 'pass',
      sentence: `The mean ECE over windows is ${fixed(value)}, with ${judged_bins} bins judged.`,
    }
  },
} satisfies Gate
