import type { Artefact } from '../../domain/contracts/artefact.ts'
import type { Environment } from './environment.ts'
import type { PlannedPipeline } from './planned-pipeline.ts'
import type { RunOptions } from './run-pipeline.ts'
import { keyParts } from './run-step.ts'
import { isWorldly, selectSteps } from './select-steps.ts'
import { differences, stepKey } from './step-key.ts'

/** What would happen to one step, and why. */
export interface PreviewLine {
  readonly name: string
  readonly use: string
  readonly will: 'run' | 'reuse' | 'skip' | 'wait'
  readonly reason: string
}

/**
 * What a run would do and why each step is stale, without running any.
 *
 * A step below a stale one waits: its key depends on a result that does not exist yet.
 */
export async function previewPipeline(
  pipeline: PlannedPipeline,
  environment: Environment,
  options: RunOptions,
): Promise<PreviewLine[]> {
  const lines = new Map<string, PreviewLine>()
  const known = new Map<string, Readonly<Record<string, Artefact>>>()
  const worldly = new Set(pipeline.steps.filter(({ step }) => isWorldly(step)).map(({ name }) => name))
  for (const planned of selectSteps(pipeline, options).steps) {
    const say = (will: PreviewLine['will'], reason: string) =>
      lines.set(planned.name, { name: planned.name, use: planned.use, will, reason })
    const stale = planned.needs.filter(
      (name) => ['run', 'wait'].includes(lines.get(name)?.will ?? '') && !worldly.has(name),
    )
    if (planned.skipped) say('skip', 'its "when" is false, or it lies before --from')
    else if (planned.step.always) say('run', 'acts on the world: asked each time, does only what is missing')
    else if (stale.length > 0) say('wait', `runs if ${anyOf(stale)} gives another result`)
    else {
      const inputs = Object.fromEntries(
        Object.entries(planned.inputs).map(([name, from]) => [name, known.get(from)![name]!]),
      )
      const parts = await keyParts(planned, inputs, environment)
      const found = await environment.cache.lookUp(stepKey(parts))
      if (options.force) say('run', '--force')
      else if (found.hit) {
        known.set(planned.name, found.hit.artefacts)
        say('reuse', found.hit.summary ?? 'nothing changed')
      } else {
        const before = await environment.cache.last(`${pipeline.id}/${planned.name}`)
        const changed = before ? differences(before, parts) : []
        say('run', changed.length > 0 ? changed.join('; ') : found.reason)
      }
    }
  }
  return [...lines.values()]
}

/** `a`, `a or b`, `a, b or c`. */
const anyOf = (names: readonly string[]) =>
  [names.slice(0, -1).join(', '), ...names.slice(-1)].filter(Boolean).join(' or ')
