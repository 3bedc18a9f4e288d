/**
 * Exit codes. They are part of the public contract: CI and supervisors branch on them.
 *
 * When several apply to one run the first of 1, 2, 3, 5, 4 wins (see `worstExit`).
 */
export const EXIT = {
  ok: 0,
  /** Something broke: a bug, a full disk, a service that answers nonsense. */
  error: 1,
  /** The command line, a configuration or a pipeline is wrong. */
  usage: 2,
  /** A gate failed: the model is worse than it must be. */
  gate: 3,
  /** The data cannot support a verdict. */
  evidence: 4,
  /** Data is missing or too old. */
  stale: 5,
} as const

/** One of `EXIT`. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const PRECEDENCE: readonly ExitCode[] = [EXIT.error, EXIT.usage, EXIT.gate, EXIT.stale, EXIT.evidence]

/** The exit code of a whole from those of its parts: 1 before 2 before 3 before 5 before 4 before 0. */
export function worstExit(codes: Iterable<ExitCode>): ExitCode {
  const seen = new Set(codes)
  return PRECEDENCE.find((code) => seen.has(code)) ?? EXIT.ok
}

// Registered, so that errors of two copies of the kit in one process are recognised alike.
const BRAND = Symbol.for('kwx.error')

/** What an error says beside its message. */
export interface KwxErrorOptions {
  /** Stable and greppable, for example `DATASET_EMPTY`; documented in docs/errors/ and never reworded. */
  code: string
  exit: ExitCode
  /** One imperative sentence with the next command to type. */
  hint?: string | undefined
  details?: Record<string, unknown> | undefined
  cause?: unknown
}

/** An error whose message states what was found and what was expected, and whose hint says what to do. */
export class KwxError extends Error {
  readonly [BRAND] = true
  readonly code: string
  readonly exit: ExitCode
  readonly hint: string | undefined
  readonly details: Record<string, unknown> | undefined
  /** Read by oclif: the process status and the suggestions it prints. */
  readonly oclif: { exit: number }
  readonly suggestions: string[]

  constructor(message: string, { code, exit, hint, details, cause }: KwxErrorOptions) {
    super(message, { cause })
    this.name = 'KwxError'
    this.code = code
    this.exit = exit
    this.hint = hint
    this.details = details
    this.oclif = { exit }
    this.suggestions = hint ? [hint] : []
  }
}

/** True for errors of any copy of the kit in this process, which `instanceof` would not know. */
export function isKwxError(value: unknown): value is KwxError {
  return typeof value === 'object' && value !== null && BRAND in value
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
