import type { Gate } from '../gate.ts'

export default {
  title: 'internals verified',
  judges: 'pilot',
  judge({ verification: { passed, checks } }) {
    const failed = checks.filter((check) => !check.passed)
    const about = { value: failed.length, threshold: 0, threshold_source: 'specification of accept' }
    if (failed.length > 0) {
      const [first] = failed
      return {
        ...about,
        outcome: 'fail',
        sentence: `${failed.length} of ${checks.length} checks failed, first ${first!.check} of ${first!.window}: ${first!.sentence}`,
      }
    }
    if (checks.length === 0) return { ...about, outcome: 'not-enough-evidence', sentence: 'Nothing was verified.' }
    if (!passed) return { ...about, outcome: 'fail', sentence: 'The verification says that it failed.' }
    return { ...about, outcome: 'pass', sentence: `All ${checks.length} checks of the internals passed.` }
  },
} satisfies Gate
