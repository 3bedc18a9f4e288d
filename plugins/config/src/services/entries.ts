import type { Contributions } from 'kwx'
import { loadProductionConfig, type ProductionConfig, productionConfigSchema } from 'kwx/config'
import { type Settings, shownSettings } from 'kwx/settings'

/** One resolved value, fit to be shown. */
export interface Entry {
  /** Dotted. */
  readonly key: string
  readonly value: unknown
  readonly origin: string
  /** True for what a project file may not hold: shown as a comment. */
  readonly variablesOnly?: true
}

/** The project's settings without their secrets. */
export const settingEntries = (settings: Settings): Entry[] => shownSettings(settings)

/** A production configuration, defaults filled in, in the order of its schema. */
export async function configEntries(file: string, contributions: Contributions): Promise<Entry[]> {
  const { config, origins } = await loadProductionConfig(file, contributions)
  return keysOf(productionConfigSchema).map((key) => ({
    key,
    value: valueAt(config, key),
    origin: origins[key] ?? 'default',
  }))
}

export interface SchemaNode {
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, SchemaNode>>
}

/** Dotted keys of all values of a schema of objects; `$schema` is none. */
export function keysOf({ properties = {} }: SchemaNode, prefix = ''): string[] {
  return Object.entries(properties).flatMap(([name, node]) => {
    if (name === '$schema') return []
    return node.properties ? keysOf(node, `${prefix}${name}.`) : [`${prefix}${name}`]
  })
}

const valueAt = (config: ProductionConfig, key: string): unknown =>
  key.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], config)

/** The entries as YAML, each line with its origin as a comment. */
export function renderEntries(entries: readonly Entry[]): string[] {
  const rows: { left: string; origin: string }[] = []
  let open: string[] = []
  for (const { key, value, origin, variablesOnly } of entries) {
    const steps = key.split('.')
    const name = steps.pop()!
    const shared = steps.findIndex((step, i) => open[i] !== step)
    for (let i = shared < 0 ? steps.length : shared; i < steps.length; i++) {
      rows.push({ left: `${'  '.repeat(i)}${steps[i]}:`, origin: '' })
    }
    open = steps
    const mark = variablesOnly || origin === 'not set' ? '# ' : ''
    rows.push({ left: `${'  '.repeat(steps.length)}${mark}${name}: ${yamlScalar(value)}`, origin })
  }
  const width = Math.min(60, Math.max(0, ...rows.filter(({ origin }) => origin).map(({ left }) => left.length)))
  return rows.map(({ left, origin }) => (origin ? `${left.padEnd(width)}  # ${origin}` : left))
}

/** A value as YAML on one line. */
export function yamlScalar(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yamlScalar).join(', ')}]`
  if (typeof value !== 'string') return JSON.stringify(value)
  const isPlain = /^[A-Za-z_/.][\w/.:@?&=-]*$/.test(value) && !/:$|^(null|true|false|\.inf|\.nan)$/i.test(value)
  return isPlain || /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : JSON.stringify(value)
}
