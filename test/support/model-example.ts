import { type ModelFile, modelId } from 'kwx/model'

/** A small valid model; what is given replaces its parts, and the id is made anew. */
export function modelExample(parts: Partial<ModelFile> = {}): ModelFile {
  const content: Omit<ModelFile, 'id'> = {
    schema: 'kwx/model@1',
    city: 'atlantis',
    bracket: 'between',
    feature_set: 'waves',
    feature_set_version: '1',
    window: 'win_20250101_20250117',
    features: ['a', 'b'],
    scaling: { mean: [1, 2], scale: [2, 4] },
    coefficients: [0.5, -1],
    intercept: 0.25,
    calibrator: { method: 'sigmoid', a: -1.5, b: 0.1 },
    calibration: { reason: 'a test', rows: 40, days: ['2025-01-03'] },
    clip: [1e-6, 1 - 1e-6],
    hyper_parameters: { penalty: 'elasticnet', C: 1, l1_ratio: 0.5, class_weight: null },
    certificate: { solver: 'by hand', objective: 1, kkt: 0, relativeGap: 0, iterations: 1, converged: true },
    training: {
      first_day: '2025-01-01',
      last_day: '2025-01-10',
      days: ['2025-01-01', '2025-01-02'],
      rows: 80,
      positives: 20,
    },
    test: { first_day: '2025-01-11', last_day: '2025-01-17' },
    data: { features: 'f', labels: 'l' },
    seed: 42,
    kwx: '0.1.0',
    ...parts,
  }
  return { ...content, id: modelId(content) }
}
