import type { Contributions } from './contributions.ts'

/** Contributions as a step sees them, and the names of what it asked for. */
interface RecordedUses {
  readonly contributions: Contributions
  /** `cities/miami` for each contribution that was found or loaded, `gates` for each kind that was listed. */
  readonly names: ReadonlySet<string>
}

/** The same contributions, with an account of what is taken from them: what a step took, its result depends on. */
export function recordUses(contributions: Contributions): RecordedUses {
  const names = new Set<string>()
  const note = (name: string) => void names.add(name)
  return {
    names,
    contributions: {
      list(kind) {
        note(kind)
        return contributions.list(kind)
      },
      find(kind, id) {
        note(`${kind}/${id}`)
        return contributions.find(kind, id)
      },
      load<T>(kind: Parameters<Contributions['load']>[0], id: string) {
        note(`${kind}/${id}`)
        return contributions.load<T>(kind, id)
      },
    },
  }
}
