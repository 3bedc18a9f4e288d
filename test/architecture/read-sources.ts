import { readFileSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

import { root } from '../support/root.ts'
import { type Literal, scan } from './scan-code.ts'

/** One import, re-export or `import()` of a file. */
export interface Import {
  /** A path from the root for a file of the repository, else the specifier as it is written. */
  readonly to: string
  /** As it is written. */
  readonly specifier: string
  /** The names that are taken, as the other file exports them; `*` where all may be. */
  readonly names: readonly string[]
  /** True where this file exports the names again. */
  readonly isReExport: boolean
}

/** A name that a file exports, and where it comes from when another file of the repository declares it. */
export interface Export {
  readonly name: string
  readonly from?: { readonly file: string; readonly name: string }
}

/** What one source file imports and exports. */
export interface Source {
  /** A path from the root. */
  readonly file: string
  readonly text: string
  /** The text without comments. */
  readonly code: string
  readonly literals: readonly Literal[]
  readonly imports: readonly Import[]
  readonly exports: readonly Export[]
  /** Files whose names are all exported again: `export * from`. */
  readonly stars: readonly string[]
}

/** The sources of the repository, and names followed through re-exports. */
export interface Sources {
  readonly files: ReadonlyMap<string, Source>
  /** Every name that a file exports, those of `export * from` included. */
  namesOf(file: string): string[]
  /** The file that declares an exported name. */
  originOf(file: string, name: string): { readonly file: string; readonly name: string } | undefined
  /** The files that a name is exported through, from the one that is asked to the one that declares it. */
  pathOf(file: string, name: string): { readonly file: string; readonly name: string }[]
}

interface PackageJson {
  readonly exports: Readonly<Record<string, { readonly 'kwx-source': string } | string>>
}

/** The subpaths of the kit (`kwx`, `kwx/market`, ...) with the file behind each. */
export function kitSubpaths(): Map<string, string> {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PackageJson
  return new Map(
    Object.entries(exports).flatMap(([name, to]) =>
      typeof to === 'string' ? [] : [[`kwx${name.slice(1)}`, to['kwx-source'].slice('./'.length)] as const],
    ),
  )
}

/** What runs, or is compiled into what runs. */
export const PROGRAM = '{src,migrations,plugins/*/src}/**/*.ts'
/** All that uses the program: itself, its tests, its benchmarks and the entries in bin/. */
export const EVERYTHING = `{${PROGRAM},{test,bench,bin,plugins/*/test}/**/*.{ts,js}}`

/** Reads the sources that a pattern names. */
export async function readSources(pattern: string): Promise<Sources> {
  const subpaths = kitSubpaths()
  const names = await Array.fromAsync(glob(pattern, { cwd: root }))
  const known = new Set(names)
  const sources = await Promise.all(
    names.sort().map(async (file) => readSource(file, await readFile(join(root, file), 'utf8'), known, subpaths)),
  )
  return followed(new Map(sources.map((source) => [source.file, source])))
}

/** Sources from texts, for tests of the rules. */
export function sourcesOf(texts: Readonly<Record<string, string>>, subpaths = new Map<string, string>()): Sources {
  const known = new Set(Object.keys(texts))
  return followed(new Map(Object.entries(texts).map(([file, text]) => [file, readSource(file, text, known, subpaths)])))
}

function readSource(
  file: string,
  text: string,
  known: ReadonlySet<string>,
  subpaths: ReadonlyMap<string, string>,
): Source {
  const { code, literals } = scan(text)
  const resolve = (specifier: string) => resolved(file, specifier, known, subpaths)
  const imports: Import[] = []
  const exports: Export[] = []
  const stars: string[] = []
  const locals = new Map<string, { file: string; name: string }>()
  const add = (specifier: string, names: readonly string[], isReExport = false) =>
    imports.push({ to: resolve(specifier), specifier, names, isReExport })

  for (const [, clause = '', specifier = ''] of code.matchAll(
    /\bimport\s+(?:type\s+)?([^'"();]*?)\s*from\s*'([^']+)'/g,
  )) {
    const { named, namespace, first } = clauseOf(clause)
    for (const { name, as } of named) locals.set(as, { file: resolve(specifier), name })
    add(specifier, [
      ...named.map(({ name }) => name),
      ...(first ? ['default'] : []),
      ...(namespace ? membersOf(code, namespace) : []),
    ])
  }
  for (const [, specifier = ''] of code.matchAll(/\bimport\s*'([^']+)'/g)) add(specifier, [])
  for (const { specifier, names } of dynamicImports(code)) add(specifier, names)

  for (const [, list = '', specifier] of code.matchAll(/^export\s+(?:type\s+)?\{([^}]*)\}(?:\s*from\s*'([^']+)')?/gm)) {
    const named = namesIn(list)
    for (const { name, as } of named) {
      const from = specifier ? { file: resolve(specifier), name } : locals.get(name)
      exports.push({ name: as, ...(from ? { from } : {}) })
    }
    if (specifier) {
      add(
        specifier,
        named.map(({ name }) => name),
        true,
      )
    }
  }
  for (const [, specifier = ''] of code.matchAll(/^export\s+(?:type\s+)?\*\s*from\s*'([^']+)'/gm)) {
    stars.push(resolve(specifier))
    add(specifier, [], true)
  }
  const declared =
    /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|class|const|let|interface|type|enum)\s+(\w+)/gm
  for (const [, name = ''] of code.matchAll(declared)) exports.push({ name })
  for (const [, list = ''] of code.matchAll(/^export\s+const\s+\{([^}]*)\}/gm))
    for (const { as } of namesIn(list)) exports.push({ name: as })
  if (/^export\s+default\b/m.test(code)) exports.push({ name: 'default' })
  return { file, text, code, literals, imports, exports, stars }
}

/** `a, { b, type c as d }` or `* as e` of an import. */
function clauseOf(clause: string) {
  const [, list] = /\{([\s\S]*)\}/.exec(clause) ?? []
  const [, namespace] = /\*\s*as\s+(\w+)/.exec(clause) ?? []
  const [, first] = /^(\w+)\s*(?:,|$)/.exec(clause.trim()) ?? []
  return { named: namesIn(list ?? ''), namespace, first }
}

/** `a, type b, c as d, e: f` as pairs of the other file's name and the one in use here. */
const namesIn = (list: string): { name: string; as: string }[] =>
  split(list).flatMap((part) => {
    const [, name, as] = /^(?:type\s+)?(\w+)(?:\s*(?:\bas\b|:)\s*(\w+))?/.exec(part) ?? []
    return name ? [{ name, as: as ?? name }] : []
  })

/** `import('...')`, with the names that are taken from it. */
function* dynamicImports(code: string): Generator<{ specifier: string; names: readonly string[] }> {
  const call = /\bimport\(\s*['`]([^'`$]+)['`],?\s*(?:\{[^}]*\}\s*,?\s*)?\)/g
  for (const found of code.matchAll(call)) {
    const before = code.slice(0, found.index)
    const after = code.slice(found.index + found[0].length)
    yield { specifier: found[1]!, names: takenNames(code, before, after) }
  }
}

