import { describe, expect, it } from 'vitest'

import { pluginOf } from '../../../test/support/plugins.ts'
import type { GateEvidence } from '../src/gate.ts'
import type { JudgedGate, Outcome, ValidationSummary } from '../src/reports.ts'
import { judge, verdictOf } from '../src/services/judge.ts'

const summary = {
  pooled: { model: { log_loss: 0.5 }, market: { log_loss: 0.6 } },
  skill: { sentence: 'The model is better.' },
  total_test_rows: 10,
  total_test_days: 14,
  decision: [{ artefact: null }],
} as unknown as ValidationSummary

const gate = (outcome: Outcome, sentence: string = outcome): JudgedGate => ({
  ...{ gate: `x:${outcome}`, title: outcome, value: null, threshold: null, threshold_source: 'test' },
  ...{ outcome, sentence },
})

const gateSource = (answer: string, judges = 'pilot') =>
  `export default { title: 'made up', judges: '${judges}', judge: () => (${answer}) }`
const pass = "{ outcome: 'pass', value: 1, threshold: 2, threshold_source: 'here', sentence: 'Well.' }"

describe('verdictOf', () => {
  it.each<[Outcome[], number]>([
    [['pass'], 0],
    [['pass', 'not-applicable'], 0],
    [['pass', 'not-enough-evidence'], 4],
    [['pass', 'not-enough-evidence', 'stale'], 5],
    [['pass', 'not-enough-evidence', 'stale', 'fail'], 3],
    [['stale'], 5],
    [['not-applicable'], 4],
    [[], 4],
  ])('of %j exits %i', (outcomes, exit) => {
    expect(
      verdictOf(
        outcomes.map((outcome) => gate(outcome)),
        summary,
      ).exit,
    ).toBe(exit)
  })

  it.each(['The market is better. So much.', 'Equal to the market. So near.'])('says first: %s', (first) => {
    const gates = [gate('fail', 'It is not calibrated.'), gate('fail', first), gate('stale', 'Old.')]
    expect(verdictOf(gates, summary).sentence).toBe(`${first} It is not calibrated.`)
  })

  it('passes with the sentence of the verdict on skill', () => {
    expect(verdictOf([gate('pass')], summary).sentence).toBe('Passed: the model is better.')
  })

  it('has a sentence without any gate', () => {
    expect(verdictOf([], summary).sentence).toBe('Not enough evidence: No gate could judge.')
  })
})

describe('judge', () => {
  const evidence = {} as GateEvidence

  it('asks the gates of any plugin, and only those of a pilot', async () => {
    const contributions = await pluginOf({
      gates: { 'den:own': gateSource(pass), 'den:trades': gateSource(pass, 'backtest') },
    })
    expect(await judge(contributions, evidence)).toEqual([
      {
        gate: 'den:own',
        title: 'made up',
        outcome: 'pass',
        value: 1,
        threshold: 2,
        threshold_source: 'here',
        sentence: 'Well.',
      },
    ])
  })

  it.each([
    ['throws', "(() => { throw new Error('no table') })()", 'no table'],
    ['answers an unknown outcome', "{ outcome: 'maybe' }", 'it answered "maybe"'],
    ['answers nothing', 'undefined', 'den:own'],
  ])('does not let a gate pass that %s', async (_, answer, says) => {
    const contributions = await pluginOf({ gates: { 'den:own': gateSource(answer) } })
    await expect(judge(contributions, evidence)).rejects.toMatchObject({
      code: 'GATE_BROKEN',
      exit: 1,
      message: expect.stringContaining(says),
    })
  })
})
