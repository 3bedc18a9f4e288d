import type { ErrorObject } from 'ajv'

import { nearest } from './nearest.ts'
import type { Path } from './yaml-document.ts'

/** What one Ajv error means to the person who wrote the file. */
interface Description {
  readonly path: Path
  readonly what: 'key' | 'value'
  readonly message: string
}

type Schema = Record<string, unknown>

/** Path, place and sentence of an Ajv error (made with `verbose`): what was found, what was expected, the nearest name. */
export function describe(error: ErrorObject): Description {
  const path = pathOf(error.instancePath)
  const params = error.params as Record<string, unknown>
  const schema = (error.parentSchema ?? {}) as Schema
  if (error.keyword === 'additionalProperties' || error.keyword === 'unevaluatedProperties') {
    const key = String(params['additionalProperty'] ?? params['unevaluatedProperty'])
    return { path: [...path, key], what: 'key', message: unknownKey(key, path, schema) }
  }
  if (error.keyword === 'required') {
    const key = String(params['missingProperty'])
    const wanted = (schema['properties'] as Record<string, Schema> | undefined)?.[key]
    const expected = wanted ? `; expected ${expectation(wanted)}` : ''
    return { path, what: 'key', message: `${at(path)}\`${key}\` is missing${expected}` }
  }
  const found = schema['writeOnly'] === true ? 'not valid' : shownAs(error.data, schema)
  const subject = path.length > 0 ? `\`${dotted(path)}\`` : 'the file'
  return { path, what: 'value', message: `${subject} is ${found}; expected ${wantedBy(error, params, schema)}` }
}

function unknownKey(key: string, path: Path, schema: Schema): string {
  const known = Object.keys((schema['properties'] as object | undefined) ?? {})
  const guess = nearest(key, known)
  const isShort = known.length > 0 && known.length <= 12
  const help = guess ? `, did you mean \`${guess}\`?` : isShort ? `; known are ${known.join(', ')}` : ''
  return `${at(path)}unknown key \`${key}\`${help}`
}

const at = (path: Path) => (path.length > 0 ? `in \`${dotted(path)}\`: ` : '')

function wantedBy(error: ErrorObject, params: Record<string, unknown>, schema: Schema): string {
  switch (error.keyword) {
    case 'enum':
      return oneOf(params['allowedValues'] as unknown[], error.data)
    case 'const':
      return show(params['allowedValue'])
    case 'uniqueItems':
      return `each item once (${show((error.data as unknown[])[Number(params['i'])])} is there twice)`
    case 'minItems':
      return `at least ${amount(Number(params['limit']), 'item')}`
    case 'maxItems':
      return `at most ${amount(Number(params['limit']), 'item')}`
    case 'minLength':
      return `at least ${amount(Number(params['limit']), 'letter')}`
    case 'type':
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
    case 'format':
    case 'pattern':
      return expectation(schema)
    default:
      return error.message ?? `${error.keyword} to hold`
  }
}

function oneOf(allowed: unknown[], found: unknown): string {
  const names = allowed.map((value) => (typeof value === 'string' ? value : show(value)))
  const guess = typeof found === 'string' ? nearest(found, names) : undefined
  const list = names.length > 1 ? `${names.slice(0, -1).join(', ')} or ${names.at(-1)}` : names[0]!
  return guess ? `${list}; did you mean \`${guess}\`?` : list
}

const amount = (n: number, thing: string) => `${n} ${thing}${n === 1 ? '' : 's'}`

const TYPES: Record<string, string> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  null: 'null',
}

/** What a schema asks for, in words: `a whole number >= 1`, `a date like 2025-02-25`, `between, greater or less`. */
export function expectation(schema: object): string {
  const wanted = schema as Schema
  if (Array.isArray(wanted['enum'])) return oneOf(wanted['enum'], undefined)
  if (wanted['type'] === 'array' && wanted['items']) return `a list of items, each ${expectation(wanted['items'])}`
  const types = [wanted['type'] ?? []].flat() as string[]
  const bounds = [
    bound('>=', wanted['minimum']),
    bound('>', wanted['exclusiveMinimum']),
    bound('<=', wanted['maximum']),
    bound('<', wanted['exclusiveMaximum']),
  ].filter(Boolean)
  const nouns = types.map((type) => {
    if (type === 'string') return textLike(wanted)
    const isNumber = type === 'number' || type === 'integer'
    return [TYPES[type] ?? type, isNumber ? bounds.join(' and ') : ''].filter(Boolean).join(' ')
  })
  return nouns.join(' or ') || 'something else'
}

/** The largest safe integer is a limit of the arithmetic, not one that helps a reader. */
const bound = (sign: string, limit: unknown) =>
  typeof limit === 'number' && Math.abs(limit) < Number.MAX_SAFE_INTEGER ? `${sign} ${limit}` : ''

function textLike(schema: Schema): string {
  if (schema['format'] === 'date') return 'a day of the calendar like 2025-02-25'
  if (typeof schema['pattern'] === 'string') return `a text that matches ${schema['pattern']}`
  return TYPES['string']!
}

/** A value as it would be written, shortened. */
export function show(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** Says that "42" is a text where no text is expected. */
function shownAs(value: unknown, schema: Schema): string {
  const wantsText = [schema['type'] ?? 'string'].flat().includes('string')
  return typeof value === 'string' && !wantsText ? `the text ${show(value)}` : show(value)
}

/** `search_space.C_min`, `penalties[0]`. */
export const dotted = (path: Path): string =>
  path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('')

const pathOf = (pointer: string): Path =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step))
