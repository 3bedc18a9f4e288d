import { DEFINITIONS, type Definition, definitionOf } from './definitions.ts'
import type { Settings } from './settings.ts'

/** A setting as it may be shown to anyone: secrets are `***`. */
export interface ShownSetting {
  readonly key: string
  /** Null where there is none. */
  readonly value: string | number | null
  readonly origin: string
}

/** All settings with their origins and without their secrets, in the order of the documentation. */
export function shownSettings(settings: Settings): ShownSetting[] {
  return DEFINITIONS.map(({ key }) => shownSetting(settings, key)!)
}

/** One setting, or undefined when there is none of that name. */
export function shownSetting(settings: Settings, key: string): ShownSetting | undefined {
  const definition = definitionOf(key)
  if (!definition) return undefined
  const value = key
    .split('.')
    .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], settings)
  const isSet = typeof value === 'string' || typeof value === 'number'
  return { key, value: isSet ? redacted(definition, value) : null, origin: settings.origins[key] ?? 'not set' }
}

function redacted({ type }: Definition, value: string | number): string | number {
  if (type === 'secret') return '***'
  return typeof value === 'string' && value.includes('://') ? redactUrl(value) : value
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
