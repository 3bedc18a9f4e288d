import { expectation } from '../../base/schema/describe.ts'
import { parseInstant } from '../../base/time/instants.ts'
import type { Definition } from './definitions.ts'
import { schemaOf } from './settings-schema.ts'

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** The value that a variable or flag holds as text; numbers that are no numbers stay text, for `expected` to refuse. */
export function fromText({ type }: Definition, text: string): string | number {
  const isNumber = type === 'number' || type === 'integer'
  return isNumber && DECIMAL.test(text.trim()) ? Number(text) : text
}

/** What a setting may be, in words. */
export function wantedOf(definition: Definition): string {
  switch (definition.type) {
    case 'http':
      return 'an http:// or https:// address without user, password or query'
    case 'clock':
      return 'system, an instant with a zone like 2025-02-20T18:00:00Z, or an http(s) address'
    case 'database':
      return 'postgres://user:password@host/name, pglite:<folder> or pglite:memory'
    case 'folder':
      return 'a folder'
    default:
      return expectation(schemaOf(definition))
  }
}

/** What was expected instead of this value, or null when it is right. */
export const expected = (definition: Definition, value: string | number): string | null =>
  fits(definition, value) ? null : wantedOf(definition)

function fits(definition: Definition, value: string | number): boolean {
  switch (definition.type) {
    case 'number':
    case 'integer':
      return fitsNumber(definition, value)
    case 'http':
      return isHttp(value) && isBare(String(value))
    case 'clock':
      return value === 'system' || (isHttp(value) && new URL(String(value)).password === '') || isInstant(value)
    case 'database':
      return isDatabase(value)
    default:
      return typeof value === 'string' && value.length > 0 && !value.includes('\0')
  }
}

function fitsNumber({ type, minimum, exclusiveMinimum, maximum }: Definition, value: string | number): boolean {
  if (typeof value !== 'number' || !Number.isFinite(value)) return false
  if (type === 'integer' && !Number.isInteger(value)) return false
  return value >= (minimum ?? -Infinity) && value > (exclusiveMinimum ?? -Infinity) && value <= (maximum ?? Infinity)
}

function isHttp(value: string | number): boolean {
  const url = typeof value === 'string' ? URL.parse(value) : null
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== ''
}

/** Secrets have settings of their own: fetch refuses them in an address and repeats them while it does. */
function isBare(value: string): boolean {
  const { username, password, search, hash } = new URL(value)
  return `${username}${password}${search}${hash}` === ''
}

function isDatabase(value: string | number): boolean {
  if (typeof value !== 'string') return false
  if (/^pglite:.+/.test(value)) return true
  return /^postgres(ql)?:\/\//.test(value) && URL.canParse(value)
}

function isInstant(value: string | number): boolean {
  try {
    parseInstant(String(value))
    return true
  } catch {
    return false
  }
}
