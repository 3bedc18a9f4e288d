import type { ReportVerdict } from 'kwx/contracts'

import { DECISION, type DecisionFiles, type DecisionName } from '../decision.ts'
import type { Gate, GateEvidence, GateResult } from '../gate.ts'
import { absent } from '../services/decision-summary.ts'

/** A verdict of the files 07 to 10, with its figure where it states one. */
type FileVerdict = ReportVerdict & { readonly value?: number | null; readonly threshold?: number | null }

interface DecisionRule<Name extends DecisionName> {
  readonly title: string
  readonly input: Name
  readonly verdictOf: (file: DecisionFiles[Name]) => FileVerdict
  /** Why the file contradicts the pass that it states; null where it does not. */
  readonly contradiction?: (file: DecisionFiles[Name]) => string | null
}

/**
 * A gate that takes the verdict of one of the files 07 to 10. Without the file it is not applicable and says what to
 * run; a pass that the file's own figures do not carry fails.
 */
export function decisionGate<Name extends DecisionName>(rule: DecisionRule<Name>): Gate {
  const { title, input, verdictOf, contradiction } = rule
  const { file } = DECISION[input]
  const threshold_source = `the verdict of ${file}`
  return {
    title,
    judges: 'pilot',
    judge({ decision, config }: GateEvidence): GateResult {
      const part = decision[input]
      if (!part) {
        const sentence = absent(file, config.config_file)
        return { outcome: 'not-applicable', value: null, threshold: null, threshold_source, sentence }
      }
      const content = part.content as DecisionFiles[Name]
      const { outcome, sentence, value = null, threshold = null } = verdictOf(content)
      const about = { value, threshold, threshold_source }
      const wrong = outcome === 'pass' ? (contradiction?.(content) ?? null) : null
      if (wrong) return { ...about, outcome: 'fail', sentence: `${file} says that it passed, but ${wrong}.` }
      return { ...about, outcome, sentence }
    },
  }
}
