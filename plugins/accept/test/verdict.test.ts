import { afterAll, describe, expect, it } from 'vitest'
import { BLUNT, good, OVERCONFIDENT, reportOf, SHARP } from './support/cases.ts'
import { closeShared, judged } from './support/judge.ts'
import type { MadePilot } from './support/pilot.ts'
import { madePilot, rowsAt, week } from './support/pilot.ts'

afterAll(closeShared)

const failedCheck = {
  window: 'win_20250101_20250117',
  check: 'kkt',
  passed: false,
  value: 1,
  threshold: 0.001,
  sentence: 'Far off.',
}
const unseen = {
  status: 'pass',
  sentence: 'None shows it.',
  rows_checked: 140,
  sources: [{ source: 'visual-crossing' }],
}

interface Case {
  name: string
  pilot: MadePilot
  exit: 0 | 3 | 4 | 5
  /** Start of the verdict's sentence, and gates with another outcome than pass. */
  says: string
  gates: Record<string, string>
}

/** What a pipeline without backtest, pool and audits leaves open. */
const pilotOnly = {
  'accept:backtest': 'not-applicable',
  'accept:gates': 'not-applicable',
  'accept:no-harm': 'not-applicable',
  'accept:skill': 'not-applicable',
  'accept:time': 'not-applicable',
}
const apart = { ...pilotOnly, 'accept:exclusion': 'not-applicable' }
const few = {
  'accept:calibration': 'not-enough-evidence',
  'accept:evidence': 'not-enough-evidence',
  'accept:market': 'not-enough-evidence',
  'accept:plausible': 'not-enough-evidence',
}

