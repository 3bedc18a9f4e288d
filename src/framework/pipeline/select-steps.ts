import { EXIT, KwxError } from '../../base/errors.ts'
import { nearest } from '../../base/schema/index.ts'
import type { Artefact } from '../../domain/contracts/artefact.ts'
import type { Step } from '../step.ts'
import type { Environment } from './environment.ts'
import type { PlannedPipeline, PlannedStep } from './planned-pipeline.ts'
import { keyParts } from './run-step.ts'
import { stepKey } from './step-key.ts'

/** The steps that `--from` and `--to` leave. */
interface Selection {
  readonly steps: readonly PlannedStep[]
  /** Steps before `--from`: taken from the cache, never run. */
  readonly reused: ReadonlySet<string>
}

/**
 * The steps between `from` and `to`, inclusive, in every matrix cell; with what lies before `from` marked as reused.
 *
 * @throws KwxError PIPELINE_STEP_UNKNOWN (exit 2) for an id that the pipeline does not have, or `to` before `from`
 */
export function selectSteps(
  pipeline: PlannedPipeline,
  { from, to }: { from?: string | undefined; to?: string | undefined },
): Selection {
  const ids = [...new Set(pipeline.steps.map(({ id }) => id))]
  const indexOf = (id: string, flag: string) => {
    const index = ids.indexOf(id)
    if (index >= 0) return index
    const guess = nearest(id, ids)
    throw new KwxError(
      `The pipeline ${pipeline.id} has no step "${id}"${guess ? `; the nearest is "${guess}"` : ''}.`,
      {
        code: 'PIPELINE_STEP_UNKNOWN',
        exit: EXIT.usage,
        hint: `Give ${flag} one of ${ids.join(', ')}.`,
      },
    )
  }
  const first = from === undefined ? 0 : indexOf(from, '--from')
  const last = to === undefined ? ids.length - 1 : indexOf(to, '--to')
  if (last < first) {
    throw new KwxError(`--to ${to} comes before --from ${from}.`, {
      code: 'PIPELINE_STEP_UNKNOWN',
      exit: EXIT.usage,
      hint: `The order is ${ids.join(', ')}.`,
    })
  }
  const steps = pipeline.steps.filter(({ id }) => ids.indexOf(id) <= last)
  const before = steps.filter(({ id }) => ids.indexOf(id) < first)
  // A step that only acts on the world has no result to reuse: starting later means leaving it out.
  const left = before.filter(({ step }) => isWorldly(step)).map(({ name }) => name)
  return {
    steps: steps.map((step) => (left.includes(step.name) ? { ...step, skipped: true } : step)),
    reused: new Set(before.map(({ name }) => name).filter((name) => !left.includes(name))),
  }
}

/** True for a step that changes the world and hands nothing on: others wait for it, and need no result of it. */
export const isWorldly = ({ always, produces }: Step): boolean => always === true && Object.keys(produces).length === 0

/** @throws KwxError PIPELINE_FROM_NOT_READY (exit 5) when a step before `--from` has no stored result */
export async function assertReusable(
  planned: PlannedStep,
  inputs: Readonly<Record<string, Artefact>>,
  environment: Environment,
): Promise<void> {
  const found = await environment.cache.lookUp(stepKey(await keyParts(planned, inputs, environment)))
  if (found.hit) return
  throw new KwxError(`Step ${planned.name} lies before --from and has no stored result: ${found.reason}.`, {
    code: 'PIPELINE_FROM_NOT_READY',
    exit: EXIT.stale,
    hint: 'Run without --from.',
  })
}
