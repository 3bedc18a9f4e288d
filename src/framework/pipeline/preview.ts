import { canonicalJson } from '../../base/files/canonical-json.ts'
import type { Artefact } from '../../domain/contracts/artefact.ts'
import type { Environment } from './environment.ts'
import { identityOf, type PlannedPipeline, type PlannedStep } from './planned-pipeline.ts'
import type { RunOptions } from './run-pipeline.ts'
import { keyParts, runStep, SILENT } from './run-step.ts'
import { isWorldly, selectSteps } from './select-steps.ts'
import { differences, show, stepKey } from './step-key.ts'

/** What would happen to one step, and why. */
export interface PreviewLine {
  readonly name: string
  readonly use: string
  readonly will: 'run' | 'reuse' | 'skip' | 'wait'
  readonly reason: string
  /** Of a step that resolves something (a configuration): what is not as in its last run, by dotted key. */
  readonly changes?: readonly ValueChange[]
}

/** A value that was another in the last run; undefined where there was or is none. */
interface ValueChange {
  readonly key: string
  readonly was: unknown
  readonly is: unknown
}

/** A plan: one sentence about all of it, then a line for each step. */
interface Preview {
  /** `trials 60 -> 20: train, verify, accept run; build is reused`. */
  readonly sentence: string
  readonly lines: readonly PreviewLine[]
}

/** A line with what the sentence needs to know of it. */
interface Noted {
  readonly line: PreviewLine
  /** What differs from the last run; null for a step that never ran. */
  readonly causes: readonly string[] | null
}

/**
 * What a run would do and why each step is stale, compared with the last run of the same configuration.
 *
 * Steps that resolve a configuration are run, because they are pure and cheap and all others depend on what they say;
 * no other step is. A step below a stale one waits: its key depends on a result that does not exist yet.
 *
 * @throws KwxError what a step that resolves something throws, such as CONFIG_INVALID (exit 2)
 */
export async function previewPipeline(
  pipeline: PlannedPipeline,
  environment: Environment,
  options: RunOptions,
): Promise<Preview> {
  const noted = new Map<string, Noted>()
  const known = new Map<string, Readonly<Record<string, Artefact>>>()
  const { steps } = selectSteps(pipeline, options)
  const worldly = new Set(steps.filter(({ step }) => isWorldly(step)).map(({ name }) => name))
  const resolving = new Set(steps.filter(({ step }) => step.resolves).map(({ name }) => name))
  for (const planned of steps) {
    const { name, use } = planned
    const say = (will: PreviewLine['will'], reason: string, causes: Noted['causes'] = [], more: object = {}) =>
      noted.set(name, { line: { name, use, will, reason, ...more }, causes })
    const stale = planned.needs.filter((need) => !known.has(need) && !worldly.has(need) && !isSkipped(need))
    if (planned.skipped) say('skip', 'its "when" is false, or it lies before --from')
    else if (stale.length > 0 && planned.step.always) say('run', ASKED)
    else if (stale.length > 0) say('wait', `runs if ${anyOf(stale)} gives another result`)
    else await look(planned, say)
  }
  const lines = steps.map(({ name }) => noted.get(name)!.line)
  const counted = steps.filter(({ name }) => !worldly.has(name) && !resolving.has(name)).map(({ name }) => name)
  return { sentence: sentenceOf([...noted.values()], new Set(counted)), lines }

  /** A step whose inputs are known. */
  async function look(
    planned: PlannedStep,
    say: (will: PreviewLine['will'], reason: string, causes?: Noted['causes'], more?: object) => void,
  ): Promise<void> {
    const inputs = Object.fromEntries(
      Object.entries(planned.inputs).map(([name, from]) => [name, known.get(from)![name]!]),
    )
    const identity = identityOf(pipeline, planned)
    const before = await environment.cache.last(identity)
    const { resolves } = planned.step
    if (resolves) {
      const run = { identity, force: false, remember: false }
      const { artefacts, status } = await runStep(planned, inputs, environment, SILENT, run)
      known.set(planned.name, artefacts)
      const changes = before?.values ? changesOf(before.values, await resolves.values(artefacts)) : []
      const causes = changes.map(({ key, was, is }) => `${key} ${show(was)} -> ${show(is)}`)
      const calm = before ? 'as in its last run' : 'not run yet'
      const will = options.force || status === 'ran' ? 'run' : 'reuse'
      return say(will, causes.join('; ') || calm, before ? causes : null, { changes })
    }
    const parts = await keyParts(planned, inputs, environment)
    const uses = environment.contents.digests(Object.keys(before?.parts.uses ?? {}))
    const changed = before ? differences(before.parts, { ...parts, uses }) : []
    if (planned.step.always) return say('run', changed.join('; ') || ASKED, before ? changed : null)
    const found = await environment.cache.lookUp(stepKey(parts))
    if (options.force) return say('run', '--force', ['--force'])
    if (found.hit) {
      known.set(planned.name, found.hit.artefacts)
      return say('reuse', found.hit.summary ?? 'nothing changed')
    }
    say('run', changed.join('; ') || found.reason, before ? changed : null)
  }

  function isSkipped(name: string): boolean {
    return noted.get(name)?.line.will === 'skip'
  }
}

