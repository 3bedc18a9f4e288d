import { readFile } from 'node:fs/promises'

import { EXIT, KwxError, messageOf } from '../errors.ts'
import { writeFileAtomically } from './atomic-write.ts'

/**
 * JSON with sorted keys: equal values have equal text, so that it can be hashed.
 *
 * @throws RangeError for NaN, an infinity, or a value that JSON has no form for: none may enter an artefact
 */
export function canonicalJson(value: unknown, indent?: number): string {
  return JSON.stringify(sorted(value, '$'), null, indent)
}

function sorted(value: unknown, path: string): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`${path} is ${value}; JSON has no such number.`)
    return value
  }
  if (Array.isArray(value)) return value.map((item, i) => sorted(item, `${path}[${i}]`))
  if (
    typeof value === 'object' &&
    (Object.getPrototypeOf(value) === Object.prototype || !Object.getPrototypeOf(value))
  ) {
    const entries = Object.entries(value as Record<string, unknown>).filter(([, item]) => item !== undefined)
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item, `${path}.${key}`)]))
  }
  throw new RangeError(`${path} is a ${typeof value} that JSON has no form for.`)
}

/** Writes `value` as canonical, indented JSON with a final newline; atomic and fsynced. */
export const writeJson = (file: string, value: unknown): Promise<void> =>
  writeFileAtomically(file, `${canonicalJson(value, 2)}\n`)

/**
 * Reads a JSON file.
 *
 * @throws KwxError FILE_UNREADABLE (exit 1) naming the file when it is missing or not JSON
 */
export async function readJson<T>(file: string): Promise<T> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T
  } catch (cause) {
    throw new KwxError(`${file} cannot be read as JSON: ${messageOf(cause)}`, {
      code: 'FILE_UNREADABLE',
      exit: EXIT.error,
      hint: 'Run the pipeline again with --force to make it anew.',
      cause,
    })
  }
}
