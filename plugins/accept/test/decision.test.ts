import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { readJson, writeJson } from 'kwx/artefacts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { BACKTEST_PAGE, DECISION, DECISION_NAMES } from '../src/decision.ts'
import type { GateEvidence, GateResult } from '../src/gate.ts'
import backtest from '../src/gates/backtest.ts'
import gates from '../src/gates/gates.ts'
import noHarm from '../src/gates/no-harm.ts'
import skillGate from '../src/gates/skill.ts'
import time from '../src/gates/time.ts'
import { SUMMARY_PAGE } from '../src/reports.ts'
import { BLUNT, good, reportOf } from './support/cases.ts'
import { type DecisionChanges, decided, PASSING } from './support/decision.ts'
import { closeShared, type Judged, judged } from './support/judge.ts'
import { type MadePilot, madePilot, week } from './support/pilot.ts'

afterAll(closeShared)

const outcomes = async (result: Judged) => {
  const { gates } = await reportOf(result, 'summary')
  return Object.fromEntries(gates.map(({ gate, outcome }) => [gate, outcome]))
}
const decide = async (changes: DecisionChanges = {}, pilot: MadePilot = good()) =>
  judged(await decided(await madePilot(pilot), changes))

describe('a report with backtest, pool and audits', () => {
  let result: Judged
  let folder: string
  beforeAll(async () => {
    result = await decide()
    folder = result.artefacts['report']!.folder
  })

  it('passes when all of them do, and says that they are part of it', async () => {
    expect(result.exit).toBe(0)
    expect(result.summary).toMatch(/^Passed with backtest and audits: the model is better than the half-way price/)
    const found = await outcomes(result)
    for (const gate of ['skill', 'no-harm', 'backtest', 'time', 'gates']) expect(found[`accept:${gate}`]).toBe('pass')
  })

  it('holds files 07 to 10 and the backtest page as they were written', async () => {
    const names = await readdir(join(result.shelf, 'phase1_chicago_between'))
    expect(names).toEqual(expect.arrayContaining([...DECISION_NAMES.map((name) => DECISION[name].file), BACKTEST_PAGE]))
    expect(await readJson(join(folder, DECISION.backtest.file))).toMatchObject(PASSING.backtest)
  })

  it('says what goes when a report of the pilot alone takes its place', async () => {
    const both = await decide()
    expect(both.news).toEqual([])
    const alone = await judged(await madePilot(good()), { reports: both.shelf })
    expect(alone.news).toEqual([expect.stringMatching(/07_backtest.*08_blend.*09_time.*10_feature.*--pipeline decide/)])
    expect((await judged(await madePilot(good()), { reports: both.shelf })).news).toEqual([])
  })

  it('names in file 01 the pilot, and each file with its artefact and verdict', async () => {
    const { pilot, decision } = await reportOf(result, 'summary')
    expect(pilot).toMatch(/^[0-9a-f]{64}$/)
    expect(decision.map(({ file, outcome }) => [file, outcome])).toEqual(
      DECISION_NAMES.map((name) => [DECISION[name].file, 'pass']),
    )
    expect(decision[0]).toEqual({
      file: '07_backtest_acceptance.json',
      artefact: expect.stringMatching(/^[0-9a-f]{64}$/),
      ...PASSING.backtest.verdict,
    })
  })

  it('shows each of them on the page, with figures of the files only', async () => {
    const page = await readFile(join(folder, SUMMARY_PAGE), 'utf8')
    for (const words of [
      ...['## Backtest', '## Pool of model and market', '## Time alignment', '## Gated features'],
      ...[
        '| sharpe | 2.7100 | 2.7100 | 3.1400 |',
        '| 5 min later |',
        'fill rate 62.5 %',
        '| sharpe | 2.7100 | 1.1100 | 4.4400 | lower end, above | 0 | yes |',
        '| ece | 0.0912 | none | none | only reported | none | not judged |',
        'above 2 in 78.5 % of the resamples of days',
        '(report.html)',
      ],
      ...[
        'Weight of the model 0.2500',
        '-0.0211',
        '20 as the rule says',
        'One close is 19 min late.',
        '| dewpoint | no |',
      ],
    ]) {
      expect(page).toContain(words)
    }
    const files = (await readdir(folder)).filter((name) => name.endsWith('.json'))
    const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
    const known = new Set(
      texts
        .join(' ')
        .match(/-?\d+(\.\d+)?([eE]-?\d+)?/g)!
        .map((text) => Math.abs(Number(text))),
    )
    const section = page.slice(page.indexOf('## Backtest'), page.indexOf('## Files'))
    const shown = section.replaceAll(/\[.*?\]\(.*?\)|win_\d+_\d+|[\d.]+ %|\d+-\d\d-\d\d/g, '').match(/\d+(\.\d+)?/g)!
    const near = (text: string) => [...known].some((value) => value.toFixed(text.split('.')[1]?.length ?? 0) === text)
    expect(shown.length).toBeGreaterThan(80)
    expect(shown.filter((text) => !near(text) && text !== '6')).toEqual([])
  })
})