const ASKED = 'acts on the world: asked each time, does only what is missing'

/** `trials 60 -> 20: train, verify, accept run; build is reused`. */
function sentenceOf(noted: readonly Noted[], counted: ReadonlySet<string>): string {
  const those = (...will: PreviewLine['will'][]) =>
    noted.filter(({ line }) => counted.has(line.name) && will.includes(line.will)).map(({ line }) => line.name)
  const [running, reused] = [those('run', 'wait'), those('reuse')]
  const parts = [
    ...(running.length > 0 ? [`${running.join(', ')} ${running.length === 1 ? 'runs' : 'run'}`] : []),
    ...(reused.length > 0 ? [`${reused.join(', ')} ${reused.length === 1 ? 'is' : 'are'} reused`] : []),
  ]
  return `${causeOf(noted)}: ${parts.join('; ') || 'no step is to run'}`
}

/** What changed since the last run; that an input changed is told by what changed in it. */
function causeOf(noted: readonly Noted[]): string {
  const causes = [...new Set(noted.flatMap(({ causes }) => causes ?? []))].filter(
    (cause) => !cause.startsWith('input '),
  )
  if (causes.length > MOST_CAUSES) {
    return `${causes.slice(0, MOST_CAUSES).join(', ')} and ${causes.length - MOST_CAUSES} more changes`
  }
  if (causes.length > 0) return causes.join(', ')
  if (noted.some(({ causes }) => causes === null)) return 'not run yet'
  return noted.some(({ line }) => line.will === 'wait') ? 'stored results are missing' : 'nothing changed'
}

const MOST_CAUSES = 5

/** The leaves (a list is one) that differ. */
function changesOf(before: Readonly<Record<string, unknown>>, now: Readonly<Record<string, unknown>>): ValueChange[] {
  const [was, is] = [leavesOf(before), leavesOf(now)]
  const keys = [...new Set([...was.keys(), ...is.keys()])].sort()
  return keys
    .filter((key) => text(was.get(key)) !== text(is.get(key)))
    .map((key) => ({ key, was: was.get(key), is: is.get(key) }))
}

const text = (value: unknown) => (value === undefined ? '' : canonicalJson(value))

function leavesOf(values: object, path: readonly string[] = []): Map<string, unknown> {
  const leaves = new Map<string, unknown>()
  for (const [key, value] of Object.entries(values) as [string, unknown][]) {
    const at = [...path, key]
    if (value === null || typeof value !== 'object' || Array.isArray(value)) leaves.set(at.join('.'), value)
    else for (const [leaf, item] of leavesOf(value, at)) leaves.set(leaf, item)
  }
  return leaves
}

/** `a`, `a or b`, `a, b or c`. */
const anyOf = (names: readonly string[]) =>
  [names.slice(0, -1).join(', '), ...names.slice(-1)].filter(Boolean).join(' or ')
