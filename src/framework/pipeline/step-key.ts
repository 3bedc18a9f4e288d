import { canonicalJson } from '../../base/files/canonical-json.ts'
import { sha256 } from '../../base/files/hash.ts'

/** Everything that the result of a step depends on. */
export interface KeyParts {
  readonly use: string
  readonly stepVersion: string
  readonly plugin: string
  readonly kwx: string
  readonly params: Readonly<Record<string, unknown>>
  /** Content of the step's file and of what it imports (`ContributionContents`). */
  readonly code: string
  /**
   * Content of what the step asked its contributions for when it last ran: `cities/miami` -> digest. Empty in the key
   * that units and this account itself lie under, because a step's uses are known after it ran.
   */
  readonly uses: Readonly<Record<string, string>>
  /** Input name -> artefact hash, or the digest of the part that the step depends on. */
  readonly inputs: Readonly<Record<string, string>>
  /** Digest of database rows and named files; null for a step without such. */
  readonly fingerprint: string | null
}

/** The cache key of a step: equal parts, equal key, equal result. */
export const stepKey = (parts: KeyParts): string => sha256(canonicalJson(parts))

/** The key of a step before it is known what it takes from contributions. */
export const startKey = (parts: KeyParts): string => stepKey({ ...parts, uses: {} })

/** Why a step must run although it ran before, in words; empty when nothing differs. */
export function differences(before: KeyParts, now: KeyParts): string[] {
  const reasons: string[] = []
  if (before.use !== now.use) reasons.push(`step ${before.use} became ${now.use}`)
  if (before.stepVersion !== now.stepVersion)
    reasons.push(`step version ${before.stepVersion} became ${now.stepVersion}`)
  if (before.plugin !== now.plugin) reasons.push(`plugin ${before.plugin} became ${now.plugin}`)
  if (before.kwx !== now.kwx) reasons.push(`kwx ${before.kwx} became ${now.kwx}`)
  if (before.plugin === now.plugin && before.code !== now.code) reasons.push('the code of the step changed')
  for (const name of union(before.uses, now.uses)) {
    const reason = useChanged(name, before.uses[name] ?? ABSENT, now.uses[name] ?? ABSENT)
    if (reason) reasons.push(reason)
  }
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

/** How `ContributionContents` says that no plugin contributes something. */
const ABSENT = 'absent'

function useChanged(name: string, was: string, is: string): string | null {
  if (was === is) return null
  if (!name.includes('/')) return `the list of ${name} changed`
  if (was === ABSENT || is === ABSENT) return `${name} is ${was === ABSENT ? 'new' : 'gone'}`
  const [before, now] = [was.split(' ')[0]!, is.split(' ')[0]!]
  return before === now ? `${name} changed` : `${name}: plugin ${before} became ${now}`
}

const union = (a: object, b: object): string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()

/** A value for people: JSON, cut where it is long. */
export function show(value: unknown): string {
  const text = value === undefined ? 'unset' : canonicalJson(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