const CASES: Case[] = [
  {
    name: 'passes a model that beats its market',
    pilot: good(),
    exit: 0,
    says: 'Passed: the model is better than the half-way price: its log loss differs by -0.0257 nats',
    gates: apart,
  },
  {
    name: 'fails a model that repeats its market, and says first that it does',
    pilot: {
      windows: [
        week(rowsAt(0.4, 40, 10, 4).concat(rowsAt(0.6, 60, 10, 6))),
        week(rowsAt(0.4, 40, 10, 4).concat(rowsAt(0.6, 60, 10, 6))),
      ],
    },
    exit: 3,
    says: 'Equal to the market. The model repeats the half-way price: every probability is within 0.001,',
    gates: { ...apart, 'accept:market': 'fail' },
  },
  {
    name: 'fails a model whose gain is smaller than what counts',
    pilot: good({ config: { gates: { min_effect: 0.03 } } }),
    exit: 3,
    says: 'Equal to the market. The model equals the half-way price: its log loss differs by -0.0257 nats',
    gates: { ...apart, 'accept:market': 'fail' },
  },
  {
    name: 'fails a model that wins half of the days and loses the other half',
    pilot: { windows: [week(SHARP), week(BLUNT)] },
    exit: 3,
    says: 'Failed: The model does not show skill over the half-way price',
    gates: { ...apart, 'accept:market': 'fail', 'accept:calibration': 'fail' },
  },
  {
    name: 'fails a useless model',
    pilot: { windows: [week(BLUNT), week(BLUNT)] },
    exit: 3,
    says: 'The market is better. The model is worse than the half-way price: its log loss differs by +0.0257 nats',
    gates: { ...apart, 'accept:market': 'fail', 'accept:calibration': 'fail' },
  },
  {
    name: 'fails an overconfident model for its calibration alone',
    pilot: { windows: [week(OVERCONFIDENT), week(OVERCONFIDENT)] },
    exit: 3,
    says: 'Failed: The probabilities are not calibrated: CORP miscalibration 0.02250,',
    gates: { ...apart, 'accept:calibration': 'fail' },
  },
  {
    name: 'fails where a check of the internals failed',
    pilot: good({ verification: { passed: false, checks: [failedCheck] } }),
    exit: 3,
    says: 'Failed: 1 of 1 checks failed, first kkt of win_20250101_20250117: Far off.',
    gates: { ...apart, 'accept:verified': 'fail' },
  },
  {
    name: 'does not believe a verification that contradicts its own checks',
    pilot: good({ verification: { passed: true, checks: [failedCheck] } }),
    exit: 3,
    says: 'Failed: 1 of 1 checks failed',
    gates: { ...apart, 'accept:verified': 'fail' },
  },
  {
    name: 'takes a verification without checks for no evidence',
    pilot: good({ verification: { passed: true, checks: [] } }),
    exit: 4,
    says: 'Not enough evidence: Nothing was verified.',
    gates: { ...apart, 'accept:verified': 'not-enough-evidence' },
  },
  {
    name: 'gives no verdict on 13 days, even where the market looks better',
    pilot: { windows: [week(BLUNT, 13)] },
    exit: 4,
    says: 'Not enough evidence: There are 13 test event days; 14 are needed.',
    gates: { ...apart, ...few },
  },
  {
    name: 'gives no verdict where nothing settled YES',
    pilot: { windows: [week(rowsAt(0.1, 10, 5, 0).concat(rowsAt(0.2, 20, 5, 0)), 14)] },
    exit: 4,
    says: 'Not enough evidence: None of the 140 test rows settled YES.',
    gates: { ...apart, ...few },
  },
  {
    name: 'gives no verdict without a fitted window',
    pilot: { windows: [null, null] },
    exit: 4,
    says: 'Not enough evidence: None of 2 windows could be fitted.',
    gates: { ...apart, ...few, 'accept:fresh': 'not-enough-evidence' },
  },
  {
    name: 'gives no verdict where fewer than half of the windows were fitted',
    pilot: { windows: [null, null, week(SHARP, 14)] },
    exit: 4,
    says: 'Not enough evidence: Only 1 of 3 windows could be fitted',
    gates: { ...apart, ...few },
  },
  {
    name: 'fails a base rate for its want of resolution, however calibrated',
    pilot: { windows: [week(rowsAt(0.5, 40, 10, 5), 14)] },
    exit: 3,
    says: 'Failed: The log-odds vary too little to identify their slope',
    gates: { ...apart, 'accept:calibration': 'fail' },
  },
  {
    name: 'fails a model that is too good to be true',
    pilot: { windows: [week(rowsAt(0.999, 90, 5, 5).concat(rowsAt(0.001, 10, 5, 0)), 14)] },
    exit: 3,
    says: 'Failed: The probabilities are not calibrated: ',
    gates: { ...apart, 'accept:plausible': 'fail', 'accept:calibration': 'fail' },
  },
  {
    name: 'fails built rows that show an excluded source',
    pilot: good({ city: 'nyc', gate: { ...unseen, status: 'fail', rows_violating: 3 } }),
    exit: 3,
    says: 'Failed: 3 built rows show values of an excluded source.',
    gates: { ...pilotOnly, 'accept:exclusion': 'fail' },
  },
  {
    name: 'fails an excluded city whose data was not gated',
    pilot: good({ city: 'nyc' }),
    exit: 3,
    says: 'Failed: visual-crossing is excluded for nyc, but the built data was not gated for it.',
    gates: { ...pilotOnly, 'accept:exclusion': 'fail' },
  },
  {
    name: 'passes an excluded city whose built rows were all checked',
    pilot: good({ city: 'nyc', gate: unseen }),
    exit: 0,
    says: 'Passed',
    gates: pilotOnly,
  },
  {
    name: 'fails an audit that checked other rows than were built',
    pilot: good({ city: 'nyc', gate: { ...unseen, rows_checked: 139 } }),
    exit: 3,
    says: 'Failed: 139 rows were checked, but 140 were built.',
    gates: { ...pilotOnly, 'accept:exclusion': 'fail' },
  },
  {
    name: 'fails a configuration that is not the one the pilot was trained with',
    pilot: good({ config: { train_days: 9 } }),
    exit: 3,
    says: 'Failed: Checks and settings that failed: 1, first configuration: the configuration asks for windows',
    gates: { ...apart, 'accept:sound': 'fail' },
  },
]

describe('accept:report', () => {
  it.each(CASES)('$name', async ({ pilot, exit, says, gates }) => {
    const result = await judged(await madePilot(pilot))
    const { verdict, gates: all } = await reportOf(result, 'summary')
    expect(result.summary).toBe(verdict.sentence)
    expect(verdict.sentence.slice(0, says.length)).toBe(says)
    expect(
      Object.fromEntries(all.filter(({ outcome }) => outcome !== 'pass').map(({ gate, outcome }) => [gate, outcome])),
    ).toEqual(gates)
    expect([result.exit, verdict.exit]).toEqual([exit, exit])
  })

  it('fails before it is stale, and is stale before it lacks evidence', async () => {
    const stale = async (pilot: MadePilot) => {
      const inputs = await madePilot(pilot)
      return judged({ ...inputs, features: { ...inputs.features, hash: 'f'.repeat(64) } })
    }
    const old = await stale(good())
    expect(old.exit).toBe(5)
    expect(old.summary).toBe(
      'Stale: 2 of 2 models were trained on other data than they are judged on, first win_20250101_20250117.',
    )
    expect((await stale({ windows: [week(SHARP, 3)] })).exit).toBe(5)
    expect((await stale({ windows: [week(BLUNT), week(BLUNT)] })).exit).toBe(3)
  })
})
