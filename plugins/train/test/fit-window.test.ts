import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { splitCalibrationDays } from 'kwx/model'
import { readTrainingInputs, type TrainingInputs } from 'kwx/model-store'
import { formatDay, parseDay, walkForwardWindows } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { pilotInputs, testConfig } from '../../../test/support/pilot-inputs.ts'
import { fitWindow, type WindowTask } from '../src/services/fit-window.ts'

const [window] = walkForwardWindows(parseDay(testConfig.start_date), parseDay(testConfig.end_date), {
  trainDays: 30,
  testDays: 5,
  stepDays: 5,
})
// The thirtieth is embargoed.
const trainingDays = Array.from({ length: 29 }, (_, k) => window!.firstTrainDay + k)
const { base, calibration } = splitCalibrationDays(trainingDays, `${testConfig.seed}/${window!.name}`)

let root: string
let inputs: TrainingInputs
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kwx-fit-window-'))
  inputs = await readTrainingInputs(await pilotInputs(root))
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** The window's result when the rows of some days are turned around and blown up. */
function fitted(spoiled: readonly number[], change: Partial<WindowTask> = {}) {
  const { design, label, day } = inputs.rows
  const isSpoiled = new Set(spoiled)
  const values = design.values.map((value, k) => (isSpoiled.has(day[k % design.n]!) ? -1000 * value : value))
  const labels = label.map((outcome, i) => (isSpoiled.has(day[i]!) ? 1 - outcome : outcome))
  const about = { feature_set_version: '1', data: inputs.data, kwx: '0' }
  const task = {
    window: window!,
    design: { ...design, values },
    label: labels,
    day,
    config: testConfig,
    about,
    ...change,
  }
  const result = fitWindow(task)
  if (result.outcome !== 'fitted') throw new Error(result.reason)
  return result
}

describe('fitWindow', () => {
  it('lets neither the search nor the coefficients see a calibration day', () => {
    const plain = fitted([])
    const spoiled = fitted(calibration)
    expect(plain.model.calibration.days).toEqual(calibration.map(formatDay))
    expect(spoiled.parameters).toEqual(plain.parameters)
    expect(spoiled.model.coefficients).toEqual(plain.model.coefficients)
    expect(spoiled.model.scaling).toEqual(plain.model.scaling)
    expect(spoiled.model.calibrator).not.toEqual(plain.model.calibrator)
  })

  it('sees no day outside its training span', () => {
    const outside = [...new Set(inputs.rows.day)].filter((day) => day > window!.lastTrainDay)
    expect(fitted(outside).model).toEqual(fitted([]).model)
  })

  it('sees no label and no value of an embargoed day, and says how many there are', () => {
    const embargoed = [window!.lastTrainDay]
    expect(fitted(embargoed)).toEqual(fitted([]))
    expect(fitted([]).model.embargo_days).toBe(1)
    const wide = { ...testConfig, embargo_days: 4 }
    const last = Array.from({ length: 4 }, (_, k) => window!.lastTrainDay - k)
    const { model, parameters } = fitted(last, { config: wide })
    expect(model).toEqual(fitted([], { config: wide }).model)
    const used = [...model.training.days, ...model.calibration.days, ...parameters.search_days]
    expect(used.filter((day) => last.map(formatDay).includes(day))).toEqual([])
    expect(model.training).toMatchObject({ first_day: '2025-01-01', last_day: '2025-01-30' })
  })

  it('uses the last day without an embargo, and the file is as if there were no such setting', () => {
    const none = { config: { ...testConfig, embargo_days: 0 } }
    const { model } = fitted([], none)
    expect([...model.training.days, ...model.calibration.days]).toContain(formatDay(window!.lastTrainDay))
    expect(model).not.toHaveProperty('embargo_days')
    expect(fitted([window!.lastTrainDay], none).model.coefficients).not.toEqual(model.coefficients)
  })

  it('depends on its base days', () => {
    expect(fitted(base.slice(0, 1)).model.coefficients).not.toEqual(fitted([]).model.coefficients)
  })

  it('depends on the seed, through the calibration days and the trials', () => {
    const other = fitted([], { config: { ...testConfig, seed: 43 } })
    expect(other.model.calibration.days).not.toEqual(fitted([]).model.calibration.days)
    expect(other.parameters.trials[0]!.C).not.toBe(fitted([]).parameters.trials[0]!.C)
  })

  it.each<[string, Partial<typeof testConfig>, number]>([
    ['needs as many event days as folds', { cv_splits: 40 }, 0],
    ['refuses one outcome', {}, 1],
    ['needs a day that is not embargoed', { embargo_days: 30 }, 0],
  ])('%s, and says so', (_, parts, kind) => {
    const { design, label, day } = inputs.rows
    const about = { feature_set_version: '1', data: inputs.data, kwx: '0' }
    const labels = kind === 1 ? new Uint8Array(label.length) : label
    const result = fitWindow({
      window: window!,
      design,
      label: labels,
      day,
      config: { ...testConfig, ...parts },
      about,
    })
    expect(result.outcome).toBe('not-enough-evidence')
    expect(result).toMatchObject({ reason: expect.stringMatching(/\d.*\.$/) })
  })
})
