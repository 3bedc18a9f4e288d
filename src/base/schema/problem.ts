import { EXIT, KwxError } from '../errors.ts'

/** Line and column of a text, both from 1; 0 and 0 mean the file as a whole. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** One mistake in a file that a person wrote. */
export interface Problem extends Position {
  /** As the person named it. */
  readonly file: string
  /** What was found and what was expected. */
  readonly message: string
  readonly hint?: string
}

/** `file:line:column`, or the file alone for a mistake of the file as a whole. */
export const placeOf = ({ file, line, column }: Omit<Problem, 'message'>): string =>
  line > 0 ? `${file}:${line}:${column}` : file

/** One line for a person: `configs/a.yaml:3:7 unknown key ...`, `configs/b.yaml does not exist`. */
export const formatProblem = (problem: Problem): string => {
  const place = placeOf(problem)
  return place ? `${place} ${problem.message}` : problem.message
}

/** Sorts in place, as one reads the file. */
export const inOrder = (problems: Problem[]): Problem[] =>
  problems.sort((a, b) => a.line - b.line || a.column - b.column)

/** How an error about mistakes is introduced. */
export interface ProblemsErrorOptions {
  readonly code: string
  /** Starts the message: `The configuration`, `configs/a.yaml`. */
  readonly what: string
  readonly hint?: string | undefined
}

/**
 * The error (exit 2) that lists all mistakes, one per line in the order given; `details.problems` has them as data.
 *
 * A function that returns an error, because its callers throw it in one place each: `throw problemsError(...)`.
 */
export function problemsError(problems: readonly Problem[], { code, what, hint }: ProblemsErrorOptions): KwxError {
  const count = problems.length === 1 ? 'one mistake' : `${problems.length} mistakes`
  const lines = problems.map((problem) => `  ${formatProblem(problem)}`)
  return new KwxError(`${what} has ${count}:\n${lines.join('\n')}`, {
    code,
    exit: EXIT.usage,
    hint:
      hint ?? problems.find((problem) => problem.hint)?.hint ?? 'Correct the lines above and run the command again.',
    details: { problems },
  })
}
