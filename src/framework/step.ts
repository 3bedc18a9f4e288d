/**
 * The contract between the kit and a step.
 *
 * Glossary, used everywhere: a *city* has one settlement *station*; a *climate day* is 24 hours from midnight to
 * midnight in local standard time; an *event* is one climate day of a series, its *ladder* is all its markets; the
 * *settlement* is the official daily maximum that decides the ladder; *known_at* is when a value could first be
 * known; a *window* is one walk-forward fold; a *pilot* is the set of windows trained for study; an *artefact* is a
 * content-addressed folder of files that steps hand to each other. The longer form is docs/glossary.md.
 */

import type { ExitCode } from '../base/errors.ts'
import type { Clock } from '../base/time/clock.ts'
import type { Sources } from '../data/clients/sources.ts'
import type { Database } from '../data/database/database.ts'
import type { Artefact } from '../domain/contracts/artefact.ts'
import type { Origin } from '../domain/origin.ts'
import type { Contributions } from './contributions/contributions.ts'
import type { Settings } from './settings/settings.ts'

/** Everything that a step may touch. Nothing else: no `Date.now()`, no `Math.random()`, no global state. */
export interface StepContext {
  readonly clock: Clock
  /** Aborted on Ctrl-C and when a sibling fails; long work checks it between units. */
  readonly signal: AbortSignal
  readonly settings: Settings
  readonly contributions: Contributions
  /** How many worker threads or parallel requests the step may use, at least 1. Never changes its result. */
  readonly workers: number
  /** True when the network is forbidden: what is missing is an error with exit 5. */
  readonly offline: boolean
  /** The database of this run, migrated, opened on first use and closed by the runner. */
  database(): Promise<Database>
  /** Clients of the outside world, throttled and recorded; every call fails under `offline`. */
  sources(): Promise<Sources>
  /**
   * Writes an artefact: `fill` receives an empty folder; what it leaves there is hashed, fsynced and stored.
   *
   * @param kind  one of the step's produced kinds
   * @param origin  origin of the rows, kept beside the artefact, outside its hash
   */
  write(kind: string, fill: (folder: string) => Promise<void>, options?: { origin?: Origin }): Promise<Artefact>
  /**
   * Runs one unit of the step (a window, a market-day) or takes its stored result after a crash.
   *
   * The key is the step's own key plus `id`; the value must be JSON and depend on nothing else.
   */
  unit<Value>(id: string, work: () => Promise<Value>): Promise<Value>
  /** One line of news for the person who watches. */
  log(line: string): void
  /** How far the step is: drawn as a bar with elapsed and remaining time. */
  progress(done: number, total: number, unit: string): void
}

/** What a step hands to the runner. */
export interface StepResult {
  /** One artefact for each name that the step `produces`. */
  artefacts: Record<string, Artefact>
  /** The verdict of a step that judges: 0, 3, 4 or 5. An exception is for what could not be judged at all. */
  exit?: ExitCode
  /** One sentence for the person who watches and for `runs`. */
  summary?: string
}

/**
 * One unit of work in a pipeline, a value that can be checked and drawn before it runs.
 *
 * Same parameters, inputs, data and version give the same bytes. Raise `version` with every change of the result.
 */
export interface Step<Params = Record<string, unknown>> {
  readonly title: string
  readonly version: string
  /** JSON Schema of `params`; defaults are filled in before `run`. */
  readonly params: object
  /** Input name -> artefact kind. */
  readonly consumes: Readonly<Record<string, string>>
  /** Input name -> artefact kind, for inputs that are taken when an earlier step of the pipeline produces them. */
  readonly takes?: Readonly<Record<string, string>>
  /** Output name -> artefact kind. */
  readonly produces: Readonly<Record<string, string>>
  /**
   * A digest of everything outside `params` and `inputs` that the result depends on: database rows, files named by a
   * parameter. Absent when there is nothing such.
   */
  fingerprint?(ctx: StepContext, params: Params, inputs: Readonly<Record<string, Artefact>>): Promise<string>
  /**
   * The part of an input that the step depends on, where that is not all of it: input name -> what it reads, as JSON.
   * Its digest stands for the input in the step's key and in the provenance of what it writes; `run` and `fingerprint`
   * read nothing else of that input.
   */
  readonly partOf?: Readonly<Record<string, (input: Artefact) => Promise<unknown>>>
  /**
   * Of a step that is pure and takes milliseconds, such as reading a configuration: `--plan` runs it, so that a mistake
   * is told and the steps after it are compared with their last run for what it resolved.
   */
  readonly resolves?: {
    /** Names what is resolved, from the parameters alone: runs of one name are compared with each other. */
    name(params: Params): string
    /** What was resolved, key by key. */
    values(artefacts: Readonly<Record<string, Artefact>>): Promise<Readonly<Record<string, unknown>>>
  }
  /** True when the step acts on the world (fills the database) and must be asked each time; it is never a cache hit. */
  readonly always?: boolean
  run(ctx: StepContext, params: Params, inputs: Readonly<Record<string, Artefact>>): Promise<StepResult>
  /**
   * Copies finished artefacts to where people look for them (`publishFolder`). Called after `run` and after a cache
   * hit, because somebody may have removed the copy. Answers where the copy lies, for the person who looks.
   */
  publish?(ctx: StepContext, artefacts: Readonly<Record<string, Artefact>>, exit: ExitCode): Promise<string | undefined>
}

/** Gives inference to authors; returns its argument. */
export function defineStep<Params>(step: Step<Params>): Step<Params> {
  return step
}

export type { Artefact }
