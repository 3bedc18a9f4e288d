import { EXIT, type ExitCode, type Origin, worstExit } from 'kwx'
import type { ReportVerdict } from 'kwx/contracts'
import { HARM_LIMIT } from 'kwx/scores'

import type { Blend, ReadReport } from './read-report.ts'

/** One thing that a pilot must have to be promoted. */
export interface Requirement {
  readonly requirement: 'accepted' | 'verified' | 'skill' | 'no-harm' | 'origin'
  readonly outcome: 'met' | 'fail' | 'not-enough-evidence' | 'stale' | 'missing'
  readonly sentence: string
}

/** What is known of a pilot when it is to be promoted. */
interface PromotionEvidence {
  readonly pilot: { readonly hash: string; readonly origin: Origin | null }
  /** True of a city that is settled by simulation alone: it has no real market that a simulated pilot could be let on. */
  readonly fictional: boolean
  readonly report: Pick<ReadReport, 'summary' | 'inputs' | 'blend' | 'verification'> | null
  /** File 08 over several pilots; null where the report's own one is to be taken. */
  readonly joint: Blend | null
}

const EXIT_OF: Readonly<Record<Requirement['outcome'], ExitCode>> = {
  met: EXIT.ok,
  fail: EXIT.gate,
  'not-enough-evidence': EXIT.evidence,
  stale: EXIT.stale,
  missing: EXIT.stale,
}

/** The exit status of a promotion that rests on these. */
export const exitOf = (requirements: readonly Requirement[]): ExitCode =>
  worstExit(requirements.map(({ outcome }) => EXIT_OF[outcome]))

/** Everything that a promotion rests on. What is corrupt never gets here: it is an error, and no reason lets it through. */
export function requirementsOf(evidence: PromotionEvidence): Requirement[] {
  return [accepted(evidence), verified(evidence), ...skill(evidence), origin(evidence)]
}

const NO_REPORT = 'There is no acceptance report of this city and bracket; run "kwx run decide --config FILE".'
const OTHER_PILOT = 'The acceptance report judges another pilot than this one; run "kwx run decide --config FILE".'

function accepted({ pilot, report, joint }: PromotionEvidence): Requirement {
  const requirement = 'accepted'
  if (!report) return { requirement, outcome: 'missing', sentence: NO_REPORT }
  if (report.inputs['pilot'] !== pilot.hash) return { requirement, outcome: 'missing', sentence: OTHER_PILOT }
  const { verdict, gates } = report.summary
  if (verdict.outcome === 'pass') return { requirement, outcome: 'met', sentence: verdict.sentence }
  const answered = joint ? [MODEL_GATE, ...POOL_GATES] : [MODEL_GATE]
  const others = gates.filter(({ gate }) => !answered.includes(gate))
  const open = others.filter((one) => !isFine(one))
  if (open.length > 0) {
    const worst = WORST.map((outcome) => open.find((one) => one.outcome === outcome)).find((one) => one !== undefined)
    return { requirement, outcome: refused(worst ?? open[0]!), sentence: verdict.sentence }
  }
  const rests = others.some(({ outcome }) => outcome === 'pass')
  const explained = gates.some((one) => answered.includes(one.gate) && !isFine(one))
  if (!rests || !explained) return { requirement, outcome: refused(verdict), sentence: verdict.sentence }
  const sentence = joint
    ? 'Every gate but those of skill passed; the joint blend answers for skill.'
    : 'Every gate but that of the model by itself passed; the pooled probability answers for skill.'
  return { requirement, outcome: 'met', sentence }
}

/** The model by itself: what is delivered is the pooled probability, so that file 08 answers in its place. */
const MODEL_GATE = 'accept:market'
/** What the report takes from its own file 08: a joint blend answers in their place. */
const POOL_GATES = ['accept:skill', 'accept:no-harm']
const WORST = ['fail', 'stale', 'not-enough-evidence'] as const

