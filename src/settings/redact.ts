import { show } from '../schema/describe.ts'
import type { Definition } from './definitions.ts'

/** A value of a setting as anyone may see it. */
export function redacted({ type }: Definition, value: string | number): string | number {
  if (type === 'secret') return '***'
  return typeof value === 'string' && value.includes('://') ? redactUrl(value) : value
}

/** A refused value as an error may repeat it; one that may hold a password without being an address is left out. */
export function shownMistake(definition: Definition, value: string | number): string {
  const mayHoldPassword = definition.type === 'secret' || definition.type === 'database'
  return mayHoldPassword ? 'not valid' : show(redacted(definition, value))
}

const SECRET_QUERY = /pass|secret|token|key/i

/** An address without its password and without secrets in its query. */
export function redactUrl(address: string): string {
  const url = URL.parse(address)
  if (!url) return '***'
  if (!url.password && ![...url.searchParams.keys()].some((name) => SECRET_QUERY.test(name))) return address
  if (url.password) url.password = '***'
  for (const name of [...url.searchParams.keys()]) if (SECRET_QUERY.test(name)) url.searchParams.set(name, '***')
  return url.href
}
