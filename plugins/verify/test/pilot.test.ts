import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Artefact } from 'kwx'
import { numbers, readJson, readTable, writeJson, writeTable } from 'kwx/artefacts'
import type { VerificationFile } from 'kwx/contracts'
import { fitScaler, type ModelFile, modelId, type ParametersFile, rowsOfDays } from 'kwx/model'
import { readTrainingInputs } from 'kwx/model-store'
import { formatDay, parseDay } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { pilotInputs, testConfig } from '../../../test/support/pilot-inputs.ts'
import { stepContext } from '../../../test/support/step-context.ts'
import walkForward from '../../train/src/steps/walk-forward.ts'
import { verifyPilot } from '../src/services/verify-pilot.ts'
import verifyStep from '../src/steps/pilot.ts'

const WINDOW = 'win_20250101_20250204'
let root: string
let inputs: Record<string, Artefact>
let copies = 0

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kwx-verify-'))
  const given = await pilotInputs(root, { config: { penalties: ['elasticnet', 'l1'], trials: 14 } })
  const { artefacts } = await walkForward.run(stepContext(root, 2), {}, given)
  inputs = { ...given, pilot: artefacts['pilot']! }
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** A copy of the pilot with a fault in its first window. */
async function withFault(plant: (folder: string) => Promise<void>): Promise<VerificationFile> {
  const folder = join(root, `copy-${++copies}`)
  await cp(inputs['pilot']!.folder, folder, { recursive: true })
  await plant(join(folder, WINDOW))
  return verifyPilot(folder, await readTrainingInputs(inputs))
}

/** A model that a faulty trainer would have written: changed, with the id of its own content. */
const withModel = (change: (model: ModelFile) => object | Promise<object>) =>
  withFault(async (folder) => {
    const file = join(folder, 'model.json')
    const model = await readJson<ModelFile>(file)
    const changed = { ...model, ...(await change(model)) }
    await writeJson(file, { ...changed, id: modelId(changed) })
  })

const withParameters = (change: (parameters: ParametersFile) => object) =>
  withFault(async (folder) => {
    const file = join(folder, 'parameters.json')
    const parameters = await readJson<ParametersFile>(file)
    await writeJson(file, { ...parameters, ...change(parameters) })
  })

const withColumn = (name: string, row: number, change: (value: number) => number) =>
  withFault(async (folder) => {
    const file = join(folder, 'predictions.parquet')
    const table = await readTable(file)
    const values = numbers(table, name)
    values[row] = change(values[row]!)
    await writeTable(file, table)
  })

const failures = ({ checks }: VerificationFile) => checks.filter(({ passed }) => !passed).map(({ check }) => check)

