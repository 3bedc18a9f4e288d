import { Args, Command, Flags, type Interfaces } from '@oclif/core'

import type { Contributions, PluginLike } from './contributions.ts'
import { EXIT, type ExitCode, isKwxError, messageOf } from './errors.ts'
import type { RunOptions, RunResult } from './pipeline/index.ts'
import type { Settings } from './settings/settings.ts'

// Plugins take these from here, never from @oclif/core: one copy in the process, and the kit decides its version.
export { Args, Flags }

/** What `--json` prints: one document on stdout, nothing else. */
export interface Envelope<Result> {
  readonly ok: boolean
  readonly command: string
  readonly result?: Result
  readonly error?: { code: string; message: string; hint?: string; exit: number; details?: unknown }
}

/** Flags that every command that runs pipelines shares. */
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

export interface PipelineRequest extends RunOptions {
  readonly offline?: boolean | undefined
  readonly workers?: number | undefined
}

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
      const { indexContributions } = await import('./contributions.ts')
      this.#contributions = indexContributions(this.config.plugins.values() as Iterable<PluginLike>)
    }
    return this.#contributions
  }

  /** The project's settings, each value with its origin. */
  protected settings(): Promise<Settings> {
    return (this.#settings ??= import('./settings/index.ts').then(({ loadSettings }) => loadSettings()))
  }

  protected get isQuiet(): boolean {
    return this.argv.includes('--quiet')
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
    const pipelines = await import('./pipeline/index.ts')
    const [settings, contributions] = [await this.settings(), await this.contributions()]
    const place = await pipelines.findPipeline(idOrFile, contributions, settings.directories.pipelines)
    const planned = await pipelines.planPipeline(place.id, place.file, params, contributions)
    const abort = new AbortController()
    const stop = () => (abort.signal.aborted ? process.exit(130) : abort.abort())
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
    const environment = await pipelines.openEnvironment({
      settings,
      contributions,
      signal: abort.signal,
      offline: request.offline ?? false,
      workers: request.workers ?? settings.workers,
    })
    try {
      const mode = pipelines.progressMode({ json: this.jsonEnabled(), quiet: this.isQuiet })
      const result = await pipelines.runPipeline(planned, environment, { mode, ...request })
      process.exitCode = result.exit
      return result
    } finally {
      await environment.close()
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop)
    }
  }

  /** What `runPipeline` would do and why. */
  protected async previewPipeline(idOrFile: string, params: Record<string, unknown>, request: PipelineRequest = {}) {
    const pipelines = await import('./pipeline/index.ts')
    const [settings, contributions] = [await this.settings(), await this.contributions()]
    const place = await pipelines.findPipeline(idOrFile, contributions, settings.directories.pipelines)
    const planned = await pipelines.planPipeline(place.id, place.file, params, contributions)
    const environment = await pipelines.openEnvironment({ settings, contributions, offline: true })
    try {
      const lines = await pipelines.previewPipeline(planned, environment, request)
      for (const { name, will, reason } of lines) this.log(`${name.padEnd(28)} ${will.padEnd(5)}  ${reason}`)
      return lines
    } finally {
      await environment.close()
    }
  }

  protected override toSuccessJson(result: unknown): Envelope<Result> {
    return { ok: true, command: this.id ?? '', result: result as Result }
  }

  protected override toErrorJson(error: unknown): Envelope<never> {
    const exit = exitOf(error)
    const known = isKwxError(error) ? error : undefined
    return {
      ok: false,
      command: this.id ?? '',
      error: {
        code: known?.code ?? (exit === EXIT.usage ? 'USAGE' : 'INTERNAL'),
        message: messageOf(error),
        ...(known?.hint ? { hint: known.hint } : {}),
        exit,
        ...(known?.details ? { details: known.details } : {}),
      },
    }
  }

  protected override async catch(error: Error & { exitCode?: number }): Promise<unknown> {
    const exit = exitOf(error)
    if (this.jsonEnabled()) {
      process.exitCode = exit
      this.logJson(this.toErrorJson(error))
      return undefined
    }
    if (isKwxError(error)) {
      process.exitCode = exit
      this.logToStderr(`${this.config.bin}: ${error.message}`)
      if (error.hint) this.logToStderr(`  ${error.hint}`)
      if (process.env['DEBUG']) this.logToStderr(String(error.cause instanceof Error ? error.cause.stack : error.stack))
      return undefined
    }
    throw error
  }
}

/** The process status for anything thrown; oclif marks its own usage errors with `oclif.exit`. */
function exitOf(error: unknown): ExitCode {
  if (isKwxError(error)) return error.exit
  const marked = (error as { oclif?: { exit?: number } } | undefined)?.oclif?.exit
  return marked === 2 ? EXIT.usage : EXIT.error
}
