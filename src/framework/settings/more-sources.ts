import type { SourceSettings } from '../../data/clients/source-settings.ts'
import { expected, fromText } from './check-value.ts'
import { definitionOf, MORE_SOURCE_KEYS, SOURCE_NAMES } from './definitions.ts'

type Set = Record<string, Partial<Record<keyof SourceSettings, string | number>>>

const VARIABLE = /^KWX_SOURCE_([A-Z][A-Z0-9_]*)_(URL|RPS|KEY)$/
const KEYS = { URL: 'url', RPS: 'requestsPerSecond', KEY: 'key' } as const

/** True for a variable of a contributed source: `KWX_SOURCE_COAST_BUOYS_URL` is the address of `coast-buoys`. */
export const isSourceVariable = (name: string): boolean => VARIABLE.test(name)

/**
 * What the project file and the variables say of sources that plugins contribute; variables win.
 *
 * Values of the file were checked against its schema; those of variables are checked here.
 */
export function moreSources(
  inFile: unknown,
  env: Readonly<Record<string, string | undefined>>,
): { sources: Readonly<Record<string, Partial<SourceSettings>>>; mistakes: { origin: string; message: string }[] } {
  const sources: Set = {}
  const mistakes: { origin: string; message: string }[] = []
  for (const [id, values] of Object.entries((inFile ?? {}) as Record<string, Record<string, unknown>>)) {
    if (SOURCE_NAMES.includes(id) || typeof values !== 'object' || values === null) continue
    const known = MORE_SOURCE_KEYS.filter((key) => ['string', 'number'].includes(typeof values[key]))
    sources[id] = Object.fromEntries(known.map((key) => [key, values[key] as string | number]))
  }
  for (const [name, text] of Object.entries(env)) {
    const [, part, kind] = VARIABLE.exec(name) ?? []
    if (!part || !text) continue
    const key = KEYS[kind as keyof typeof KEYS]
    const definition = key === 'key' ? undefined : definitionOf(`sources.kalshi.${key}`)
    const value = definition ? fromText(definition, text) : text
    const wanted = definition ? expected(definition, value) : null
    if (wanted) mistakes.push({ origin: name, message: `expected ${wanted}` })
    const id = part.toLowerCase().replaceAll('_', '-')
    sources[id] = { ...sources[id], [key]: value }
  }
  return { sources: sources as Record<string, Partial<SourceSettings>>, mistakes }
}
