import { DECISION, DECISION_NAMES, type Decision } from '../decision.ts'
import type { DecisionEntry } from '../reports.ts'

/** What file 01 says of files 07 to 10: each with the artefact it was copied from and its verdict. */
export const decisionSummary = (decision: Decision, configFile: string): DecisionEntry[] =>
  DECISION_NAMES.map((name): DecisionEntry => {
    const { file } = DECISION[name]
    const part = decision[name]
    if (part)
      return {
        file,
        artefact: part.artefact.hash,
        outcome: part.content.verdict.outcome,
        sentence: part.content.verdict.sentence,
      }
    return { file, artefact: null, outcome: 'not-applicable', sentence: absent(file, configFile) }
  })

/** That a file of the second phase is not there, and what makes it. */
export const absent = (file: string, configFile: string): string =>
  `There is no ${file}: "kwx run decide --config ${configFile}" makes and judges it.`
