import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { readJson, readTable } from 'kwx/artefacts'
import { type ModelFile, type ParametersFile, type PilotFile, parseModelFile, predict } from 'kwx/model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { pilotInputs } from '../../../test/support/pilot-inputs.ts'
import { hashes, runAndPublish, stepContext } from '../../../test/support/step-context.ts'
import walkForward from '../src/steps/walk-forward.ts'

let root: string
/** The pilot of the first test, with which the others are compared. */
let first: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kwx-train-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

describe('train:walk-forward', () => {
  it('writes a model, predictions, parameters and metrics for each window and publishes them', async () => {
    const inputs = await pilotInputs(join(root, 'a'))
    const ctx = stepContext(join(root, 'a'))
    const { artefacts, exit, summary } = await runAndPublish(walkForward, ctx, {}, inputs)
    expect(exit).toBeUndefined()
    expect(summary).toContain('4 of 4 windows fitted')
    const { folder } = artefacts['pilot']!
    first = folder
    const pilot = await readJson<PilotFile>(join(folder, 'pilot.json'))
    expect(pilot.windows.map(({ window }) => window)).toEqual([
      'win_20250101_20250204',
      'win_20250106_20250209',
      'win_20250111_20250214',
      'win_20250116_20250219',
    ])
    const published = join(root, 'a', 'models', 'pilots', 'atlantis', 'between', 'waves_between')
    expect(await hashes(await realpath(published))).toEqual(await hashes(folder))

    const model = await parseModelFile(
      await readJson(join(folder, 'win_20250101_20250204', 'model.json')),
      'model.json',
    )
    expect(model.training.days.length + model.calibration.days.length).toBe(29)
    expect(model.calibration.days).toHaveLength(5)
    expect(model.embargo_days).toBe(1)
    expect(model.calibration.reason).toContain('5 event days: cross-validated log loss')
    expect(model.certificate).toMatchObject({ converged: true })
    expect(model.certificate.kkt).toBeLessThan(1e-9)
    expect(model.scaling.scale.at(-1)).toBe(1)

    const stored = await readTable(join(folder, 'win_20250101_20250204', 'predictions.parquet'))
    const features = await readTable(join(inputs['features']!.folder, 'features.parquet'))
    const again = predict(model, features)
    const days = features.get('event_day') as Int32Array
    const test = Array.from(days, (_, i) => i).filter((i) => days[i]! >= 20119 && days[i]! <= 20123)
    expect(Array.from(stored.get('p_model') as Float64Array)).toEqual(test.map((i) => again.model[i]))
    expect(stored.get('event_day')).toEqual(Int32Array.from(test, (i) => days[i]!))
  })

  it('records every trial of the search, pruned ones included, and hides the calibration days from it', async () => {
    const folder = join(first, 'win_20250101_20250204')
    const parameters = await readJson<ParametersFile>(join(folder, 'parameters.json'))
    const model = await readJson<ModelFile>(join(folder, 'model.json'))
    expect(parameters.trials).toHaveLength(12)
    expect(parameters.search_days).toEqual(model.training.days)
    expect(parameters.trials.filter(({ pruned_at }) => pruned_at !== null).length).toBeGreaterThan(0)
    expect(parameters.trials[parameters.chosen]).toMatchObject({ ...model.hyper_parameters, pruned_at: null })
    for (const { fold_scores, pruned_at, objective } of parameters.trials) {
      expect(fold_scores).toHaveLength(pruned_at ?? 3)
      expect(objective === null).toBe(pruned_at !== null)
    }
  })

  it('gives the same bytes with one worker and with two', async () => {
    const inputs = await pilotInputs(join(root, 'b'))
    const { artefacts } = await runAndPublish(walkForward, stepContext(join(root, 'b'), 2), {}, inputs)
    expect(await hashes(artefacts['pilot']!.folder)).toEqual(await hashes(first))
  })

  it.each(['grid', 'path'] as const)('gives the same bytes with one worker and with two along a %s', async (method) => {
    const search = { method, startup_trials: 10, C_values: 4, l1_ratio_values: 3, objective: 'log_loss' } as const
    const made = []
    for (const workers of [1, 2]) {
      const folder = join(root, `${method}-${workers}`)
      const inputs = await pilotInputs(folder, { config: { search } })
      const { artefacts } = await runAndPublish(walkForward, stepContext(folder, workers), {}, inputs)
      made.push(await hashes(artefacts['pilot']!.folder))
    }
    expect(made[1]).toEqual(made[0])
    expect(made[0]).not.toEqual(await hashes(first))
  })

  it('keeps the origin of the rows beside the artefact: equal work has equal bytes', async () => {
    const pilots = []
    for (const origin of ['real', 'replay'] as const) {
      const inputs = await pilotInputs(join(root, origin))
      const marked = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, { ...input, origin }]))
      const { artefacts } = await runAndPublish(walkForward, stepContext(join(root, origin)), {}, marked)
      pilots.push(artefacts['pilot']!)
    }
    expect(pilots.map(({ origin }) => origin)).toEqual(['real', 'replay'])
    expect(pilots[0]!.files).toEqual(pilots[1]!.files)
    expect(pilots[0]!.hash).toBe(pilots[1]!.hash)
  })

  it('takes finished windows from the store after a crash', async () => {
    const inputs = await pilotInputs(join(root, 'c'))
    const ctx = stepContext(join(root, 'c'))
    let calls = 0
    const crashing: typeof ctx = {
      ...ctx,
      unit: (id, work) => (++calls > 2 ? Promise.reject(new Error('killed')) : ctx.unit(id, work)),
    }
    await expect(runAndPublish(walkForward, crashing, {}, inputs)).rejects.toThrow('killed')
    const { artefacts } = await runAndPublish(walkForward, ctx, {}, inputs)
    expect(await hashes(artefacts['pilot']!.folder)).toEqual(await hashes(first))
  })

  it('says not enough evidence (exit 4) and publishes nothing when every window has one outcome only', async () => {
    const inputs = await pilotInputs(join(root, 'd'), { outcome: () => 0 })
    const ctx = stepContext(join(root, 'd'))
    const { artefacts, exit } = await runAndPublish(walkForward, ctx, {}, inputs)
    expect(exit).toBe(4)
    const pilot = await readJson<PilotFile>(join(artefacts['pilot']!.folder, 'pilot.json'))
    expect(pilot.windows[0]).toMatchObject({
      outcome: 'not-enough-evidence',
      reason: expect.stringContaining('outcome 0'),
    })
    await expect(
      readFile(join(root, 'd', 'models', 'pilots', 'atlantis', 'between', 'waves_between', 'pilot.json')),
    ).rejects.toThrow()
    expect(ctx.lines).toHaveLength(4)
  })

  it('refuses an unwritable models folder before any window is fitted', async () => {
    const inputs = await pilotInputs(join(root, 'e'))
    const ctx = stepContext(join(root, 'e'))
    const file = join(root, 'e', 'a-file')
    await writeFile(file, '')
    const directories = { ...ctx.settings.directories, models: join(file, 'models') }
    const blocked = { ...ctx, settings: { ...ctx.settings, directories } }
    let units = 0
    const counting = { ...blocked, unit: () => Promise.reject(new Error(`unit ${++units}`)) }
    await expect(runAndPublish(walkForward, counting as never, {}, inputs)).rejects.toThrow(/a-file/)
    expect(units).toBe(0)
  })
})
