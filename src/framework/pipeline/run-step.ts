import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, type ExitCode, isKwxError, KwxError, messageOf } from '../../base/errors.ts'
import { asStorageError } from '../../base/files/storage-error.ts'
import { commitOf, kwxVersion } from '../../base/version.ts'
import type { Artefact } from '../../domain/contracts/artefact.ts'
import type { StepContext } from '../step.ts'
import type { Environment } from './environment.ts'
import type { PlannedStep } from './planned-pipeline.ts'
import { type KeyParts, stepKey } from './step-key.ts'

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

/** The key of a step whose inputs are known. Reads the database where the step has a fingerprint. */
export async function keyParts(planned: PlannedStep, inputs: Inputs, environment: Environment): Promise<KeyParts> {
  const silent: Reporter = { log: () => {}, progress: () => {} }
  const context = contextOf(planned, '', inputs, environment, silent)
  return {
    use: planned.use,
    stepVersion: planned.step.version,
    plugin: `${planned.contribution.plugin}@${planned.contribution.pluginVersion}`,
    kwx: kwxVersion,
    params: planned.params,
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, { hash, origin }]) => [name, origin ? `${hash} ${origin}` : hash]),
    ),
    fingerprint: (await planned.step.fingerprint?.(context, planned.params, inputs)) ?? null,
  }
}

/**
 * Runs one step, or takes its stored result.
 *
 * @throws KwxError STEP_FAILED (exit 1) around anything unbranded that the step throws, naming step and plugin
 */
export async function runStep(
  planned: PlannedStep,
  inputs: Inputs,
  environment: Environment,
  reporter: Reporter,
  options: { pipeline: string; force: boolean },
): Promise<Finished> {
  try {
    const { step } = planned
    const parts = await keyParts(planned, inputs, environment)
    const key = stepKey(parts)
    if (!step.always && !options.force) {
      const found = await environment.cache.lookUp(key)
      if (found.hit) {
        const { artefacts, exit } = found.hit
        const published = await step.publish?.(contextOf(planned, key, inputs, environment, reporter), artefacts, exit)
        return { status: 'cached', key, ...found.hit, published: published ?? null }
      }
    }
    const result = await attempt(
      planned,
      () => step.run(contextOf(planned, key, inputs, environment, reporter), planned.params, inputs),
      environment,
      reporter,
    )
    const missing = Object.keys(step.produces).filter((name) => !result.artefacts[name])
    if (missing.length > 0) throw new Error(`it promised ${missing.join(', ')} and did not produce it`)
    const finished = { artefacts: result.artefacts, exit: result.exit ?? EXIT.ok, summary: result.summary ?? null }
    const context = contextOf(planned, key, inputs, environment, reporter)
    const published = (await step.publish?.(context, result.artefacts, finished.exit)) ?? null
    if (!step.always) {
      const artefacts = Object.fromEntries(
        Object.entries(result.artefacts).map(([name, { kind, hash, origin }]) => [name, { kind, hash, origin }]),
      )
      await environment.cache.record(key, `${options.pipeline}/${planned.name}`, { parts, ...finished, artefacts })
      await environment.cache.forgetUnits(key)
    }
    return { status: 'ran', key, ...finished, published }
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
): StepContext {
  const { clock, cache, store } = environment
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
    write(kind, fill, { origin } = {}) {
      const provenance = {
        kwx: kwxVersion,
        commit: commitOf(),
        step: planned.use,
        stepVersion: planned.step.version,
        plugin: `${planned.contribution.plugin}@${planned.contribution.pluginVersion}`,
        params: planned.params,
        inputs: Object.fromEntries(Object.entries(inputs).map(([name, { hash }]) => [name, hash])),
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
      if (stored) return stored.value as Value
      environment.signal.throwIfAborted()
      const value = await work()
      await cache.recordUnit(key, id, value)
      return value
    },
  }
}