describe('without them', () => {
  it('a report says what to run, and its outcome is as before', async () => {
    const result = await judged(await madePilot(good()))
    const { decision, gates } = await reportOf(result, 'summary')
    expect(result.summary).toMatch(/^Passed: the model is better/)
    expect(decision.map(({ artefact, outcome }) => [artefact, outcome])).toEqual(
      DECISION_NAMES.map(() => [null, 'not-applicable']),
    )
    const skill = gates.find(({ gate }) => gate === 'accept:skill')!
    expect(skill).toMatchObject({ outcome: 'not-applicable', value: null })
    expect(skill.sentence).toContain('kwx run decide --config configs/made_up.yaml')
  })

  it('takes those that there are', async () => {
    const found = await outcomes(await decide({ blend: null, backtest: null }))
    expect(found).toMatchObject({
      'accept:backtest': 'not-applicable',
      'accept:skill': 'not-applicable',
      'accept:no-harm': 'not-applicable',
      'accept:time': 'pass',
      'accept:gates': 'pass',
    })
  })
})

const verdict = (outcome: string) => ({ verdict: { outcome, sentence: `It is ${outcome}.` } })
const skill = (outcome: string) => ({ skill: { ...PASSING.blend.skill, outcome, sentence: `Skill is ${outcome}.` } })

describe('the verdict of a report', () => {
  it.each<[string, DecisionChanges, number, string]>([
    ['fails before it is stale', { time_audit: verdict('stale'), gate_audit: verdict('fail') }, 3, 'Failed: It is'],
    [
      'is stale before it lacks evidence',
      { time_audit: verdict('stale'), blend: skill('not-enough-evidence') },
      5,
      'S',
    ],
    ['lacks evidence with the backtest', { backtest: verdict('not-enough-evidence') }, 4, 'Not enough evidence: It is'],
    ['passes where an audit has nothing to do', { gate_audit: verdict('not-applicable') }, 0, 'Passed'],
  ])('%s', async (_, changes, exit, says) => {
    const result = await decide(changes)
    expect([result.exit, result.summary!.slice(0, says.length)]).toEqual([exit, says])
  })

  it('says first that the market is better, whatever else failed', async () => {
    const result = await decide({ backtest: verdict('fail') }, { windows: [week(BLUNT), week(BLUNT)] })
    expect(result.exit).toBe(3)
    expect(result.summary).toMatch(/^The market is better\. .* It is fail\./)
  })
})

const GATES = { backtest, skill: skillGate, 'no-harm': noHarm, time, gates }

/** What a gate says of made-up files. */
const judgeFiles = (gate: keyof typeof GATES, changes: DecisionChanges) => {
  const parts = DECISION_NAMES.map((name) => [name, { content: { ...PASSING[name], ...changes[name] } }])
  const evidence = { decision: Object.fromEntries(parts), config: { config_file: 'a.yaml' } }
  return GATES[gate].judge(evidence as unknown as GateEvidence) as GateResult
}

