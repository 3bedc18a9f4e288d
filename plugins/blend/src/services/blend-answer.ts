import { join } from 'node:path'

import { type Contributions, type ExitCode, worstExit } from 'kwx'
import { publishFolder } from 'kwx/artefacts'
import type { BlendGridFile } from 'kwx/contracts'
import type { RunResult } from 'kwx/pipeline'

import { EXIT_OF } from './describe-blend.ts'
import { jointBlend, jointName, publishJoint } from './joint-blend.ts'
import { readBlended } from './read-blended.ts'

/** What `kwx blend` answers. */
export interface BlendAnswer
  extends Pick<BlendGridFile, 'verdict' | 'skill' | 'no_harm' | 'weight' | 'pilots' | 'scores' | 'difference'> {
  readonly run_ids: readonly string[]
  /** The worst of the runs and the verdict. */
  readonly exit: ExitCode
  /** Where `08_blend_grid.json` and `delivered.parquet` lie. */
  readonly folder: string
}

/** The pool of one run as it is, or the joint one of several, fitted here; either is published. */
export async function blendAnswer(
  runs: readonly RunResult[],
  reports: string,
  contributions: Contributions,
): Promise<{ answer: BlendAnswer; file: BlendGridFile }> {
  const blended = []
  for (const run of runs) blended.push(await readBlended(run))
  const [only] = blended
  let file = only!.file
  let folder = join(reports, jointName(file))
  if (blended.length > 1) {
    const joint = jointBlend(blended)
    file = joint.file
    folder = await publishJoint(joint, reports, contributions)
  } else await publishFolder(only!.folder, folder)
  const { verdict, skill, no_harm, weight, pilots, scores, difference } = file
  const exit = worstExit([...runs.map((run) => run.exit), EXIT_OF[verdict.outcome]])
  const run_ids = runs.map(({ run_id }) => run_id)
  return { file, answer: { run_ids, exit, folder, verdict, skill, no_harm, weight, pilots, scores, difference } }
}
