import { DEFINITIONS, definitionOf } from './definitions.ts'
import { redacted } from './redact.ts'
import type { Settings } from './settings.ts'

/** A setting as it may be shown to anyone: secrets are `***`. */
export interface ShownSetting {
  readonly key: string
  /** Null where there is none. */
  readonly value: string | number | null
  readonly origin: string
  /** True for what a project file may not hold. */
  readonly variablesOnly?: true
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
  return {
    key,
    value: isSet ? redacted(definition, value) : null,
    origin: settings.origins[key] ?? 'not set',
    ...(definition.variablesOnly ? { variablesOnly: true as const } : {}),
  }
}
