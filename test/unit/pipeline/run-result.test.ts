import { describe, expect, it } from 'vitest'

import { progressLine } from '../../../src/framework/pipeline/progress.ts'
import { describeRun, type RunResult, type StepOutcome } from '../../../src/framework/pipeline/run-result.ts'

const outcome = (name: string, rest: Partial<StepOutcome>): StepOutcome => ({
  name,
  use: `made:${name}`,
  status: 'ran',
  exit: 0,
  summary: null,
  published: null,
  duration_ms: 1500,
  artefacts: {},
  ...rest,
})

const resultOf = (...steps: StepOutcome[]): RunResult => ({
  run_id: 'run_1',
  pipeline: 'p',
  params: {},
  exit: 0,
  duration_ms: 3000,
  steps,
})

describe('describeRun', () => {
  it('breaks long summaries between words, under each other, within the columns', () => {
    const verdict = outcome('accept', { summary: 'The market is better: log loss of the model 0.4958, market 0.4889.' })
    expect(describeRun(resultOf(verdict), 60)).toEqual([
      'accept  ran            2 s  The market is better: log loss',
      '                            of the model 0.4958, market',
      '                            0.4889.',
      'run_1, 3 s',
    ])
  })

  it('leaves text whole where a terminal is too narrow for columns', () => {
    const summary = 'eight windows were fitted and verified'
    expect(describeRun(resultOf(outcome('train', { summary })), 40)[0]).toBe(`train  ran            2 s  ${summary}`)
  })

  it('ends with where things were published', () => {
    const steps = [outcome('train', { published: '/p/models' }), outcome('accept', { published: '/p/reports' })]
    expect(describeRun(resultOf(...steps)).slice(2)).toEqual(['/p/models', '/p/reports', 'run_1, 3 s'])
  })
})

describe('progressLine', () => {
  it('estimates in whole seconds, at least one', () => {
    expect(progressLine(9, 10, 'days', 900)).toMatch(/9\/10 days, 900 ms, about 1 s left$/)
    expect(progressLine(1, 3, 'days', 2400)).toMatch(/about 5 s left$/)
    expect(progressLine(10, 10, 'days', 900)).toMatch(/900 ms$/)
  })
})
