import { EXIT, isKwxError, KwxError, messageOf } from '../../base/errors.ts'
import { asStorageError } from '../../base/files/storage-error.ts'
import type { Artefact } from '../../domain/contracts/artefact.ts'
import type { Environment } from './environment.ts'
import { identityOf, type PlannedPipeline, type PlannedStep } from './planned-pipeline.ts'
import type { RunLog } from './run-log.ts'
import type { StepOutcome } from './run-result.ts'
import { type Finished, type Reporter, runStep } from './run-step.ts'
import { assertReusable } from './select-steps.ts'

/** What the steps of one run share. */
interface RunScope {
  readonly pipeline: PlannedPipeline
  readonly environment: Environment
  readonly log: RunLog
  /** Steps before `--from`: taken from the cache, never run. */
  readonly reused: ReadonlySet<string>
  readonly force: boolean
}

type Ending = Omit<StepOutcome, 'name' | 'use' | 'duration_ms'>

const SKIPPED: Ending = { status: 'skipped', exit: EXIT.ok, summary: null, published: null, artefacts: {} }

/** Runs the steps of one run, each when it is told to, and keeps account of how they ended. */
export class StepRunner {
  readonly outcomes = new Map<string, StepOutcome>()
  /** By the name of the step that failed. */
  readonly errors = new Map<string, KwxError>()
  readonly #scope: RunScope
  readonly #finished = new Map<string, Finished>()
  /** Steps that cannot run, because one that they need failed or cannot run either. */
  readonly #blocked = new Set<string>()

  constructor(scope: RunScope) {
    this.#scope = scope
  }

  /**
   * Runs a step whose needs have ended.
   *
   * @throws KwxError that made it fail, after it was recorded
   */
  async run(planned: PlannedStep, reporter: Reporter): Promise<'ran' | 'cached' | 'skipped'> {
    const { environment, reused, pipeline } = this.#scope
    const startedMs = environment.clock.now()
    const began = performance.now()
    const settle = (ending: Ending, key: string | null) =>
      this.#settle(planned, { ...ending, duration_ms: Math.round(performance.now() - began) }, startedMs, key)
    if (planned.skipped || planned.needs.some((name) => this.#blocked.has(name))) {
      if (!planned.skipped) this.#blocked.add(planned.name)
      await settle(SKIPPED, null)
      return 'skipped'
    }
    try {
      environment.signal.throwIfAborted()
      const inputs = this.#inputsOf(planned)
      const reuse = reused.has(planned.name)
      if (reuse) await assertReusable(planned, inputs, environment)
      const force = this.#scope.force && !reuse
      const identity = identityOf(pipeline, planned)
      const done = await runStep(planned, inputs, environment, reporter, { identity, force })
      this.#finished.set(planned.name, done)
      const { status, exit, summary, published, key } = done
      await settle({ status, exit, summary, published, artefacts: placesOf(done) }, key)
      return status
    } catch (thrown) {
      const error = branded(thrown)
      this.#blocked.add(planned.name)
      this.errors.set(planned.name, error)
      await settle({ status: 'failed', exit: error.exit, summary: error.message, published: null, artefacts: {} }, null)
      throw error
    }
  }

  #inputsOf({ inputs }: PlannedStep): Record<string, Artefact> {
    const found = Object.entries(inputs).map(([name, from]) => [name, this.#finished.get(from)!.artefacts[name]!])
    return Object.fromEntries(found)
  }

  async #settle(
    { name, use }: PlannedStep,
    ending: Omit<StepOutcome, 'name' | 'use'>,
    startedMs: number,
    key: string | null,
  ): Promise<void> {
    const outcome = { name, use, ...ending }
    this.outcomes.set(name, outcome)
    await this.#scope.log.step(outcome, startedMs, key)
  }
}

const placesOf = ({ artefacts }: Finished): StepOutcome['artefacts'] =>
  Object.fromEntries(Object.entries(artefacts).map(([name, { kind, hash, folder }]) => [name, { kind, hash, folder }]))

function branded(thrown: unknown): KwxError {
  const error = asStorageError(thrown)
  if (isKwxError(error)) return error
  return new KwxError(messageOf(error), { code: 'STEP_FAILED', exit: EXIT.error, cause: error })
}