describe('the gates of files 07 to 10', () => {
  it.each(['fail', 'stale', 'not-enough-evidence', 'not-applicable', 'pass'])('hand on %s', (outcome) => {
    const harm = { no_harm: { outcome, sentence: 'Harm.', value: 0.001, threshold: 0.002 } }
    const changes = {
      ...{ backtest: verdict(outcome), blend: { ...skill(outcome), ...harm } },
      ...{ time_audit: verdict(outcome), gate_audit: verdict(outcome) },
    }
    for (const gate of Object.keys(GATES) as (keyof typeof GATES)[]) {
      expect(judgeFiles(gate, changes).outcome).toBe(outcome)
    }
    expect(judgeFiles('no-harm', changes)).toMatchObject({ value: 0.001, threshold: 0.002, sentence: 'Harm.' })
  })

  it.each<[string, DecisionChanges, keyof typeof GATES, string]>([
    [
      'nothing traded',
      { backtest: { metrics: { ...PASSING.backtest.metrics, n_trades: 0 } } },
      'backtest',
      'nothing was',
    ],
    ['passed false', { backtest: { passed: false } }, 'backtest', '"passed" is false'],
    [
      'a failed gate of its own',
      { backtest: { gates: { sharpe: { threshold: 2, actual: 1.9, passed: false } } } },
      'backtest',
      'its own sharpe did not',
    ],
    [
      'a weight of 0',
      { blend: { weight: { ...PASSING.blend.weight, value: 0 } } },
      'skill',
      'weight of the model is 0',
    ],
    [
      'an interval that ends above -delta',
      { blend: { skill: { ...PASSING.blend.skill, interval: { ...PASSING.blend.skill.interval, high: -0.0004 } } } },
      'skill',
      'does not end at or below -0.0005',
    ],
    [
      'another verdict',
      { blend: { skill: { ...PASSING.blend.skill, verdict: 'equal' } } },
      'skill',
      'verdict is equal',
    ],
    ['an echo', { blend: { skill: { ...PASSING.blend.skill, echo: true } } }, 'skill', 'repeats the benchmark'],
    ['too much harm', { blend: { no_harm: { ...PASSING.blend.no_harm, value: 0.002 } } }, 'no-harm', 'not below'],
    ['violating rows', { gate_audit: { rows_violating: 2 } }, 'gates', '2 rows violate'],
  ])('do not believe a pass with %s', (_, changes, gate, says) => {
    const { outcome, sentence } = judgeFiles(gate, changes)
    expect([outcome, sentence.includes(says), sentence.includes('says that it passed, but')]).toEqual([
      'fail',
      true,
      true,
    ])
  })
})

describe('accept:report', () => {
  it.each(DECISION_NAMES)('refuses a %s made from another pilot', async (name) => {
    const inputs = await decided(await madePilot(good()))
    const file = join(inputs[name]!.folder, 'provenance.json')
    const provenance = await readJson<{ inputs: Record<string, string> }>(file)
    await writeJson(file, { ...provenance, inputs: { ...provenance.inputs, pilot: 'f'.repeat(64) } })
    await expect(judged(inputs)).rejects.toMatchObject({
      code: 'ACCEPT_OTHER_INPUTS',
      exit: 1,
      message: expect.stringContaining('another pilot '),
    })
  })

  it('refuses a backtest of another pool or of other features', async () => {
    const inputs = await decided(await madePilot(good()))
    const used = { pilot: inputs.pilot.hash, blend: 'f'.repeat(64), features: 'f'.repeat(64) }
    await writeJson(join(inputs.backtest!.folder, 'provenance.json'), { inputs: used })
    await expect(judged(inputs)).rejects.toMatchObject({ message: expect.stringContaining('another blend, features ') })
  })

  it.each([
    ['city', { backtest: { city: 'miami' } }],
    ['bracket', { time_audit: { bracket: null } }],
    ['origin', { gate_audit: { origin: 'replay' } }],
    ['pilot', { blend: { pilot: null } }],
  ])('refuses a file of another %s', async (key, changes) => {
    await expect(decide(changes)).rejects.toMatchObject({
      code: 'ACCEPT_OTHER_INPUTS',
      message: expect.stringContaining(`of ${key}`),
    })
  })

  it('refuses a file that does not fit its schema, or is no JSON', async () => {
    await expect(decide({ backtest: { verdict: 'pass' } })).rejects.toMatchObject({
      code: 'DECISION_FILE_INVALID',
      message: expect.stringContaining('07_backtest_acceptance.json'),
    })
    const inputs = await decided(await madePilot(good()))
    await writeFile(join(inputs.blend!.folder, DECISION.blend.file), '{')
    await expect(judged(inputs)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })

  it('refuses rows of another origin', async () => {
    const inputs = await decided(await madePilot(good()))
    const other = { ...inputs, blend: { ...inputs.blend!, origin: 'real' as const } }
    await expect(judged(other)).rejects.toMatchObject({ code: 'ACCEPT_MIXED_ORIGINS' })
  })
})
