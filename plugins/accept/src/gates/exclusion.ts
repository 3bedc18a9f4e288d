import type { Gate } from '../gate.ts'

export default {
  title: 'excluded sources',
  judges: 'pilot',
  judge({ exclusion: { status, sentence, validation } }) {
    const about = { threshold: 0, threshold_source: 'specification of dataset' }
    if (status === 'not-applicable') return { ...about, outcome: status, value: null, sentence }
    return { ...about, outcome: status, value: validation.rows_violating, sentence }
  },
} satisfies Gate
