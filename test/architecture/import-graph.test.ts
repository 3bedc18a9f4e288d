import { describe, expect, it } from 'vitest'

import { PROGRAM, readSources, type Sources, sourcesOf } from './read-sources.ts'

interface Edge {
  readonly from: string
  readonly to: string
}

/** Every import of every file; files of the repository as paths from its root, the rest as it is written. */
const edgesOf = (sources: Sources): Edge[] =>
  [...sources.files.values()].flatMap(({ file, imports }) => imports.map(({ to }) => ({ from: file, to })))

const spelled = (edges: readonly Edge[]) => edges.map(({ from, to }) => `${from} -> ${to}`)

/** The floors of src, from the lowest; what stands in src itself is above them all. */
const FLOORS = ['src/base/', 'src/domain/', 'src/data/', 'src/framework/', 'src/'] as const
const floorOf = (path: string) => FLOORS.findIndex((floor) => path.startsWith(floor))

const isUpward = ({ from, to }: Edge) => floorOf(from) >= 0 && floorOf(to) > floorOf(from)

/** Each circle of files once, as the path from its first file back to it. */
function circles(sources: Sources): string[] {
  const edges = Map.groupBy(edgesOf(sources), ({ from }) => from)
  const state = new Map<string, 'open' | 'done'>()
  const found: string[] = []
  const path: string[] = []
  const visit = (file: string) => {
    state.set(file, 'open')
    path.push(file)
    for (const { to } of edges.get(file) ?? []) {
      if (state.get(to) === 'open') found.push([...path.slice(path.indexOf(to)), to].join(' -> '))
      else if (!state.has(to)) visit(to)
    }
    path.pop()
    state.set(file, 'done')
  }
  for (const file of sources.files.keys()) if (!state.has(file)) visit(file)
  return found
}

/** The part of the tree that owns a path. */
const home = (path: string) => /^(src|plugins\/[^/]+|migrations)\//.exec(path)?.[1]

const isPure = (path: string) => /^src\/(domain|base\/(random|svg|time))\//.test(path)

const FORBIDDEN: Readonly<Record<string, (edge: Edge) => boolean>> = {
  'plugins never import each other': ({ from, to }) =>
    from.startsWith('plugins/') && (to.startsWith('@kwx/') || (to.startsWith('plugins/') && home(to) !== home(from))),
  'the kit does not know its plugins': ({ from, to }) =>
    from.startsWith('src/') && (to.startsWith('@kwx/') || to.startsWith('plugins/')),
  'a floor of src imports only floors below it': isUpward,
  'only src/data/database opens connections': ({ from, to }) =>
    /^(pg|pg-cursor|pg-copy-streams|@electric-sql\/.*)$/.test(to) && !from.startsWith('src/data/database/'),
  'only migrations, src/data/database and the storage of plugins know kysely': ({ from, to }) =>
    /^kysely/.test(to) && !/^(src\/data\/database|migrations|plugins\/[^/]+\/src\/storage)\//.test(from),
  'the pure parts touch no files, network or processes': ({ from, to }) =>
    isPure(from) && /^node:(fs|net|http|https|child_process|os|worker_threads|process)/.test(to),
  'the pure parts do not reach into database, sources or pipeline': ({ from, to }) =>
    isPure(from) && /^src\/(data|framework)\//.test(to),
  'only src/base/schema knows Ajv': ({ from, to }) => /^ajv/.test(to) && !from.startsWith('src/base/schema/'),
}

/** Plugins reach the kit by its names; a path into src, or oclif itself, is another copy or another version. */
const pathsIntoKit = (sources: Sources): string[] =>
  [...sources.files.values()].flatMap(({ file, imports }) =>
    imports
      .filter(
        ({ to, specifier }) => (to.startsWith('src/') && !/^kwx(\/|$)/.test(specifier)) || to.startsWith('@oclif/'),
      )
      .filter(() => file.startsWith('plugins/'))
      .map(({ specifier }) => `${file} -> ${specifier}`),
  )

describe('the import graph', async () => {
  const sources = await readSources(PROGRAM)
  const edges = edgesOf(sources)

  it('is read whole: files are there, and every relative import names one of them', () => {
    expect(sources.files.size).toBeGreaterThan(500)
    expect(edges.length).toBeGreaterThan(2000)
    const lost = [...sources.files.values()].flatMap(({ file, imports }) =>
      imports
        .filter(({ to, specifier }) => specifier.startsWith('.') && !sources.files.has(to) && !to.endsWith('.json'))
        .map(({ specifier }) => `${file} -> ${specifier}`),
    )
    expect(lost).toEqual([])
  })

  it.each(Object.entries(FORBIDDEN))('%s', (_, forbidden) => expect(spelled(edges.filter(forbidden))).toEqual([]))

  it('plugins know the kit by name only', () => expect(pathsIntoKit(sources)).toEqual([]))

  it('has no circle, types included', () => expect(circles(sources)).toEqual([]))
})

describe('the rules of the import graph', () => {
  const edge = (from: string, to: string) => ({ from, to })

  it.each([
    ['plugins never import each other', edge('plugins/audit/src/a.ts', 'plugins/blend/src/b.ts')],
    ['plugins never import each other', edge('plugins/audit/src/a.ts', '@kwx/plugin-blend')],
    ['the kit does not know its plugins', edge('src/framework/a.ts', 'plugins/blend/src/b.ts')],
    ['a floor of src imports only floors below it', edge('src/base/time/a.ts', 'src/domain/origin.ts')],
    ['a floor of src imports only floors below it', edge('src/data/a.ts', 'src/framework/step.ts')],
    ['a floor of src imports only floors below it', edge('src/framework/a.ts', 'src/index.ts')],
    ['only src/data/database opens connections', edge('src/data/clients/a.ts', 'pg')],
    ['only migrations, src/data/database and the storage of plugins know kysely', edge('plugins/a/src/b.ts', 'kysely')],
    ['the pure parts touch no files, network or processes', edge('src/domain/model/a.ts', 'node:fs/promises')],
    ['the pure parts do not reach into database, sources or pipeline', edge('src/base/time/a.ts', 'src/data/b.ts')],
    ['only src/base/schema knows Ajv', edge('src/domain/a.ts', 'ajv')],
  ])('%s: %o', (rule, planted) => expect(FORBIDDEN[rule]!(planted)).toBe(true))

  it('finds circles, through types, re-exports and imports at run time too', () => {
    const planted = sourcesOf({
      'src/base/a.ts': "import type { B } from './b.ts'\nexport interface A {}",
      'src/base/b.ts': "export * from './c.ts'\nexport interface B {}",
      'src/base/c.ts': "export const c = async () => (await import('./a.ts')).A",
      'src/base/d.ts': "import { c } from './c.ts'",
    })
    expect(circles(planted)).toEqual(['src/base/a.ts -> src/base/b.ts -> src/base/c.ts -> src/base/a.ts'])
  })

  it('finds a path from a plugin into the kit', () => {
    const planted = sourcesOf({
      'src/base/errors.ts': 'export const EXIT = {}',
      'plugins/a/src/b.ts': "import { EXIT } from '../../../src/base/errors.ts'\nimport { Flags } from '@oclif/core'",
    })
    expect(pathsIntoKit(planted)).toEqual([
      'plugins/a/src/b.ts -> ../../../src/base/errors.ts',
      'plugins/a/src/b.ts -> @oclif/core',
    ])
  })
})
