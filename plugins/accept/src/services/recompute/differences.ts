import { canonicalJson } from 'kwx/artefacts'

/** A place where a report does not say what its artefacts say. */
export interface ReportDifference {
  readonly file: string
  /** JSON pointer, `line N`, or empty for the whole file. */
  readonly at: string
  /** Absent where the report has nothing there. */
  readonly written?: unknown
  /** Absent where there should be nothing. */
  readonly recomputed?: unknown
}

type Place = Omit<ReportDifference, 'file'>

/** How a JSON file's text differs from the expected text; equal values in other bytes are a difference too. */
export function jsonDifferences(file: string, written: string, expected: string): ReportDifference[] {
  if (written === expected) return []
  let value: unknown
  try {
    value = JSON.parse(written)
  } catch {
    return [{ file, at: '', written: 'no JSON', recomputed: 'JSON' }]
  }
  const places = [...valueDifferences('', value, JSON.parse(expected))]
  return places.length > 0 ? places.map((place) => ({ file, ...place })) : textDifferences(file, written, expected)
}

/** How a text differs from the expected one, line by line. */
export function textDifferences(file: string, written: string, expected: string): ReportDifference[] {
  if (written === expected) return []
  const [found, wanted] = [written.split('\n'), expected.split('\n')]
  const places: ReportDifference[] = []
  for (let i = 0; i < Math.max(found.length, wanted.length); i++) {
    if (found[i] !== wanted[i]) places.push({ file, at: `line ${i + 1}`, ...both(found[i], wanted[i]) })
  }
  return places
}

function* valueDifferences(at: string, written: unknown, expected: unknown): Generator<Place> {
  if (isTree(written) && isTree(expected) && Array.isArray(written) === Array.isArray(expected)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(written)])) {
      const inner = `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
      yield* valueDifferences(inner, own(written, key), own(expected, key))
    }
  } else if (text(written) !== text(expected)) yield { at, ...both(written, expected) }
}

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const own = (tree: Record<string, unknown>, key: string) => (Object.hasOwn(tree, key) ? tree[key] : undefined)

const text = (value: unknown) => (value === undefined ? undefined : canonicalJson(value))

const both = (written: unknown, recomputed: unknown) => ({
  ...(written === undefined ? {} : { written }),
  ...(recomputed === undefined ? {} : { recomputed }),
})
