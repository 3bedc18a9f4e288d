import { Args, Command, Flags, type Interfaces } from '@oclif/core'
import { EXIT, isKwxError, KwxError, messageOf } from '../base/errors.ts'
import { asStorageError } from '../base/files/storage-error.ts'
import { asLostConnection } from '../data/database/connection/lost-connection.ts'
import type { Database } from '../data/database/index.ts'
import type { Contributions, PluginLike } from './contributions/contributions.ts'
import { interruptible } from './interruptible.ts'
import type { EnvironmentOptions } from './pipeline/environment.ts'
import type { Environment, PreviewLine, RunResult } from './pipeline/index.ts'
import type { PlannedPipeline } from './pipeline/planned-pipeline.ts'
import type { RunOptions } from './pipeline/run-pipeline.ts'
import type { Settings } from './settings/settings.ts'

// Plugins take these from here, never from @oclif/core: one copy in the process, and the kit decides its version.
export { Args, Flags, interruptible }

/** What `--json` prints: one document on stdout, nothing else. */
export interface Envelope<Result> {
  readonly ok: boolean
  readonly command: string
  readonly result?: Result
  readonly error?: { code: string; message: string; hint?: string; exit: number; details?: unknown }
}

/** Flags of every command that runs a pipeline. */
export const runFlags = {
  force: Flags.boolean({ description: 'Run every step again, whatever the cache holds.' }),
  offline: Flags.boolean({ description: 'Forbid the network; missing data is an error (exit 5).' }),
  plan: Flags.boolean({ description: 'Show what would run and why each step is stale, and stop.' }),
  workers: Flags.integer({
    min: 1,
    max: 1024,
    description: 'Worker threads and parallel steps; never changes a result.',
  }),
}

/** Flags of every command that runs the pilot of one production configuration, up to some step. */
export const pilotFlags = {
  config: Flags.string({ required: true, helpValue: 'FILE', description: 'Production configuration.' }),
  ...runFlags,
}

/** Which steps to run and how, from the flags above. */
export interface PipelineRequest extends RunOptions {
  readonly offline?: boolean | undefined
  readonly workers?: number | undefined
}

let hasWarnedOfOlder = false

/** Base of every kwx command: one JSON envelope, one way to fail, settings and pipelines at hand. */
export abstract class KwxCommand<Result> extends Command {
  static override enableJsonFlag = true

  static override baseFlags = {
    quiet: Flags.boolean({ helpGroup: 'GLOBAL', description: 'No progress and no news on stderr.' }),
    'no-color': Flags.boolean({ helpGroup: 'GLOBAL', description: 'No colours; so does NO_COLOR.' }),
  } satisfies Interfaces.FlagInput

  abstract override run(): Promise<Result>

  #contributions: Contributions | undefined
  #settings: Promise<Settings> | undefined

  override async init(): Promise<void> {
    await super.init()
    if (this.argv.includes('--no-color')) process.env['NO_COLOR'] = '1'
  }

  /** What the installed plugins offer. */
  protected async contributions(): Promise<Contributions> {
    if (!this.#contributions) {
      const { indexContributions } = await import('./contributions/contributions.ts')
      const { olderPlugins } = await import('./contributions/older-api.ts')
      const plugins = [...this.config.plugins.values()] as PluginLike[]
      this.#contributions = indexContributions(plugins)
      this.#warnOfOlder(olderPlugins(plugins))
    }
    return this.#contributions
  }