describe('verify:pilot', () => {
  it('passes a pilot as it was trained, with every check executed on every window', async () => {
    const { artefacts, exit, summary } = await verifyStep.run(stepContext(root), {}, inputs)
    const verification = await readJson<VerificationFile>(join(artefacts['verification']!.folder, 'verification.json'))
    expect(failures(verification)).toEqual([])
    expect(exit).toBeUndefined()
    expect(summary).toBe('69 checks passed on 4 windows')
    expect(verification.checks.filter(({ window }) => window === WINDOW).map(({ check }) => check)).toEqual([
      'files',
      'identity',
      'days-disjoint',
      'labels-known',
      'scaler',
      'solver-objective',
      'solver-kkt',
      'solver-gap',
      'search-l1-ratio',
      'search-chosen',
      'calibration-rule',
      'calibrator-monotone',
      'probabilities',
      'prediction-rows',
      'labels',
      'predictions-reproduced',
      'metrics',
    ])
  })

  it('gives exit 3 and a sentence for each failed check', async () => {
    const folder = join(root, 'edited')
    await cp(inputs['pilot']!.folder, folder, { recursive: true })
    const file = join(folder, WINDOW, 'model.json')
    await writeJson(file, { ...(await readJson<ModelFile>(file)), intercept: 0.5 })
    const ctx = stepContext(join(root, 'other'))
    const { exit } = await verifyStep.run(ctx, {}, { ...inputs, pilot: { ...inputs['pilot']!, folder } })
    expect(exit).toBe(3)
    expect(ctx.lines.join()).toContain('was edited')
  })

  it('catches a scaler that was fitted on everything', async () => {
    const { rows } = await readTrainingInputs(inputs)
    const everything = Int32Array.from({ length: rows.design.n }, (_, i) => i)
    const found = failures(await withModel(() => ({ scaling: fitScaler(rows.design, everything) })))
    expect(found).toContain('scaler')
  })

  it('catches a scaler that also saw the calibration days', async () => {
    const { rows } = await readTrainingInputs(inputs)
    const fault = (model: ModelFile) => {
      const days = [...model.training.days, ...model.calibration.days].map(parseDay)
      return { scaling: fitScaler(rows.design, rowsOfDays(rows.day, days)) }
    }
    expect(failures(await withModel(fault))).toContain('scaler')
  })

  it('catches a test day among the training days', async () => {
    const fault = ({ training, test }: ModelFile) => ({
      training: { ...training, days: [...training.days, test.first_day] },
    })
    const found = failures(await withModel(fault))
    expect(found).toContain('days-disjoint')
    expect(found).toContain('solver-kkt')
  })

  it('catches coefficients that were fitted on other days than declared', async () => {
    const fault = ({ training, calibration }: ModelFile) => ({
      training: { ...training, days: training.days.slice(1) },
      calibration: { ...calibration, days: [training.days[0]!, ...calibration.days].sort() },
    })
    const found = failures(await withModel(fault))
    expect(found).toEqual(expect.arrayContaining(['solver-kkt', 'solver-objective', 'calibration-rule']))
  })

  it('catches calibration days that the search saw', async () => {
    const seen = (parameters: ParametersFile) => ({ search_days: [...parameters.search_days, '2025-01-30'] })
    const model = await readJson<ModelFile>(join(inputs['pilot']!.folder, WINDOW, 'model.json'))
    const verification = await withParameters(() => ({
      search_days: [...model.training.days, model.calibration.days[0]!],
    }))
    expect(failures(verification)).toContain('days-disjoint')
    expect(failures(await withParameters(seen))).toContain('search-chosen')
  })

  it('catches an optimum that was stopped short', async () => {
    const fault = ({ coefficients }: ModelFile) => ({ coefficients: coefficients.map((beta) => beta * 1.001) })
    expect(failures(await withModel(fault))).toContain('solver-kkt')
  })

  it('catches a calibrator that falls', async () => {
    const calibrator = { method: 'isotonic', x: [-1, 0, 1], y: [0.2, 0.6, 0.5] }
    const found = failures(await withModel(() => ({ calibrator })))
    expect(found).toEqual(expect.arrayContaining(['calibrator-monotone', 'calibration-rule']))
    expect(failures(await withModel(() => ({ calibrator: { method: 'sigmoid', a: 0.3, b: 0 } })))).toContain(
      'calibrator-monotone',
    )
  })

  it('catches a calibrator that the rule does not give', async () => {
    const isotonic = { method: 'isotonic', x: [0], y: [0.3] }
    expect(failures(await withModel(() => ({ calibrator: isotonic })))).toContain('calibration-rule')
  })

  it('catches a calibrator of the right kind with other numbers, and scores that nobody computed', async () => {
    const folder = join(root, 'origin-rule')
    const calibration = { ...testConfig.calibration, rule: 'origin' } as const
    const given = await pilotInputs(folder, { config: { calibration, end_date: '2025-02-04' } })
    const { artefacts } = await walkForward.run(stepContext(folder), {}, given)
    const all = { ...given, pilot: artefacts['pilot']! }
    const file = join(artefacts['pilot']!.folder, WINDOW, 'model.json')
    const model = await readJson<ModelFile>(file)
    expect(model.calibrator.method).toBe('sigmoid')
    const check = async (change: object) => {
      await writeJson(file, { ...model, ...change, id: modelId({ ...model, ...change }) })
      return failures(await verifyPilot(artefacts['pilot']!.folder, await readTrainingInputs(all)))
    }
    expect(await check({})).toEqual([])
    const { a, b } = model.calibrator as { a: number; b: number }
    expect(await check({ calibrator: { method: 'sigmoid', a, b: b + 1e-9 } })).toContain('calibration-rule')
    expect(await check({ calibration: { ...model.calibration, reason: 'because' } })).toEqual(['calibration-rule'])
  })

  describe('with an embargo of one day', () => {
    const EMBARGOED = '2025-01-30'

    it('tells how many labels were known late: none', async () => {
      const { checks } = await verifyPilot(inputs['pilot']!.folder, await readTrainingInputs(inputs))
      expect(checks.find(({ check, window }) => check === 'labels-known' && window === WINDOW)).toMatchObject({
        passed: true,
        value: 0,
        sentence: expect.stringMatching(
          /^With an embargo of 1 day no label after 2025-01-29 was used; the labels of 0 of \d+ rows were known after the first test row, 2025-01-30T10:00:00.000Z/,
        ),
      })
    })

    it.each<[string, (model: ModelFile) => Partial<ModelFile>]>([
      ['fitted on', ({ training }) => ({ training: { ...training, days: [...training.days, EMBARGOED] } })],
      ['calibrated on', ({ calibration: it }) => ({ calibration: { ...it, days: [...it.days, EMBARGOED] } })],
    ])('catches a window that was %s an embargoed day', async (_, change) => {
      const verification = await withModel(change)
      expect(failures(verification)).toEqual(expect.arrayContaining(['days-disjoint', 'labels-known']))
      expect(verification.checks.find(({ check }) => check === 'labels-known')!.sentence).toContain(
        `used the label of ${EMBARGOED}, with an embargo of 1 day the last one allowed is 2025-01-29`,
      )
    })

    it('catches a search that saw an embargoed day', async () => {
      const seen = ({ search_days }: ParametersFile) => ({ search_days: [...search_days, EMBARGOED] })
      expect(failures(await withParameters(seen))).toEqual(['labels-known', 'search-chosen'])
    })

    it('catches a window that was honestly trained without one', async () => {
      const folder = join(root, 'no-embargo')
      const given = await pilotInputs(folder, { config: { embargo_days: 0, end_date: '2025-02-04' } })
      const { artefacts } = await walkForward.run(stepContext(folder), {}, given)
      const own = { ...given, pilot: artefacts['pilot']! }
      const honest = await verifyPilot(artefacts['pilot']!.folder, await readTrainingInputs(own))
      expect(failures(honest)).toEqual([])
      // Without an embargo late labels are configured: told, not failed.
      expect(honest.checks.find(({ check }) => check === 'labels-known')).toMatchObject({ passed: true, value: 36 })
      const strict = await pilotInputs(join(root, 'strict'), { config: { end_date: '2025-02-04' } })
      const found = failures(
        await verifyPilot(artefacts['pilot']!.folder, await readTrainingInputs({ ...strict, pilot: own.pilot })),
      )
      expect(found).toEqual(expect.arrayContaining(['identity', 'days-disjoint', 'labels-known', 'calibration-rule']))
    })
  })

  it('catches a single edited prediction', async () => {
    const found = failures(await withColumn('p_model', 3, (p) => p + 1e-15))
    expect(found).toContain('predictions-reproduced')
  })

  it('catches a flipped label and scores that are not those of the predictions', async () => {
    const found = failures(await withColumn('label', 0, (label) => 1 - label))
    expect(found).toEqual(expect.arrayContaining(['labels', 'metrics']))
  })

  it('catches a market price that is not the one of the row', async () => {
    expect(failures(await withColumn('p_market', 0, () => 0.5))).toContain('prediction-rows')
  })

  it('catches probabilities that are no numbers', async () => {
    expect(failures(await withColumn('p_model', 0, () => Number.NaN))).toContain('probabilities')
  })

  it('catches an l1_ratio that was searched in a part of its range', async () => {
    const narrow = ({ trials }: ParametersFile) => ({
      trials: Array.from({ length: 40 }, (_, k) => ({ ...trials[0]!, penalty: 'elasticnet', l1_ratio: 0.5 + k / 100 })),
    })
    expect(failures(await withParameters(narrow))).toContain('search-l1-ratio')
  })

  it.each([
    ['catches startup draws that leave two fifths of the range out', (k: number) => 0.45 + 0.05 * k, true],
    ['accepts startup draws that are spread evenly', (k: number) => (k + 0.5) / 10, false],
  ])('%s', async (_, ratioOf, caught) => {
    // Later trials crowd around one value, as honest ones do: they must neither help nor harm.
    const crowded = ({ trials }: ParametersFile) => ({
      trials: Array.from({ length: 14 }, (_, k) => ({
        ...trials[0]!,
        penalty: k % 2 === 0 ? 'elasticnet' : 'l1',
        l1_ratio: k % 2 === 1 ? 1 : k < 10 ? ratioOf(k) : 0.5,
      })),
    })
    const found = failures(await withParameters(crowded))
    expect(found.includes('search-l1-ratio')).toBe(caught)
  })

  it('catches a search by another method than the configured one', async () => {
    expect(failures(await withParameters(() => ({ method: 'grid' })))).toEqual(['search-chosen'])
  })

  it.each(['grid', 'path'] as const)('checks a %s: all its points, evenly over the range', async (method) => {
    const folder = join(root, method)
    const search = { method, startup_trials: 10, C_values: 4, l1_ratio_values: 4, objective: 'log_loss' } as const
    const given = await pilotInputs(folder, { config: { search, end_date: '2025-02-04' } })
    const { artefacts } = await walkForward.run(stepContext(folder), {}, given)
    const all = { ...given, pilot: artefacts['pilot']! }
    const check = async () => verifyPilot(artefacts['pilot']!.folder, await readTrainingInputs(all))
    expect(failures(await check())).toEqual([])
    const file = join(artefacts['pilot']!.folder, WINDOW, 'parameters.json')
    const parameters = await readJson<ParametersFile>(file)
    expect(parameters.trials).toHaveLength(32)
    const half = parameters.trials.map((trial) => ({ ...trial, l1_ratio: trial.l1_ratio / 2 }))
    await writeJson(file, { ...parameters, trials: half })
    expect(failures(await check())).toContain('search-l1-ratio')
    const twice = parameters.trials.map((trial, k) => (k === 5 ? { ...parameters.trials[4]!, trial: 5 } : trial))
    await writeJson(file, { ...parameters, trials: twice })
    expect(failures(await check())).toContain('search-chosen')
  })

  it('catches a search by another objective, and scores that are not those of the folds', async () => {
    expect(failures(await withParameters(() => ({ objective: 'brier' })))).toEqual(['search-chosen'])
    const edited = (change: object) =>
      withParameters(({ trials, chosen }) => ({
        trials: trials.map((trial, k) => (k === chosen ? { ...trial, ...change } : trial)),
      }))
    expect(failures(await edited({ objective: 0.01 }))).toEqual(['search-chosen'])
    expect(failures(await edited({ fold_brier: [0.1, 0.1, 0.1] }))).toEqual(['search-chosen'])
  })

  it('holds the older names of a Brier search against its scores', async () => {
    const folder = join(root, 'brier')
    const search = { ...testConfig.search, objective: 'brier' } as const
    const given = await pilotInputs(folder, { config: { search, end_date: '2025-02-04' } })
    const { artefacts } = await walkForward.run(stepContext(folder), {}, given)
    const all = { ...given, pilot: artefacts['pilot']! }
    const check = async () => failures(await verifyPilot(artefacts['pilot']!.folder, await readTrainingInputs(all)))
    expect(await check()).toEqual([])
    const file = join(artefacts['pilot']!.folder, WINDOW, 'parameters.json')
    const parameters = await readJson<ParametersFile>(file)
    const [trial, ...others] = parameters.trials
    expect(trial!.mean_brier).toBe(trial!.objective)
    await writeJson(file, { ...parameters, trials: [{ ...trial, mean_brier: 0.5 }, ...others] })
    expect(await check()).toEqual(['search-chosen'])
  })

  it('catches a choice that is not the best trial', async () => {
    const other = ({ trials, chosen }: ParametersFile) => ({
      chosen: trials.findIndex(({ objective }, k) => objective !== null && k !== chosen),
    })
    expect(failures(await withParameters(other))).toContain('search-chosen')
  })

  it('catches a window that the configuration asks for and the pilot lacks', async () => {
    const folder = join(root, 'short')
    await cp(inputs['pilot']!.folder, folder, { recursive: true })
    const pilot = await readJson<{ windows: object[] }>(join(folder, 'pilot.json'))
    await writeJson(join(folder, 'pilot.json'), { ...pilot, windows: pilot.windows.slice(1) })
    expect(failures(await verifyPilot(folder, await readTrainingInputs(inputs)))).toEqual(['windows'])
  })

  it('catches a damaged predictions file without giving up on the other windows', async () => {
    const verification = await withFault((folder) =>
      writeJson(join(folder, 'predictions.parquet'), { day: formatDay(0) }),
    )
    expect(failures(verification)).toEqual(['files'])
    expect(verification.checks.filter(({ check }) => check === 'solver-kkt')).toHaveLength(3)
  })
})
