import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, type ExitCode, isKwxError, KwxError, messageOf } from '../../base/errors.ts'
import { canonicalJson } from '../../base/files/canonical-json.ts'
import { sha256 } from '../../base/files/hash.ts'
import { asStorageError } from '../../base/files/storage-error.ts'
import { commitOf, kwxVersion } from '../../base/version.ts'
import type { Artefact } from '../../domain/contracts/artefact.ts'
import { ContributionContents } from '../contributions/content.ts'
import type { Kind } from '../contributions/contributions.ts'
import { recordUses } from '../contributions/record-uses.ts'
import type { StepContext } from '../step.ts'
import type { Environment } from './environment.ts'
import type { PlannedStep } from './planned-pipeline.ts'
import { type KeyParts, startKey, stepKey } from './step-key.ts'

/** Where a step's news go. */
export interface Reporter {
  log(line: string): void
  progress(done: number, total: number, unit: string): void
}

/** What a step that ended well hands on. */
export interface Finished {
  readonly status: 'ran' | 'cached'
  readonly key: string | null
  readonly artefacts: Readonly<Record<string, Artefact>>
  readonly exit: ExitCode
  readonly summary: string | null
  /** Where people find what it made. */
  readonly published: string | null
}

type Inputs = Readonly<Record<string, Artefact>>

/**
 * The key of a step whose inputs are known. Reads the database where the step has a fingerprint.
 *
 * What the step takes from contributions is what it took when it last ran with the same other parts; where it never did,
 * there is no stored result either.
 */
export async function keyParts(planned: PlannedStep, inputs: Inputs, environment: Environment): Promise<KeyParts> {
  const context = contextOf(planned, '', inputs, environment, SILENT)
  const parts = {
    use: planned.use,
    stepVersion: planned.step.version,
    plugin: `${planned.contribution.plugin}@${planned.contribution.pluginVersion}`,
    kwx: kwxVersion,
    params: planned.params,
    code: environment.contents.digest(`steps/${planned.use}`),
    uses: {},
    inputs: await inputDigests(planned, inputs, ({ hash, origin }) => (origin ? `${hash} ${origin}` : hash)),
    fingerprint: (await planned.step.fingerprint?.(context, planned.params, inputs)) ?? null,
  }
  const names = await environment.cache.usesOf(startKey(parts))
  return { ...parts, uses: environment.contents.digests(names) }
}

/** A reporter for steps whose news nobody wants. */
export const SILENT: Reporter = { log: () => {}, progress: () => {} }

/** By input name the digest of the part that the step depends on, or what `whole` says of the artefact. */
async function inputDigests(
  { step }: PlannedStep,
  inputs: Inputs,
  whole: (input: Artefact) => string,
): Promise<Record<string, string>> {
  const digests = Object.entries(inputs).map(async ([name, input]) => {
    const part = step.partOf?.[name]
    return [name, part ? sha256(canonicalJson(await part(input))) : whole(input)] as const
  })
  return Object.fromEntries(await Promise.all(digests))
}

interface RunStepOptions {
  /** See `identityOf`. */
  readonly identity: string
  readonly force: boolean
  /** False for a plan, which is no run to compare the next one with. */
  readonly remember?: boolean
}

/**
 * Runs one step, or takes its stored result.
 *
 * @throws KwxError CONTRIBUTION_CHANGED (exit 1) when a file that the step used was edited while it ran
 * @throws KwxError STEP_FAILED (exit 1) around anything unbranded that the step throws, naming step and plugin
 */
export async function runStep(
  planned: PlannedStep,
  inputs: Inputs,
  environment: Environment,
  reporter: Reporter,
  options: RunStepOptions,
): Promise<Finished> {
  try {
    const { step } = planned
    const parts = await keyParts(planned, inputs, environment)
    const key = stepKey(parts)
    if (!step.always && !options.force) {
      const found = await environment.cache.lookUp(key)
      if (found.hit) {
        const { artefacts, exit } = found.hit
        await remember(planned, parts, artefacts, environment, options)
        const published = await step.publish?.(contextOf(planned, key, inputs, environment, reporter), artefacts, exit)
        return { status: 'cached', key, ...found.hit, published: published ?? null }
      }
    }
    const start = startKey(parts)
    const used = recordUses(environment.contributions)
    const recording = { ...environment, contributions: used.contributions }
    const result = await attempt(
      planned,
      () => step.run(contextOf(planned, start, inputs, recording, reporter, used.names), planned.params, inputs),
      environment,
      reporter,
    )
    const missing = Object.keys(step.produces).filter((name) => !result.artefacts[name])
    if (missing.length > 0) throw new Error(`it promised ${missing.join(', ')} and did not produce it`)
    const finished = { artefacts: result.artefacts, exit: result.exit ?? EXIT.ok, summary: result.summary ?? null }
    const ran = { ...parts, uses: environment.contents.digests(used.names) }
    if (Object.keys(step.produces).length > 0) assertUnchanged(planned, ran, environment)
    const context = contextOf(planned, start, inputs, environment, reporter)
    const published = (await step.publish?.(context, result.artefacts, finished.exit)) ?? null
    if (!step.always) {
      const artefacts = Object.fromEntries(
        Object.entries(result.artefacts).map(([name, { kind, hash, origin }]) => [name, { kind, hash, origin }]),
      )
      await environment.cache.record(stepKey(ran), { parts: ran, ...finished, artefacts })
      await environment.cache.forgetUnits(start)
    }
    await remember(planned, ran, result.artefacts, environment, options)
    return { status: 'ran', key: stepKey(ran), ...finished, published }
  } catch (thrown) {
    const error = asStorageError(thrown)
    if (isKwxError(error)) throw error
    const { aborted, reason } = environment.signal
    if (aborted && isKwxError(reason) && (error as Error | undefined)?.name === 'AbortError') throw reason
    throw new KwxError(`Step ${planned.name} (${planned.use}) failed: ${messageOf(error)}`, {
      code: 'STEP_FAILED',
      exit: EXIT.error,
      hint: `Run again with DEBUG=kwx* to see where; report it to the author of ${planned.contribution.plugin}.`,
      cause: error,
    })
  }
}

