import type { Column } from 'kwx/artefacts'
import { type ModelFile, marketProbability, modelId, parseModelFile, predict } from 'kwx/model'
import { describe, expect, it } from 'vitest'

import { modelExample } from '../../support/model-example.ts'

const reread = (model: object) => JSON.parse(JSON.stringify(model)) as unknown
const coded = (code: string) => expect.objectContaining({ code })

describe('parseModelFile', () => {
  it('gives back what was written', async () => {
    const model = modelExample()
    expect(await parseModelFile(reread(model), 'model.json')).toEqual(model)
  })

  it.each<[string, Partial<ModelFile>]>([
    ['a coefficient in its last digit', { coefficients: [0.5 + 2 ** -53, -1] }],
    ['the calibrator', { calibrator: { method: 'none' } }],
    ['the certificate', { certificate: { ...modelExample().certificate, kkt: 1e-12 } }],
    ['a training day', { training: { ...modelExample().training, last_day: '2025-01-09' } }],
  ])('refuses an edited file: %s', async (_, edit) => {
    await expect(parseModelFile(reread({ ...modelExample(), ...edit }), 'm.json')).rejects.toEqual(
      coded('MODEL_EDITED'),
    )
  })

  it.each<[string, object]>([
    ['an unknown key', { extra: 1 }],
    ['a missing part', { scaling: undefined }],
    ['a scale of 0', { scaling: { mean: [1, 2], scale: [0, 1] } }],
    ['too few coefficients', { coefficients: [1] }],
    ['an unknown calibrator', { calibrator: { method: 'beta' } }],
    ['another schema', { schema: 'kwx/model@2' }],
    ['uneven isotonic thresholds', { calibrator: { method: 'isotonic', x: [0, 1], y: [0.5] } }],
  ])('refuses %s', async (_, parts) => {
    const changed = { ...modelExample(), ...parts } as ModelFile
    await expect(parseModelFile(reread({ ...changed, id: modelId(changed) }), 'm.json')).rejects.toEqual(
      coded('MODEL_INVALID'),
    )
  })

  it.each([null, 3, [], {}])('refuses %j', async (value) => {
    await expect(parseModelFile(value, 'm.json')).rejects.toEqual(coded('MODEL_INVALID'))
  })
})

describe('predict', () => {
  const table = new Map<string, Column>([
    ['b', Float64Array.of(2, 6, 2)],
    ['a', Float64Array.of(1, 1, 1e9)],
  ])

  it('scales, sums, calibrates and clips', () => {
    const { decision, model, uncalibrated, clipped } = predict(modelExample(), table)
    expect(Array.from(decision.subarray(0, 2))).toEqual([0.25, -0.75])
    expect(model[0]).toBeCloseTo(1 / (1 + Math.exp(-1.5 * 0.25 + 0.1)), 15)
    expect(uncalibrated[0]).toBeCloseTo(1 / (1 + Math.exp(-0.25)), 15)
    expect([model[2], uncalibrated[2], clipped]).toEqual([1 - 1e-6, 1 - 1e-6, 1])
  })

  it('names a feature that the table lacks', () => {
    expect(() => predict(modelExample({ features: ['a', 'c'] }), table)).toThrow('No column "c"')
  })
})

describe('marketProbability', () => {
  it.each([
    [37, 0.37],
    [0, 1e-6],
    [100, 1 - 1e-6],
  ])('of %d cents is %d', (cents, p) => expect(marketProbability(cents)).toBe(p))
})
