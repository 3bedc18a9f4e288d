import { EXIT, KwxError } from 'kwx'
import type { RunResult } from 'kwx/pipeline'

/**
 * Where an artefact of a run lies.
 *
 * @throws KwxError AUDIT_NO_DATASET (exit 5) when the run ended without it
 */
export function folderOf({ steps, pipeline, run_id }: RunResult, use: string, artefact: string): string {
  const found = steps.find((step) => step.use === use)?.artefacts[artefact]
  if (found) return found.folder
  throw new KwxError(`${pipeline} ended without ${artefact}; there is nothing to audit.`, {
    code: 'AUDIT_NO_DATASET',
    exit: EXIT.stale,
    hint: `See what happened with "kwx runs ${run_id}".`,
  })
}
