import { canonicalJson } from 'kwx/artefacts'
import { calibrate, daysBetween, predictRows, rowsOfDays, splitTrainingDays, whyNotMonotone } from 'kwx/model'
import { formatDay, parseDay } from 'kwx/time'

import { type Finding, noDifference } from './check.ts'
import type { WindowEvidence } from './window-evidence.ts'

/** No day serves twice, none lies outside its span or in the embargo, none of the rest of the training span is missing. */
export function checkDisjointDays({ config, window, rows, model, parameters, predictions }: WindowEvidence): Finding {
  const train = model.training.days.map(parseDay)
  const calibration = model.calibration.days.map(parseDay)
  const predicted = predictions.get('event_day') as Int32Array
  const test = [...new Set(predicted)]
  const problems: string[] = []
  const shared = (name: string, a: readonly number[], b: readonly number[]) => {
    const seen = new Set(a)
    for (const day of b) if (seen.has(day)) problems.push(`${formatDay(day)} is ${name}`)
  }
  shared('both a training and a calibration day', train, calibration)
  shared('both a training and a test day', train, test)
  shared('both a calibration and a test day', calibration, test)
  shared('searched on and a calibration day', parameters.search_days.map(parseDay), calibration)
  shared('searched on and a test day', parameters.search_days.map(parseDay), test)
  const outside = (name: string, days: readonly number[], first: number, last: number) => {
    for (const day of days) {
      if (day < first || day > last) {
        problems.push(`${formatDay(day)} is a ${name} day outside ${formatDay(first)} to ${formatDay(last)}`)
      }
    }
  }
  const lastUsed = window.lastTrainDay - config.embargo_days
  outside('training', train, window.firstTrainDay, lastUsed)
  outside('calibration', calibration, window.firstTrainDay, lastUsed)
  outside('test', test, window.firstTestDay, window.lastTestDay)
  const used = new Set([...train, ...calibration])
  for (const day of daysBetween(rows.day, window.firstTrainDay, lastUsed)) {
    if (!used.has(day)) problems.push(`${formatDay(day)} has rows in the training span and was not used`)
  }
  const spans = [model.training.first_day, model.training.last_day, model.test.first_day, model.test.last_day]
  const expected = [window.firstTrainDay, window.lastTrainDay, window.firstTestDay, window.lastTestDay].map(formatDay)
  if (spans.join() !== expected.join()) {
    problems.push(`the model says it spans ${spans.join(', ')}, its window is ${expected.join(', ')}`)
  }
  const done = `${train.length} training, ${calibration.length} calibration and ${test.length} test days do not touch`
  return noDifference('days-disjoint', done, problems)
}

/**
 * The held-out days are those that the seed draws, and the rule, done again on their rows, gives the stored calibrator and
 * its reason, bit for bit.
 */
export function checkCalibrationRule({ config, window, rows, model }: WindowEvidence): Finding {
  const problems: string[] = []
  const spanned = daysBetween(rows.day, window.firstTrainDay, window.lastTrainDay - config.embargo_days)
  const drawn = splitTrainingDays(spanned, `${config.seed}/${window.name}`, config.offset).calibration.map(formatDay)
  if (drawn.join() !== model.calibration.days.join()) {
    problems.push(
      `the calibration days are ${model.calibration.days.join(', ') || 'none'}, seed ${config.seed} draws ${drawn.join(', ') || 'none'}`,
    )
  }
  const held = rowsOfDays(rows.day, model.calibration.days.map(parseDay))
  const { decision } = predictRows({ ...model, calibrator: { method: 'none' } }, rows.design, held)
  const label = Uint8Array.from(held, (row) => rows.label[row]!)
  const again = calibrate({ decision, label, day: held.map((row) => rows.day[row]!) }, config.calibration)
  const { method } = again.calibrator
  if (method !== model.calibrator.method) {
    problems.push(`the calibrator is ${model.calibrator.method}, the rule gives ${method} (${again.reason})`)
  } else if (canonicalJson(again.calibrator) !== canonicalJson(model.calibrator)) {
    problems.push(`the ${method} calibrator is not the one that the ${held.length} held-out rows give`)
  }
  if (again.reason !== model.calibration.reason) {
    problems.push(`the reason is "${model.calibration.reason}", the rule gives "${again.reason}"`)
  }
  if (held.length !== model.calibration.rows) {
    problems.push(`the model counts ${model.calibration.rows} calibration rows, the data has ${held.length}`)
  }
  return noDifference(
    'calibration-rule',
    `${model.calibrator.method}, as the rule ${config.calibration.rule} gives it: ${again.reason}`,
    problems,
  )
}

/** A larger decision value never gives a smaller probability. */
export function checkMonotone({ model }: WindowEvidence): Finding {
  const why = whyNotMonotone(model.calibrator)
  const problems = why === null ? [] : [`the ${model.calibrator.method} calibrator is not monotone: ${why}`]
  return noDifference('calibrator-monotone', `The ${model.calibrator.method} calibrator never falls`, problems)
}