  /** Says once in a process which plugins were written for the API before this one. */
  #warnOfOlder(plugins: readonly string[]): void {
    if (hasWarnedOfOlder || plugins.length === 0 || this.isQuiet) return
    hasWarnedOfOlder = true
    this.logToStderr(
      `${this.config.bin}: ${plugins.join(', ')} ${plugins.length === 1 ? 'was' : 'were'} written for contribution API 1. It still loads; docs/api.md lists what changed.`,
    )
  }

  /** The project's settings, each value with its origin. */
  protected settings(): Promise<Settings> {
    return (this.#settings ??= import('./settings/load-settings.ts').then(({ loadSettings }) => loadSettings()))
  }

  protected get isQuiet(): boolean {
    return this.argv.includes('--quiet')
  }

  /** Opens what the settings name (database, sources, clock) for `work`, and closes it whatever happens. */
  protected async withEnvironment<Value>(
    options: Omit<EnvironmentOptions, 'settings' | 'contributions'>,
    work: (environment: Environment) => Promise<Value>,
  ): Promise<Value> {
    const { openEnvironment } = await import('./pipeline/environment.ts')
    const [settings, contributions] = [await this.settings(), await this.contributions()]
    const environment = await openEnvironment({ settings, contributions, ...options })
    try {
      return await work(environment)
    } finally {
      await environment.close()
    }
  }

  /** Opens the database as it is, for commands that look after it; others take a migrated one from `withEnvironment`. */
  protected async withDatabase<Value>(work: (db: Database, url: string) => Promise<Value>): Promise<Value> {
    const { openDatabase } = await import('../data/database/index.ts')
    const { databaseUrl: url } = await this.settings()
    const db = await openDatabase({ url })
    try {
      return await work(db, url)
    } finally {
      await db.destroy()
    }
  }

  /**
   * Runs a pipeline, shows its progress, and sets the process status to its verdict.
   *
   * Ctrl-C asks the steps to stop at their next unit; a second one ends the process. Either way the same command goes
   * on from the last finished unit.
   */
  protected async runPipeline(
    idOrFile: string,
    params: Record<string, unknown>,
    request: PipelineRequest = {},
  ): Promise<RunResult> {
    const { progressMode } = await import('./pipeline/progress.ts')
    const { runPipeline } = await import('./pipeline/run-pipeline.ts')
    const planned = await this.#plan(idOrFile, params)
    const { offline = false, workers = (await this.settings()).workers } = request
    const mode = progressMode({ json: this.jsonEnabled(), quiet: this.isQuiet })
    const result = await interruptible(
      (signal) =>
        this.withEnvironment({ signal, offline, workers }, (environment) =>
          runPipeline(planned, environment, { mode, ...request }),
        ),
      stopped,
    )
    process.exitCode = result.exit
    return result
  }

  /** What `runPipeline` would do and why, printed: a sentence, then a line for each step, which are returned. */
  protected async previewPipeline(
    idOrFile: string,
    params: Record<string, unknown>,
    request: PipelineRequest = {},
  ): Promise<PreviewLine[]> {
    const { previewPipeline } = await import('./pipeline/preview.ts')
    const planned = await this.#plan(idOrFile, params)
    const { sentence, lines } = await this.withEnvironment({ offline: true }, (environment) =>
      previewPipeline(planned, environment, request),
    )
    this.log(sentence)
    for (const { name, will, reason } of lines) this.log(`${name.padEnd(28)} ${will.padEnd(5)}  ${reason}`)
    return [...lines]
  }

  /** The preview under `--plan`; else the run, with a line for each step at its end. */
  protected async runOrPreview(
    idOrFile: string,
    params: Record<string, unknown>,
    { plan, ...request }: PipelineRequest & { readonly plan: boolean },
  ): Promise<RunResult | PreviewLine[]> {
    if (plan) return this.previewPipeline(idOrFile, params, request)
    const result = await this.runPipeline(idOrFile, params, request)
    const { describeRun } = await import('./pipeline/run-result.ts')
    for (const line of describeRun(result, process.stdout.columns || undefined)) this.log(line)
    return result
  }

  async #plan(idOrFile: string, params: Record<string, unknown>): Promise<PlannedPipeline> {
    const { findPipeline } = await import('./pipeline/find-pipeline.ts')
    const { planPipeline } = await import('./pipeline/plan.ts')
    const [settings, contributions] = [await this.settings(), await this.contributions()]
    const place = await findPipeline(idOrFile, contributions, settings.directories.pipelines)
    return planPipeline(place.id, place.file, params, contributions)
  }

  protected override toSuccessJson(result: unknown): Envelope<Result> {
    return { ok: true, command: this.id ?? '', result: result as Result }
  }

  protected override toErrorJson(thrown: unknown): Envelope<never> {
    const { code, message, hint, exit, details } = this.known(thrown)
    const more = { ...(hint ? { hint } : {}), exit, ...(details ? { details } : {}) }
    return { ok: false, command: this.id ?? '', error: { code, message, ...more } }
  }

  protected override async catch(thrown: Error): Promise<unknown> {
    const error = this.known(thrown)
    if (this.jsonEnabled()) {
      process.exitCode = error.exit
      this.logJson(this.toErrorJson(error))
      return undefined
    }
    if (error.code === 'USAGE') throw thrown // oclif shows the usage with it
    process.exitCode = error.exit
    this.logToStderr(`${this.config.bin}: ${error.message}`)
    if (error.hint) this.logToStderr(`  ${error.hint}`)
    if (process.env['DEBUG']) this.logToStderr(String(error.cause instanceof Error ? error.cause.stack : error.stack))
    return undefined
  }

  /** Anything that was thrown as one of our errors. */
  private known(thrown: unknown): KwxError {
    const error = asLostConnection(asStorageError(thrown))
    if (isKwxError(error)) return error
    const marked = (error as { oclif?: { exit?: number } } | undefined)?.oclif?.exit
    if (marked === EXIT.usage) {
      const message = messageOf(error).replace(/\nSee more help with --help$/, '')
      const hint = `Type "${this.config.bin} ${(this.id ?? '').replaceAll(':', ' ')} --help".`
      return new KwxError(message, { code: 'USAGE', exit: EXIT.usage, hint, cause: error })
    }
    return new KwxError(messageOf(error), {
      code: 'INTERNAL',
      exit: EXIT.error,
      hint: 'Run again with DEBUG=kwx* to see where, and report it: this is a mistake in kwx.',
      cause: error,
    })
  }
}

const stopped = () =>
  new KwxError('Stopped. What was finished is kept.', {
    code: 'RUN_INTERRUPTED',
    exit: EXIT.error,
    hint: 'The same command again goes on from there.',
  })
