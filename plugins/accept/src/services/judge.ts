import { type Contributions, EXIT, type ExitCode, KwxError, messageOf, worstExit } from 'kwx'

import type { Gate, GateEvidence } from '../gate.ts'
import type { JudgedGate, Outcome, ValidationSummary, Verdict } from '../reports.ts'

const EXIT_OF: Readonly<Record<Outcome, ExitCode>> = {
  pass: EXIT.ok,
  'not-applicable': EXIT.ok,
  fail: EXIT.gate,
  stale: EXIT.stale,
  'not-enough-evidence': EXIT.evidence,
}

/**
 * Asks every contributed gate of a pilot, in the order of their ids.
 *
 * @throws KwxError GATE_BROKEN (exit 1) naming the gate: one that cannot judge must not look like one that passed
 */
export async function judge(contributions: Contributions, evidence: GateEvidence): Promise<JudgedGate[]> {
  const judged: JudgedGate[] = []
  for (const { id, plugin } of contributions.list('gates')) {
    const gate = await contributions.load<Gate>('gates', id)
    if (gate.judges !== 'pilot') continue
    try {
      const { outcome, value, threshold, threshold_source, sentence } = await gate.judge(evidence)
      if (!Object.hasOwn(EXIT_OF, outcome)) throw new Error(`it answered "${String(outcome)}"`)
      judged.push({ gate: id, title: gate.title, outcome, value, threshold, threshold_source, sentence })
    } catch (cause) {
      throw new KwxError(`Gate ${id} of ${plugin} could not judge: ${messageOf(cause)}`, {
        code: 'GATE_BROKEN',
        exit: EXIT.error,
        hint: `Report it to the author of ${plugin}; without it there is no verdict.`,
        cause,
      })
    }
  }
  return judged
}

/** The verdict of all gates, with the sentence that opens the report. Without a gate that passed there is no pass. */
export function verdictOf(gates: readonly JudgedGate[], summary: ValidationSummary): Verdict {
  const passed = gates.some(({ outcome }) => outcome === 'pass')
  const codes = gates.map(({ outcome }) => EXIT_OF[outcome])
  const exit = worstExit(passed ? codes : [...codes, EXIT.evidence]) as Verdict['exit']
  const outcome = ({ 0: 'pass', 3: 'fail', 4: 'not-enough-evidence', 5: 'stale' } as const)[exit]
  return { outcome, exit, sentence: sentenceOf(outcome, gates, summary) }
}

function sentenceOf(outcome: Verdict['outcome'], gates: readonly JudgedGate[], summary: ValidationSummary): string {
  if (outcome === 'pass') return passing(summary)
  const deciding = gates.filter((gate) => gate.outcome === outcome)
  // That the market is better, or the model no other than the market, is what a reader must know first; then skill.
  const market = deciding.filter(({ sentence }) => FIRST.some((words) => sentence.startsWith(words)))
  const skill = deciding.filter(({ gate }) => SKILL_GATES.includes(gate))
  const sentences = [...new Set([...market, ...skill, ...deciding].map(({ sentence }) => sentence))]
  if (market.length > 0) return sentences.join(' ')
  const opening = { fail: 'Failed', stale: 'Stale', 'not-enough-evidence': 'Not enough evidence' }[outcome]
  if (sentences[0]?.startsWith(opening)) return sentences.join(' ')
  return `${opening}: ${sentences.join(' ') || 'No gate could judge.'}`
}

/** The gates of the model's skill and of the pooled probability's. */
const SKILL_GATES = ['accept:market', 'accept:skill']

/** How the sentences of a verdict on skill open, for *worse* and for *equal*. */
const FIRST = ['The market is better', 'Equal to the market']

function passing({ skill, decision }: ValidationSummary): string {
  // Whoever reads no further must not take a model that passed for one that may trade.
  const whole = decision.every(({ artefact }) => artefact !== null)
  const sentence = skill.sentence.charAt(0).toLowerCase() + skill.sentence.slice(1)
  return `Passed${whole ? ' with backtest and audits' : ''}: ${sentence}`
}
