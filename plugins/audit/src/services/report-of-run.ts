import { join } from 'node:path'

import { readJson } from 'kwx/artefacts'
import type { RunResult } from 'kwx/pipeline'

import { folderOf } from './dataset-run.ts'
import { REPORT_FILES } from './write-report.ts'

/**
 * The report that a run of the pipeline `decide` made, and where it lies.
 *
 * @throws KwxError AUDIT_NO_DATASET (exit 5) when the run ended without it
 */
export async function reportOfRun<Report>(
  run: RunResult,
  name: keyof typeof REPORT_FILES,
): Promise<{ file: string; report: Report }> {
  const artefact = name === 'time' ? 'time_audit' : 'gate_audit'
  const file = join(folderOf(run, `audit:${name}`, artefact), REPORT_FILES[name])
  return { file, report: await readJson<Report>(file) }
}
