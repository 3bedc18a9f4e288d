import type { Gate } from '../gate.ts'

export default {
  title: 'sound ground',
  judges: 'pilot',
  judge({ infrastructure: { checks, n_ran, n_absent }, config: { problems } }) {
    const failed = checks.filter(({ status }) => status === 'failed')
    const wrong = failed.length + problems.length
    const about = { value: wrong, threshold: 0, threshold_source: 'specification of accept' }
    if (wrong > 0) {
      const first = failed[0] ? `${failed[0].check}: ${failed[0].sentence}` : `configuration: ${problems[0]}`
      return { ...about, outcome: 'fail', sentence: `Checks and settings that failed: ${wrong}, first ${first}` }
    }
    if (n_ran === 0) return { ...about, outcome: 'not-enough-evidence', sentence: 'No check ran.' }
    return { ...about, outcome: 'pass', sentence: `${n_ran} checks ran and none failed; absent: ${n_absent}.` }
  },
} satisfies Gate
