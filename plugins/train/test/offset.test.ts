import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { logit, marketProbability, OFFSET_COLUMN, parseModelFile, predictRows, rowsBetween } from 'kwx/model'
import { readTrainingInputs, type TrainingInputs } from 'kwx/model-store'
import { parseDay, walkForwardWindows } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { pilotInputs, testConfig } from '../../../test/support/pilot-inputs.ts'
import { fitWindow } from '../src/services/fit-window.ts'

const config = { ...testConfig, offset: 'market' as const, penalties: ['l2' as const] }
const [window] = walkForwardWindows(parseDay(config.start_date), parseDay(config.end_date), {
  trainDays: 30,
  testDays: 5,
  stepDays: 5,
})

let root: string
let inputs: TrainingInputs
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kwx-offset-'))
  inputs = await readTrainingInputs(await pilotInputs(root, { config }))
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** The window's model when columns and outcomes are changed. */
function modelOf(
  change: (value: number, column: string) => number = (value) => value,
  turn: (outcome: number) => number = (outcome) => outcome,
  parts: Partial<typeof config> = {},
) {
  const { design, label, day } = inputs.rows
  const values = design.values.map((value, k) => change(value, design.names[Math.floor(k / design.n)]!))
  const result = fitWindow({
    window: window!,
    design: { ...design, values },
    label: label.map(turn),
    day,
    config: { ...config, ...parts },
    about: { feature_set_version: '1', data: { features: 'f'.repeat(64), labels: 'a'.repeat(64) }, kwx: '0' },
  })
  if (result.outcome !== 'fitted') throw new Error(result.reason)
  return { model: result.model, design: { ...design, values } }
}

describe('a window with offset: market', () => {
  it('has the coefficient 1 on the price, no intercept, nothing centred, no day held out and a valid file', async () => {
    const { model } = modelOf()
    const at = model.features.indexOf(OFFSET_COLUMN)
    expect(model).toMatchObject({ offset: 'market', intercept: 0, calibrator: { method: 'none' } })
    expect([model.scaling.mean[at], model.scaling.scale[at], model.coefficients[at]]).toEqual([0, 1, 1])
    expect(new Set(model.scaling.mean)).toEqual(new Set([0]))
    expect([model.training.days.length, model.calibration.days.length]).toEqual([29, 0])
    expect(model.certificate.kkt).toBeLessThan(1e-9)
    expect(await parseModelFile(JSON.parse(JSON.stringify(model)), 'model.json')).toEqual(model)
  })

  it('is the price where the features say nothing', () => {
    const { model, design } = modelOf((value, column) => (column === OFFSET_COLUMN ? value : 0))
    const test = rowsBetween(inputs.rows.day, window!.firstTestDay, window!.lastTestDay)
    const { model: p } = predictRows(model, design, test)
    test.forEach((row, k) => {
      expect(p[k]).toBeCloseTo(marketProbability(inputs.rows.marketPrice[row]!), 14)
    })
  })

  it('does not move with the base rate of its days', () => {
    const price = (value: number, column: string) => (column === OFFSET_COLUMN ? value + 3 : 0)
    const { model } = modelOf(price)
    expect(model.coefficients.filter((beta) => beta !== 0)).toEqual([1])
    expect(model.intercept).toBe(0)
  })

  it('turns around when YES and NO change places', () => {
    const { model } = modelOf()
    const turned = modelOf(
      (value) => -value,
      (outcome) => 1 - outcome,
    ).model
    model.coefficients.forEach((beta, j) => {
      expect(turned.coefficients[j]).toBeCloseTo(beta, 8)
    })
  })

  it('finds what is missing in the price, and nothing where nothing is', () => {
    const { design, label } = inputs.rows
    const [first, offset] = [design.names.indexOf('wave_1'), design.names.indexOf(OFFSET_COLUMN)]
    const truth = (i: number) => (label[i]! === 1 ? 1 : -1)
    const slope = (shift: number) => {
      const values = design.values.slice()
      for (let i = 0; i < design.n; i++) {
        values[first * design.n + i]! += shift * truth(i)
        values[offset * design.n + i]! = logit(0.5)
      }
      const { model } = modelOfValues(values)
      return model.coefficients[first]!
    }
    expect(slope(1)).toBeGreaterThan(0.5)
    expect(slope(-1)).toBeLessThan(-0.5)
    expect(Math.abs(slope(0))).toBeLessThan(0.3)
  })

  const modelOfValues = (values: Float64Array) => {
    let k = 0
    return modelOf(() => values[k++]!)
  }

  it('says which feature set it needs', () => {
    const { design, label, day } = inputs.rows
    const names = design.names.map((name) => (name === OFFSET_COLUMN ? 'wave_9' : name))
    const about = { feature_set_version: '1', data: inputs.data, kwx: '0' }
    expect(() => fitWindow({ window: window!, design: { ...design, names }, label, day, config, about })).toThrow(
      expect.objectContaining({ code: 'TRAIN_OFFSET_MISSING', exit: 2 }),
    )
  })

  it('is the same by either solver', () => {
    const once = { trials: 1, search: { ...config.search, startup_trials: 1 } }
    const fast = modelOf(undefined, undefined, { ...once, solver: 'fast' }).model
    const saga = modelOf(undefined, undefined, { ...once, solver: 'saga' }).model
    fast.coefficients.forEach((beta, j) => {
      expect(saga.coefficients[j]).toBeCloseTo(beta, 4)
    })
  })
})
