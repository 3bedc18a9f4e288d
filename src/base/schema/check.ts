import type { Ajv, ErrorObject, ValidateFunction } from 'ajv'

import { EXIT, KwxError, messageOf } from '../errors.ts'
import { inOrder, type Position, type Problem, type ProblemsErrorOptions, problemsError } from './problem.ts'
import type { Path, YamlDocument } from './yaml-document.ts'

/** Where a value stands that does not come from a file. */
export interface Locator {
  readonly file: string
  locate(path: Path, what: 'key' | 'value'): Position
}

let engine: Promise<Ajv> | undefined
const compiled = new WeakMap<object, ValidateFunction>()

/**
 * Every way in which `value` differs from a JSON Schema, in the order of the file.
 *
 * Defaults of the schema are filled into `value` in place. Ajv is loaded on first use.
 *
 * @param locator  names the file and the places; without it all problems are at 0:0 of a nameless file
 * @throws KwxError SCHEMA_BROKEN (exit 1) when the schema itself is wrong
 */
export async function validate(schema: object, value: unknown, locator?: Locator): Promise<Problem[]> {
  const check = await compile(schema)
  if (check(value)) return []
  const { describe } = await import('./describe.ts')
  const problems = telling(check.errors ?? []).map((error) => {
    const { path, what, message } = describe(error)
    const position = locator?.locate(path, what) ?? { line: 0, column: 0 }
    return { file: locator?.file ?? '', ...position, message }
  })
  return inOrder(problems)
}

/** `validate` for a document that was read from a file: its own problems first, then those against the schema. */
export async function checkAgainst(schema: object, document: YamlDocument): Promise<Problem[]> {
  if (document.value === undefined) return [...document.problems]
  return inOrder([...document.problems, ...(await validate(schema, document.value, document))])
}

/**
 * Throws when `value` does not fit the schema; fills in defaults otherwise.
 *
 * @throws KwxError with the given code (exit 2) that lists every mistake
 */
export async function assertValid(schema: object, value: unknown, options: ProblemsErrorOptions): Promise<void> {
  const problems = await validate(schema, value)
  if (problems.length > 0) throw problemsError(problems, options)
}

async function compile(schema: object): Promise<ValidateFunction> {
  const known = compiled.get(schema)
  if (known) return known
  engine ??= import('./schema-engine.ts').then(({ createAjv }) => createAjv())
  const ajv = await engine
  try {
    // Two plugins may use one $id for different schemas: compiled functions are kept here, by schema.
    if ('$id' in schema && typeof schema.$id === 'string') ajv.removeSchema(schema.$id)
    const check = ajv.compile(schema)
    compiled.set(schema, check)
    return check
  } catch (cause) {
    throw new KwxError(`A JSON Schema is wrong: ${messageOf(cause)}.`, {
      code: 'SCHEMA_BROKEN',
      exit: EXIT.error,
      hint: 'Correct the schema in the plugin that brings it.',
      details: { schema: '$id' in schema ? schema.$id : null },
      cause,
    })
  }
}

/** Without errors that only repeat another: bounds of a value of the wrong type, branches of a failed choice. */
function telling(errors: readonly ErrorObject[]): ErrorObject[] {
  const wrongType = new Set(errors.filter(({ keyword }) => keyword === 'type').map((error) => error.instancePath))
  const kept = errors.filter((error) => error.keyword === 'type' || !wrongType.has(error.instancePath))
  return kept.filter(({ keyword }) => keyword !== 'if')
}
