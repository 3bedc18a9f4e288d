import { join } from 'node:path'

import { isKwxError, messageOf } from 'kwx'
import { readJson, readTable } from 'kwx/artefacts'
import { windowsOf } from 'kwx/config'
import type { VerificationCheck, VerificationFile } from 'kwx/contracts'
import { type PilotFile, type PilotWindow, parseModelFile } from 'kwx/model'
import type { TrainingInputs } from 'kwx/model-store'
import type { Window } from 'kwx/time'

import type { Finding } from './check.ts'
import { checkCalibrationRule, checkDisjointDays, checkMonotone } from './check-days.ts'
import { checkOptimum, checkScaler } from './check-fit.ts'
import { checkIdentity, checkWindows } from './check-identity.ts'
import { checkLabelsKnown } from './check-labels-known.ts'
import { checkFinite, checkLabels, checkMetrics, checkReproduced, checkRows } from './check-predictions.ts'
import { checkChosen, checkSearchRange } from './check-search.ts'
import type { WindowEvidence } from './window-evidence.ts'

type WindowCheck = (evidence: WindowEvidence) => Finding | Finding[]

const CHECKS: readonly WindowCheck[] = [
  checkIdentity,
  checkDisjointDays,
  checkLabelsKnown,
  checkScaler,
  checkOptimum,
  checkSearchRange,
  checkChosen,
  checkCalibrationRule,
  checkMonotone,
  checkFinite,
  checkRows,
  checkLabels,
  checkReproduced,
  checkMetrics,
]

/**
 * Executes every check of a pilot against the data it claims to come from.
 *
 * A file that cannot be read, was edited or does not fit its schema is a failed check, not an exception.
 *
 * @param folder  of the pilot artefact
 * @param onWindow  told after each window
 */
export async function verifyPilot(
  folder: string,
  inputs: TrainingInputs,
  onWindow: (done: number, total: number) => void = () => {},
): Promise<VerificationFile> {
  const { config } = inputs.loaded
  const pilot = await readJson<PilotFile>(join(folder, 'pilot.json'))
  const windows = windowsOf(config)
  const checks: VerificationCheck[] = [{ window: 'pilot', ...checkWindows(pilot, windows) }]
  const fitted = windows.flatMap((window) => {
    const listed = pilot.windows.find((entry) => entry.window === window.name && entry.outcome === 'fitted')
    return listed ? [{ window, listed }] : []
  })
  for (const [k, { window, listed }] of fitted.entries()) {
    const findings = await verifyWindow(folder, inputs, window, listed)
    checks.push(...findings.map((finding) => ({ window: window.name, ...finding })))
    onWindow(k + 1, fitted.length)
  }
  return { passed: checks.every(({ passed }) => passed), checks }
}

async function verifyWindow(
  folder: string,
  inputs: TrainingInputs,
  window: Window,
  listed: PilotWindow,
): Promise<Finding[]> {
  let evidence: WindowEvidence
  try {
    evidence = await readEvidence(join(folder, window.name), inputs, window, listed)
  } catch (error) {
    // The other checks would judge a model that is not the one that was trained.
    return [failed('files', isKwxError(error) ? error.code : 'FILE_UNREADABLE', messageOf(error))]
  }
  const sentence = 'The model file is whole: its schema holds and its id is the hash of its content.'
  const findings: Finding[] = [{ check: 'files', passed: true, value: null, threshold: null, sentence }]
  for (const check of CHECKS) {
    try {
      findings.push(...[check(evidence)].flat())
    } catch (error) {
      findings.push(failed(check.name.replace(/^check/, '').toLowerCase(), 'CHECK_BROKE', messageOf(error)))
    }
  }
  return findings
}

const failed = (check: string, value: string, sentence: string): Finding => ({
  check,
  passed: false,
  value,
  threshold: null,
  sentence,
})

async function readEvidence(
  folder: string,
  inputs: TrainingInputs,
  window: Window,
  listed: PilotWindow,
): Promise<WindowEvidence> {
  const { loaded, rows, data } = inputs
  const file = join(folder, 'model.json')
  return {
    config: loaded.config,
    window,
    rows,
    data,
    listed,
    model: await parseModelFile(await readJson(file), file),
    parameters: await readJson(join(folder, 'parameters.json')),
    metrics: await readJson(join(folder, 'metrics.json')),
    predictions: await readTable(join(folder, 'predictions.parquet')),
  }
}
