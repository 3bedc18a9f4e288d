import { canonicalJson, numbers, rowsOf, type Table, text } from 'kwx/artefacts'
import { judgePredictions, type MetricsFile, marketProbability, predictRows, rowsBetween } from 'kwx/model'

import { type Finding, noDifference } from './check.ts'
import type { WindowEvidence } from './window-evidence.ts'

/** The stored rows are the test rows of the features, in order, with the sealed labels and the market's price. */
export function checkRows({ rows, window, predictions }: WindowEvidence): Finding {
  const test = testRowsOf({ rows, window })
  const problems: string[] = []
  if (rowsOf(predictions) !== test.length) {
    problems.push(`${rowsOf(predictions)} predictions are stored for ${test.length} test rows`)
  } else {
    const market = text(predictions, 'market')
    const stored = columnsOf(predictions)
    test.forEach((row, k) => {
      const name = rows.market.values[rows.market.codes[row]!]
      const at = `prediction ${k}`
      if (market.values[market.codes[k]!] !== name)
        problems.push(`${at} is of ${market.values[market.codes[k]!]}, expected ${name}`)
      if (stored.day[k] !== rows.day[row] || stored.minute[k] !== rows.endMinute[row])
        problems.push(`${at} is of another minute`)
      if (stored.market[k] !== marketProbability(rows.marketPrice[row]!)) {
        problems.push(`${at} has market probability ${stored.market[k]}, the price is ${rows.marketPrice[row]} cents`)
      }
    })
  }
  return noDifference(
    'prediction-rows',
    `The ${test.length} test rows are there in order with the market's price`,
    problems,
  )
}

/** Each stored label is the sealed one of its market. */
export function checkLabels({ rows, window, predictions }: WindowEvidence): Finding {
  const test = testRowsOf({ rows, window })
  const stored = numbers(predictions, 'label')
  const problems: string[] = []
  test.forEach((row, k) => {
    if (stored[k] !== rows.label[row])
      problems.push(`prediction ${k} has label ${stored[k]}, sealed is ${rows.label[row]}`)
  })
  return noDifference('labels', `${test.length} labels equal the sealed ones`, problems)
}

/** The model from its file gives the stored probabilities, bit for bit. */
export function checkReproduced({ rows, window, model, predictions }: WindowEvidence): Finding {
  const again = predictRows(model, rows.design, testRowsOf({ rows, window }))
  const stored = columnsOf(predictions)
  const problems: string[] = []
  const compare = (name: string, found: ArrayLike<number>, expected: Float64Array) => {
    for (let k = 0; k < expected.length; k++) {
      if (!Object.is(found[k], expected[k]))
        problems.push(`${name} of row ${k} is stored as ${found[k]}, the model gives ${expected[k]}`)
    }
  }
  compare('p_model', stored.model, again.model)
  compare('p_uncalibrated', stored.uncalibrated, again.uncalibrated)
  return noDifference(
    'predictions-reproduced',
    `The reloaded model gives ${again.model.length} stored predictions bit for bit`,
    problems,
  )
}

/** All probabilities are numbers within the model's clip. */
export function checkFinite({ model, predictions }: WindowEvidence): Finding {
  const [low, high] = model.clip
  const problems: string[] = []
  for (const name of ['p_model', 'p_uncalibrated', 'p_market']) {
    const values = numbers(predictions, name)
    for (let k = 0; k < values.length; k++) {
      if (!(values[k]! >= low && values[k]! <= high))
        problems.push(`${name} of row ${k} is ${values[k]}, outside [${low}, ${high}]`)
    }
  }
  return noDifference('probabilities', `All probabilities are finite and within [${low}, ${high}]`, problems)
}

/** `metrics.json` holds the scores of the stored predictions. */
export function checkMetrics({ metrics, predictions }: WindowEvidence): Finding {
  const stored = columnsOf(predictions)
  const again: Partial<MetricsFile> = judgePredictions({ ...stored, label: numbers(predictions, 'label') })
  const problems = Object.entries(again)
    .filter(([key, value]) => canonicalJson(value) !== canonicalJson(metrics[key as keyof MetricsFile]))
    .map(
      ([key, value]) =>
        `${key} is stored as ${JSON.stringify(metrics[key as keyof MetricsFile])}, the predictions give ${JSON.stringify(value)}`,
    )
  return noDifference('metrics', 'The stored scores are those of the stored predictions', problems)
}

const testRowsOf = ({ rows, window }: Pick<WindowEvidence, 'rows' | 'window'>) =>
  rowsBetween(rows.day, window.firstTestDay, window.lastTestDay)

const columnsOf = (predictions: Table) => ({
  day: numbers(predictions, 'event_day'),
  minute: numbers(predictions, 'end_minute'),
  model: numbers(predictions, 'p_model'),
  uncalibrated: numbers(predictions, 'p_uncalibrated'),
  market: numbers(predictions, 'p_market'),
})
