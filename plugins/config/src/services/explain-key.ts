import { type Contributions, EXIT, KwxError } from 'kwx'
import { productionConfigSchema } from 'kwx/config'
import { expectation, nearest } from 'kwx/schema'
import { DEFINITIONS, definitionOf, type Settings, shownSetting, wantedOf } from 'kwx/settings'

import { configEntries, keysOf, type SchemaNode } from './entries.ts'

export interface Explanation {
  readonly key: string
  readonly belongs_to: 'production configuration' | 'project settings'
  readonly about: string
  /** Null when it is required and no configuration was named, or when there is none. */
  readonly value: unknown
  readonly origin: string
  readonly default: unknown
  readonly expected: string
  /** Everything that can set it, the strongest first. */
  readonly set_by: readonly string[]
}

interface ExplainOptions {
  /** A production configuration to take the value from. */
  readonly file?: string | undefined
  readonly settings: Settings
  readonly contributions: Contributions
}

/**
 * What a key means, what its value is and where that comes from.
 *
 * @throws KwxError CONFIG_KEY_UNKNOWN (exit 2) with the nearest key; CONFIG_INVALID for a bad file
 */
export async function explainKey(key: string, options: ExplainOptions): Promise<Explanation> {
  if (definitionOf(key)) return explainSetting(key, options.settings)
  const keys = keysOf(productionConfigSchema)
  if (keys.includes(key)) return explainConfigKey(key, options)
  throw unknownKey(key, [...keys, ...DEFINITIONS.map((one) => one.key)])
}

function explainSetting(key: string, settings: Settings): Explanation {
  const definition = definitionOf(key)!
  const { value, origin } = shownSetting(settings, key)!
  const flags = key === 'workers' ? ['--workers'] : []
  return {
    key,
    belongs_to: 'project settings',
    about: definition.about,
    value,
    origin,
    default: definition.default?.({ project: '<project>', home: '<home>' }) ?? null,
    expected: wantedOf(definition),
    set_by: [...flags, ...definition.variables, `${settings.file ?? 'kwx.config.yaml'}, key ${key}`],
  }
}

async function explainConfigKey(key: string, { file, contributions }: ExplainOptions): Promise<Explanation> {
  const node = key.split('.').reduce<SchemaNode>((at, step) => at.properties![step]!, productionConfigSchema)
  const entries = file ? await configEntries(file, contributions) : []
  const entry = entries.find((one) => one.key === key)
  const isRequired = productionConfigSchema.required.includes(key)
  return {
    key,
    belongs_to: 'production configuration',
    about: node.description ?? '',
    value: entry ? entry.value : (node.default ?? null),
    origin: entry ? entry.origin : isRequired ? 'required in every configuration' : 'default',
    default: node.default ?? null,
    expected: expectation(node),
    set_by: [`${file ?? 'the configuration file'}, key ${key}`],
  }
}

function unknownKey(key: string, keys: readonly string[]): KwxError {
  const inside = keys.filter((one) => one.startsWith(`${key}.`))
  const byLastName = keys.find((one) => one.endsWith(`.${key}`))
  const guess = byLastName ?? nearest(key, keys)
  const message =
    inside.length > 0
      ? `"${key}" is a section; its keys are ${inside.join(', ')}.`
      : `There is no key "${key}"${guess ? `; the nearest is "${guess}"` : ''}.`
  return new KwxError(message, {
    code: 'CONFIG_KEY_UNKNOWN',
    exit: EXIT.usage,
    hint: `Type "kwx config explain ${inside[0] ?? guess ?? 'train_days'}".`,
    details: { key, nearest: guess ?? null, inside },
  })
}

/** The explanation as lines for a person. */
export function renderExplanation(one: Explanation): string[] {
  const row = (name: string, text: string) => `  ${name.padEnd(9)}${text}`
  return [
    `${one.key} (${one.belongs_to})`,
    `  ${one.about}`,
    row('value', JSON.stringify(one.value)),
    row('from', one.origin),
    row('default', one.default === null ? 'none' : JSON.stringify(one.default)),
    row('expected', one.expected),
    row('set by', one.set_by.join('; ')),
  ]
}