async function remember(
  { step }: PlannedStep,
  parts: KeyParts,
  artefacts: Inputs,
  { cache }: Environment,
  options: RunStepOptions,
): Promise<void> {
  if (options.remember === false) return
  await cache.remember(options.identity, { parts, values: (await step.resolves?.values(artefacts)) ?? null })
}

/** A result of files that were edited meanwhile is of neither the old nor the new ones; it is not stored. */
function assertUnchanged(planned: PlannedStep, ran: KeyParts, environment: Environment): void {
  const now = new ContributionContents(environment.contributions)
  const before = { ...ran.uses, [`steps/${planned.use}`]: ran.code }
  const after = now.digests(Object.keys(before))
  const changed = Object.keys(before).find((name) => before[name] !== after[name])
  if (changed === undefined) return
  const [kind, id] = [changed.slice(0, changed.indexOf('/')), changed.slice(changed.indexOf('/') + 1)]
  const found = environment.contributions.find(kind as Kind, id)
  throw new KwxError(`${changed}${found ? ` (${found.file} or what it imports)` : ''} was edited during the run.`, {
    code: 'CONTRIBUTION_CHANGED',
    exit: EXIT.error,
    hint: 'Run the same command again: it takes the file as it is now.',
    details: { step: planned.name, contribution: changed },
  })
}

/** Runs work as often as the step's `retry` says, waiting longer each time; a wrong parameter is not tried again. */
async function attempt<T>(
  planned: PlannedStep,
  work: () => Promise<T>,
  environment: Environment,
  reporter: Reporter,
): Promise<T> {
  const { attempts, backoff_s } = planned.retry
  for (let n = 1; ; n++) {
    try {
      return await work()
    } catch (error) {
      const final = n >= attempts || environment.signal.aborted || (isKwxError(error) && error.exit === EXIT.usage)
      if (final) throw error
      reporter.log(`attempt ${n} of ${attempts} failed: ${messageOf(error)}; again in ${backoff_s * n} s`)
      await sleep(backoff_s * n * 1000, undefined, { signal: environment.signal }).catch(() => {
        throw error // told to stop: what failed is worth more than that it was
      })
    }
  }
}

function contextOf(
  planned: PlannedStep,
  key: string,
  inputs: Inputs,
  environment: Environment,
  reporter: Reporter,
  uses: ReadonlySet<string> = new Set(),
): StepContext {
  const { clock, cache, store, contents } = environment
  const began = performance.now()
  return {
    clock,
    signal: environment.signal,
    settings: environment.settings,
    contributions: environment.contributions,
    workers: environment.workers,
    offline: environment.offline,
    database: environment.database,
    sources: environment.sources,
    log: reporter.log,
    progress: reporter.progress,
    async write(kind, fill, { origin } = {}) {
      const provenance = {
        kwx: kwxVersion,
        commit: commitOf(),
        step: planned.use,
        stepVersion: planned.step.version,
        plugin: `${planned.contribution.plugin}@${planned.contribution.pluginVersion}`,
        params: planned.params,
        inputs: await inputDigests(planned, inputs, ({ hash }) => hash),
      }
      const now = clock.now()
      const sidecar = {
        origin: origin ?? null,
        created: new Date(now).toISOString(),
        host: hostname(),
        duration_ms: Math.round(performance.now() - began), // the clock of a replay may stand still
      }
      return store.write(kind, provenance, fill, sidecar)
    },
    async unit<Value>(id: string, work: () => Promise<Value>) {
      const stored = await cache.unit(key, id)
      const now = stored && contents.digests(Object.keys(stored.uses))
      if (now && canonicalJson(now) === canonicalJson(stored.uses)) return stored.value as Value
      environment.signal.throwIfAborted()
      const value = await work()
      await cache.recordUnit(key, id, value, contents.digests(uses))
      return value
    },
  }
}
