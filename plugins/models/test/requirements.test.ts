import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { exitOf, requirementsOf } from '../src/services/requirements.ts'

const PILOT = 'a'.repeat(64)
/** Mostly the first, so that whole promotions are drawn and not only refusals. */
const mostly = <Value>(first: Value, ...others: Value[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(first) }, { weight: 1, arbitrary: fc.constantFrom(...others) })
const outcome = mostly('pass', 'fail', 'not-enough-evidence', 'not-applicable', 'stale')
const origin = mostly('real', 'replay', 'simulated')
const hash = mostly(PILOT, 'b'.repeat(64))
const verdict = outcome.map((one) => ({ outcome: one, sentence: `It is ${one}.` }))
const blend = fc.record({
  skill: fc.record({
    ...{ outcome, sentence: fc.constant('So.') },
    verdict: mostly('better', 'equal', 'not-shown', 'worse', 'too-few-days'),
  }),
  ...{ no_harm: verdict, origin, pilot: fc.option(hash) },
  pilots: fc.array(
    fc.record({
      pilot: hash,
      name: fc.constant('made_up'),
      weight: mostly(0.5, 0),
      delivered: fc.record({ log_loss: mostly<number | null>(0.4, 0.45, null) }),
      market: fc.constant({ log_loss: 0.41 }),
    }),
    { maxLength: 2 },
  ),
})
const evidence = fc.record({
  pilot: fc.record({ hash: fc.constant(PILOT), origin: fc.option(origin) }),
  fictional: mostly(false, true),
  report: fc.option(
    fc.record({
      summary: fc.record({
        ...{ city: fc.constant('chicago'), bracket: fc.constant('between'), origin },
        verdict: verdict.map((one) => ({ ...one, exit: 0 })),
        gates: fc.array(
          fc.record({
            gate: fc.constantFrom('accept:verified', 'accept:skill', 'accept:market', 'accept:no-harm'),
            outcome,
            sentence: fc.constant('So.'),
          }),
        ),
      }),
      inputs: hash.map((pilot) => ({ pilot })),
      blend: fc.option(blend),
      verification: fc.option(fc.record({ passed: fc.boolean(), checks: fc.nat(3), pilot: fc.option(hash) })),
    }),
  ),
  joint: fc.option(blend),
})

type Evidence = Parameters<typeof requirementsOf>[0]

describe('requirementsOf', () => {
  it('is met as a whole only by a verified, accepted pilot with skill, without harm, not simulated', () => {
    let met = 0
    fc.assert(
      fc.property(evidence, (made) => {
        const given = made as unknown as Evidence
        if (exitOf(requirementsOf(given)) !== 0) return
        met++
        const judge = given.joint ?? given.report!.blend!
        expect(given.report!.inputs['pilot']).toBe(PILOT)
        expect(given.report!.verification).toMatchObject({ passed: true, pilot: PILOT })
        expect(judge).toMatchObject({ skill: { outcome: 'pass', verdict: 'better' }, no_harm: { outcome: 'pass' } })
        expect([judge.pilot, ...judge.pilots.map(({ pilot }) => pilot)]).toContain(PILOT)
        const own = given.joint?.pilots.find(({ pilot }) => pilot === PILOT)
        if (own) expect(own).toMatchObject({ weight: 0.5, delivered: { log_loss: 0.4 } })
        const origins = [given.pilot.origin, given.report!.summary.origin, judge.origin]
        if (origins.includes('simulated')) {
          expect(given.fictional).toBe(true)
          expect(new Set(origins.filter((one) => one !== null))).toEqual(new Set(['simulated']))
        }
        const answered = given.joint ? ['accept:market', 'accept:skill', 'accept:no-harm'] : ['accept:market']
        const others = given.report!.summary.gates.filter(({ gate }) => !answered.includes(gate))
        const clean = others.every((one) => one.outcome === 'pass' || one.outcome === 'not-applicable')
        expect(given.report!.summary.verdict.outcome === 'pass' || clean).toBe(true)
      }),
      { numRuns: 5000, seed: 7 },
    )
    expect(met).toBeGreaterThan(100)
  })

  it.each([
    ['simulated rows of a city with a real market', 'simulated', false, 'fail'],
    ['simulated rows of a simulated city', 'simulated', true, 'met'],
    ['real rows', 'real', false, 'met'],
  ] as const)('judges %s', (_, from, fictional, outcome) => {
    const pilot = { hash: PILOT, origin: from }
    const all = requirementsOf({ pilot, fictional, report: null, joint: null })
    expect(all.find(({ requirement }) => requirement === 'origin')).toMatchObject({ outcome })
  })

  it.each([
    ['the model by itself shows no skill', ['accept:market'], 'met'],
    ['another gate failed with it', ['accept:market', 'accept:calibration'], 'fail'],
    ['the pooled probability shows none', ['accept:skill'], 'fail'],
  ] as const)('judges a report where %s', (_, failed, outcome) => {
    const gates = ['accept:market', 'accept:skill', 'accept:calibration', 'accept:verified'].map((gate) => ({
      ...{ gate, sentence: 'So.' },
      outcome: (failed as readonly string[]).includes(gate) ? 'fail' : 'pass',
    }))
    const about = { city: 'chicago', bracket: 'between', origin: 'real' }
    const summary = { ...about, verdict: { outcome: 'fail', exit: 3, sentence: 'Failed.' }, gates }
    const report = { summary, inputs: { pilot: PILOT }, blend: null, verification: null }
    const given = { pilot: { hash: PILOT, origin: 'real' }, fictional: false, report, joint: null }
    const [accepted] = requirementsOf(given as unknown as Evidence)
    expect(accepted).toMatchObject({ requirement: 'accepted', outcome })
  })

  it('takes no pass of file 08 whose verdict is another than better', () => {
    const skill = { verdict: 'equal', outcome: 'pass', sentence: 'So.' }
    const joint = { skill, no_harm: { outcome: 'pass', sentence: 'So.' }, origin: 'real', pilot: PILOT, pilots: [] }
    const given = { pilot: { hash: PILOT, origin: 'real' }, fictional: false, report: null, joint }
    const found = requirementsOf(given as unknown as Evidence).find(({ requirement }) => requirement === 'skill')
    expect(found).toMatchObject({ outcome: 'fail', sentence: expect.stringContaining('is equal') })
  })

  it('always answers for all five, each with a sentence', () => {
    fc.assert(
      fc.property(evidence, (made) => {
        const all = requirementsOf(made as unknown as Evidence)
        expect(all.map(({ requirement }) => requirement)).toEqual([
          'accepted',
          'verified',
          'skill',
          'no-harm',
          'origin',
        ])
        for (const { sentence } of all) expect(sentence).not.toBe('')
      }),
    )
  })
})