function verified({ pilot, report }: PromotionEvidence): Requirement {
  const requirement = 'verified'
  const found = report?.verification
  if (!found || found.pilot !== pilot.hash) {
    return { requirement, outcome: 'missing', sentence: 'No verification of this pilot is there.' }
  }
  const gate = report.summary.gates.find((one) => one.gate === 'accept:verified')
  if (found.passed && found.checks > 0 && gate?.outcome === 'pass') {
    return { requirement, outcome: 'met', sentence: `${found.checks} checks passed.` }
  }
  return { requirement, outcome: 'fail', sentence: gate?.sentence ?? 'A check of the model failed.' }
}

function skill({ pilot, report, joint }: PromotionEvidence): Requirement[] {
  const blend = joint ?? report?.blend ?? null
  const file = joint ? 'The joint 08_blend_grid.json' : '08_blend_grid.json'
  const missing = (sentence: string): Requirement[] =>
    (['skill', 'no-harm'] as const).map((requirement) => ({ requirement, outcome: 'missing', sentence }))
  if (!blend) {
    return missing(
      'The report has no 08_blend_grid.json; run "kwx run decide --config FILE", or "kwx blend --config FILE" and give its folder as --joint.',
    )
  }
  const isOfPilot = blend.pilot === pilot.hash || blend.pilots.some((one) => one.pilot === pilot.hash)
  if (!isOfPilot) return missing(`${file} is of other pilots than this one.`)
  const own = joint ? blend.pilots.find((one) => one.pilot === pilot.hash) : undefined
  const apart = own ? ownPart(own) : null
  const judged = (requirement: 'skill' | 'no-harm', verdict: ReportVerdict): Requirement => ({
    requirement,
    outcome: verdict.outcome === 'pass' ? 'met' : refused(verdict),
    sentence: verdict.sentence,
  })
  const { verdict, outcome, sentence } = blend.skill
  const isBetter = verdict === 'better' || outcome !== 'pass'
  if (apart) {
    return (['skill', 'no-harm'] as const).map((requirement) => ({ requirement, outcome: 'fail', sentence: apart }))
  }
  return [
    judged('skill', isBetter ? blend.skill : { outcome: 'fail', sentence: `${file} is ${verdict}: ${sentence}` }),
    judged('no-harm', blend.no_harm),
  ]
}

/** A pool of several pilots can be better on its neighbours' skill: why this pilot has no part in it; null where it has. */
function ownPart({ name, weight, delivered, market }: Blend['pilots'][number]): string | null {
  if (weight <= 0) return `The joint pool gives ${name} the weight 0: what is better there is not this pilot.`
  const harm = (delivered.log_loss ?? Number.NaN) - (market.log_loss ?? Number.NaN)
  if (harm < HARM_LIMIT) return null
  return `In the joint pool the own rows of ${name} are ${harm.toFixed(4)} nats worse than the market's; less than ${HARM_LIMIT} is allowed.`
}

function origin({ pilot, fictional, report, joint }: PromotionEvidence): Requirement {
  const requirement = 'origin'
  const origins = [
    ...new Set([pilot.origin, report?.summary.origin, (joint ?? report?.blend)?.origin].filter((one) => one != null)),
  ]
  const list = origins.join(' and ')
  if (origins.length === 0)
    return { requirement, outcome: 'missing', sentence: 'Nothing says where its rows are from.' }
  if (origins.length > 1) return { requirement, outcome: 'fail', sentence: `Its rows and its reports are ${list}.` }
  if (origins.includes('simulated')) {
    return fictional
      ? { requirement, outcome: 'met', sentence: 'Its rows are simulated, and so is its city.' }
      : { requirement, outcome: 'fail', sentence: 'Its rows are simulated, and its city has a real market.' }
  }
  return { requirement, outcome: 'met', sentence: `Its rows are ${list}.` }
}

const isFine = ({ outcome }: ReportVerdict) => outcome === 'pass' || outcome === 'not-applicable'

/** `not-applicable` is no pass either: nothing was shown. */
const refused = ({ outcome }: ReportVerdict): 'fail' | 'not-enough-evidence' | 'stale' =>
  outcome === 'fail' || outcome === 'stale' ? outcome : 'not-enough-evidence'
