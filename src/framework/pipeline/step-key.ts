import { canonicalJson } from '../../base/files/canonical-json.ts'
import { sha256 } from '../../base/files/hash.ts'

/** Everything that the result of a step depends on. */
export interface KeyParts {
  readonly use: string
  readonly stepVersion: string
  readonly plugin: string
  readonly kwx: string
  readonly params: Readonly<Record<string, unknown>>
  /** Input name -> artefact hash. */
  readonly inputs: Readonly<Record<string, string>>
  /** Digest of database rows and named files; null for a step without such. */
  readonly fingerprint: string | null
}

/** The cache key of a step: equal parts, equal key, equal result. */
export const stepKey = (parts: KeyParts): string => sha256(canonicalJson(parts))

/** Why a step must run although it ran before, in words; empty when nothing differs. */
export function differences(before: KeyParts, now: KeyParts): string[] {
  const reasons: string[] = []
  if (before.use !== now.use) reasons.push(`step ${before.use} became ${now.use}`)
  if (before.stepVersion !== now.stepVersion)
    reasons.push(`step version ${before.stepVersion} became ${now.stepVersion}`)
  if (before.plugin !== now.plugin) reasons.push(`plugin ${before.plugin} became ${now.plugin}`)
  if (before.kwx !== now.kwx) reasons.push(`kwx ${before.kwx} became ${now.kwx}`)
  for (const key of union(before.params, now.params)) {
    const [was, is] = [show(before.params[key]), show(now.params[key])]
    if (was !== is) reasons.push(`parameter ${key}: ${was} became ${is}`)
  }
  for (const name of union(before.inputs, now.inputs)) {
    if (before.inputs[name] !== now.inputs[name]) reasons.push(`input ${name} changed`)
  }
  if (before.fingerprint !== now.fingerprint) reasons.push('the data it reads changed')
  return reasons
}

const union = (a: object, b: object): string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()

function show(value: unknown): string {
  const text = value === undefined ? 'unset' : canonicalJson(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
