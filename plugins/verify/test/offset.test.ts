import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Artefact } from 'kwx'
import { readJson, writeJson } from 'kwx/artefacts'
import { type ModelFile, modelId, OFFSET_COLUMN } from 'kwx/model'
import { readTrainingInputs } from 'kwx/model-store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { pilotInputs } from '../../../test/support/pilot-inputs.ts'
import { stepContext } from '../../../test/support/step-context.ts'
import walkForward from '../../train/src/steps/walk-forward.ts'
import { verifyPilot } from '../src/services/verify-pilot.ts'

const WINDOW = 'win_20250101_20250204'
let root: string
let inputs: Record<string, Artefact>
let copies = 0

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kwx-verify-offset-'))
  const given = await pilotInputs(root, { config: { offset: 'market', penalties: ['l2'], trials: 4 } })
  const { artefacts } = await walkForward.run(stepContext(root, 1), {}, given)
  inputs = { ...given, pilot: artefacts['pilot']! }
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** The checks that fail when a faulty trainer had written this as the first window's model. */
async function failures(change: (model: ModelFile, at: number) => Omit<ModelFile, 'id'>): Promise<string[]> {
  const folder = join(root, `copy-${++copies}`)
  await cp(inputs['pilot']!.folder, folder, { recursive: true })
  const file = join(folder, WINDOW, 'model.json')
  const model = await readJson<ModelFile>(file)
  const changed = change(model, model.features.indexOf(OFFSET_COLUMN))
  await writeJson(file, { ...changed, id: modelId(changed) })
  const { checks } = await verifyPilot(folder, await readTrainingInputs(inputs))
  return checks.filter(({ passed }) => !passed).map(({ check }) => check)
}

describe('verify:pilot of a model with an offset', () => {
  it('passes what was trained', async () => {
    expect(await failures((model) => model)).toEqual([])
  })

  it.each<[string, string, Parameters<typeof failures>[0]]>([
    [
      'a coefficient of the price that is not 1',
      'identity',
      (model, at) => ({ ...model, coefficients: model.coefficients.with(at, 0.9) }),
    ],
    ['an intercept', 'solver-kkt', (model) => ({ ...model, intercept: 0.05 })],
    [
      'another coefficient',
      'solver-kkt',
      (model) => ({ ...model, coefficients: model.coefficients.with(0, model.coefficients[0]! + 0.01) }),
    ],
    [
      'a column that was centred',
      'scaler',
      (model) => ({ ...model, scaling: { ...model.scaling, mean: model.scaling.mean.with(0, 0.1) } }),
    ],
    ['a model that hides its offset', 'identity', ({ offset: _, ...model }) => model],
  ])('catches %s', async (_, check, fault) => {
    expect(await failures(fault)).toContain(check)
  })
})
