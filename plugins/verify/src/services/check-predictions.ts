import { canonicalJson, numbers, rowsOf, type Table, text } from 'kwx/artefacts'
import { judgePredictions, type MetricsFile, marketReadings, predictRows, rowsBetween } from 'kwx/model'

import { type Finding, noDifference } from './check.ts'
import type { WindowEvidence } from './window-evidence.ts'

/** Columns of the market's readings. */
const READINGS = [
  ['p_market', 'market'],
  ['p_last', 'last'],
  ['p_middle', 'middle'],
  ['p_half_way', 'halfWay'],
] as const
const MAY_BE_MISSING: ReadonlySet<string> = new Set(['p_last', 'p_middle'])

/** The stored rows are the test rows of the features, in order, with the market's readings at their minutes. */
export function checkRows({ config, rows, window, predictions }: WindowEvidence): Finding {
  const test = testRowsOf({ rows, window })
  const problems: string[] = []
  if (rowsOf(predictions) !== test.length) {
    problems.push(`${rowsOf(predictions)} predictions are stored for ${test.length} test rows`)
  } else {
    const market = text(predictions, 'market')
    const stored = columnsOf(predictions)
    const readings = marketReadings(rows, test, config.benchmark)
    test.forEach((row, k) => {
      const name = rows.market.values[rows.market.codes[row]!]
      const at = `prediction ${k}`
      if (market.values[market.codes[k]!] !== name)
        problems.push(`${at} is of ${market.values[market.codes[k]!]}, expected ${name}`)
      if (stored.day[k] !== rows.day[row] || stored.minute[k] !== rows.endMinute[row])
        problems.push(`${at} is of another minute`)
      for (const [column, reading] of READINGS) {
        if (Object.is(stored[reading][k], readings[reading][k])) continue
        const cents = `last trade ${rows.last[row]}, middle ${rows.middle[row]} cents`
        problems.push(`${at} has ${column} ${stored[reading][k]}, expected ${readings[reading][k]} (${cents})`)
      }
    })
  }
  return noDifference(
    'prediction-rows',
    `The ${test.length} test rows are there in order with the market's readings`,
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

/** All probabilities are numbers within the model's clip; a reading of the market that is not there is NaN. */
export function checkFinite({ model, predictions }: WindowEvidence): Finding {
  const [low, high] = model.clip
  const problems: string[] = []
  for (const name of ['p_model', 'p_uncalibrated', ...READINGS.map(([column]) => column)]) {
    const values = numbers(predictions, name)
    for (let k = 0; k < values.length; k++) {
      if (Number.isNaN(values[k]!) && MAY_BE_MISSING.has(name)) continue
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
  last: numbers(predictions, 'p_last'),
  middle: numbers(predictions, 'p_middle'),
  halfWay: numbers(predictions, 'p_half_way'),
})
