/** What `${{ params.x }}` and `${{ matrix.x }}` may name. */
export interface Scope {
  readonly params: Readonly<Record<string, unknown>>
  readonly matrix: Readonly<Record<string, unknown>>
}

const ANY = /\$\{\{\s*([^}]*?)\s*\}\}/g
const WHOLE = /^\$\{\{\s*([^}]*?)\s*\}\}$/

/** A name that the scope does not hold, where it stands in the value. */
interface UnknownName {
  readonly path: readonly (string | number)[]
  readonly expression: string
  /** What could stand there. */
  readonly known: readonly string[]
}

/**
 * Replaces substitutions in every string of a JSON value. Nothing cleverer: no expressions, no defaults, no nesting.
 *
 * A string that is one substitution takes the value with its type; inside a longer string the value becomes text.
 */
export function substitute(value: unknown, scope: Scope): { value: unknown; unknown: UnknownName[] } {
  const unknown: UnknownName[] = []
  const lookUp = (expression: string, path: readonly (string | number)[]): unknown => {
    const [root, key, ...rest] = expression.split('.')
    const names = root === 'params' ? scope.params : root === 'matrix' ? scope.matrix : undefined
    if (names && key !== undefined && rest.length === 0 && Object.hasOwn(names, key)) return names[key]
    const known = [
      ...Object.keys(scope.params).map((name) => `params.${name}`),
      ...Object.keys(scope.matrix).map((name) => `matrix.${name}`),
    ]
    unknown.push({ path, expression, known })
    return null
  }
  const walk = (node: unknown, path: readonly (string | number)[]): unknown => {
    if (typeof node === 'string') {
      const whole = WHOLE.exec(node)
      if (whole) return lookUp(whole[1]!, path)
      return node.replaceAll(ANY, (_, expression: string) => String(lookUp(expression, path)))
    }
    if (Array.isArray(node)) return node.map((item, i) => walk(item, [...path, i]))
    if (node !== null && typeof node === 'object') {
      return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, walk(item, [...path, key])]))
    }
    return node
  }
  return { value: walk(value, []), unknown }
}
