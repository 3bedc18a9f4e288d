import { type ModelFile, OFFSET_COLUMN, type PilotFile } from 'kwx/model'
import type { Window } from 'kwx/time'

import { type Finding, noDifference } from './check.ts'
import type { WindowEvidence } from './window-evidence.ts'

/** The model is of this city, bracket, feature set, window and data. */
export function checkIdentity({ config, window, rows, data, listed, model, predictions }: WindowEvidence): Finding {
  const says = {
    city: [model.city, config.city],
    bracket: [model.bracket, config.bracket],
    'feature set': [model.feature_set, config.feature_set],
    offset: [model.offset ?? 'none', config.offset ?? 'none'],
    'number of embargoed days': [model.embargo_days ?? 0, config.embargo_days],
    "offset's coefficient": [offsetCoefficient(model), config.offset === 'market' ? 1 : null],
    window: [model.window, window.name],
    features: [model.features.join(), rows.design.names.join()],
    'features artefact': [model.data.features, data.features],
    'labels artefact': [model.data.labels, data.labels],
    seed: [model.seed, config.seed],
    'training rows': [listed.n_train, model.training.rows],
    'calibration rows': [listed.n_calibration, model.calibration.rows],
    'test rows': [listed.n_test, (predictions.get('event_day') as Int32Array).length],
  }
  const problems = Object.entries(says)
    .filter(([, [found, expected]]) => found !== expected)
    .map(([what, [found, expected]]) => `the ${what} is ${found}, expected ${expected}`)
  return noDifference('identity', 'City, bracket, features, window, data and counts are those of this pilot', problems)
}

/** What the model gives the log-odds of the price; null without an offset. */
const offsetCoefficient = ({ offset, features, coefficients }: ModelFile): number | null =>
  offset === undefined ? null : (coefficients[features.indexOf(OFFSET_COLUMN)] ?? 0)

/** The pilot lists exactly the windows that the configuration asks for. */
export function checkWindows({ windows }: PilotFile, expected: readonly Window[]): Finding {
  const listed = windows.map(({ window }) => window)
  const asked = expected.map(({ name }) => name)
  const problems = [
    ...asked.filter((name) => !listed.includes(name)).map((name) => `${name} is configured and missing`),
    ...listed.filter((name) => !asked.includes(name)).map((name) => `${name} is not configured`),
  ]
  return noDifference('windows', `All ${asked.length} configured windows are listed`, problems)
}