function takenNames(code: string, before: string, after: string): readonly string[] {
  const [, member] = /^\)?\.(?!then\b)(\w+)/.exec(after) ?? []
  if (member) return [member]
  const [, listed] = /^\)?\s*\.then\(\s*(?:async\s*)?\(\{([^}]*)\}/.exec(after) ?? []
  if (listed !== undefined) return namesIn(listed).map(({ name }) => name)
  const [, bound] = /(\{[^{}]*\}|\w+)\s*(?:\?\?)?=\s*\(?\s*(?:await\s+)?\(?$/.exec(before) ?? []
  if (bound) return boundNames(code, bound)
  // const [{ a }, { b }] = await Promise.all([import('x'), import('y')])
  const start = before.lastIndexOf('Promise.all([')
  const [, pattern] = /\[([^=]*)\]\s*=\s*\(?await\s*$/.exec(before.slice(0, Math.max(start, 0))) ?? []
  if (pattern === undefined) return ['*']
  const place = split(`${before.slice(start + 'Promise.all(['.length)}x`).length - 1
  return boundNames(code, split(pattern.slice(opening(pattern)))[place] ?? '')
}

/** Where the brackets that a pattern ends in begin: text before them is of other statements. */
function opening(pattern: string): number {
  let depth = 0
  for (let i = pattern.length - 1; i >= 0; i--) {
    if ('}])'.includes(pattern[i]!)) depth++
    if ('{[('.includes(pattern[i]!) && --depth < 0) return i + 1
  }
  return 0
}

const boundNames = (code: string, pattern: string): readonly string[] =>
  pattern.startsWith('{')
    ? namesIn(pattern.slice(1, pattern.lastIndexOf('}'))).map(({ name }) => name)
    : membersOf(code, pattern)

/** The members of a namespace that a text uses, or all of them where it is handed on. */
function membersOf(code: string, namespace: string): string[] {
  const members = [...code.matchAll(new RegExp(`(?<![\\w.])${namespace}\\.(\\w+)`, 'g'))].map(([, name]) => name!)
  return members.length > 0 ? members : ['*']
}

/** The parts of a list, split at its own commas. */
export function split(list: string): string[] {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const letter of list) {
    if ('{[('.includes(letter)) depth++
    if ('}])'.includes(letter)) depth--
    if (letter === ',' && depth === 0) {
      parts.push(part.trim())
      part = ''
    } else part += letter
  }
  return [...parts, part.trim()].filter((one) => one !== '')
}

/** A path from the root, from dist to src and from `.js` to `.ts` where that is the file. */
function resolved(
  from: string,
  specifier: string,
  known: ReadonlySet<string>,
  subpaths: ReadonlyMap<string, string>,
): string {
  const inKit = subpaths.get(specifier)
  if (inKit) return inKit
  if (!specifier.startsWith('.')) return specifier
  const path = relative(root, join(root, dirname(from), specifier))
  const source = path.replace(/(^|\/)dist\//, '$1src/').replace(/\.js$/, '.ts')
  return [path, source, source.replace(/^src\/migrations\//, 'migrations/')].find((one) => known.has(one)) ?? path
}

function followed(files: ReadonlyMap<string, Source>): Sources {
  const pathOf: Sources['pathOf'] = (file, name) => {
    const source = files.get(file)
    if (!source) return []
    const own = source.exports.find((one) => one.name === name)
    if (own) {
      const { from } = own
      return [{ file, name }, ...(from && files.has(from.file) ? pathOf(from.file, from.name) : [])]
    }
    for (const star of source.stars) {
      const path = name === 'default' ? [] : pathOf(star, name)
      if (path.length > 0) return [{ file, name }, ...path]
    }
    return []
  }
  const namesOf: Sources['namesOf'] = (file) => {
    const { exports = [], stars = [] } = files.get(file) ?? {}
    const starred = stars.flatMap((star) => namesOf(star)).filter((name) => name !== 'default')
    return [...new Set([...exports.map(({ name }) => name), ...starred])].sort()
  }
  return { files, namesOf, pathOf, originOf: (file, name) => pathOf(file, name).at(-1) }
}
