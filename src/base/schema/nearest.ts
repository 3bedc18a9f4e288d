import { distance } from 'fastest-levenshtein'

/**
 * The name that somebody who typed `name` most likely meant, or undefined when none is near.
 *
 * Near is at most a third of the letters changed (two for short names), case and `-`/`_` not counting, or one name
 * being the start of the other. Of equals the first wins.
 */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const typed = plain(name)
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of names) {
    const known = plain(candidate)
    const away = startsEither(typed, known) ? 1 : distance(typed, known)
    if (away < bestDistance && away < Math.max(typed.length, known.length)) {
      best = candidate
      bestDistance = away
    }
  }
  return best
}

const plain = (name: string) => name.toLowerCase().replaceAll('-', '_')

const startsEither = (a: string, b: string) =>
  a !== b && Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a))
