import { redactUrl } from '../../base/redact-url.ts'
import { show } from '../../base/schema/describe.ts'
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
