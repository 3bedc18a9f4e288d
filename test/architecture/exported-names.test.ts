import { describe, expect, it } from 'vitest'

import { CHANGED_IN_2 } from '../../src/framework/contributions/changed-in-2.ts'
import { apiSections, changedRows, readApiPage } from './api-page.ts'
import { EVERYTHING, kitSubpaths, readSources, type Sources, sourcesOf } from './read-sources.ts'

/** Names of the public API: subpath -> names. */
type Public = ReadonlyMap<string, ReadonlySet<string>>

const isProgram = (file: string) => /^(src|plugins\/[^/]+\/src)\//.test(file)

/** A plugin, or a room of the kit: a folder of a floor, or the files that lie on the floor itself. */
function roomOf(file: string): string {
  const parts = file.split('/')
  return parts.slice(0, parts[0] === 'plugins' ? 2 : Math.min(3, parts.length - 1)).join('/')
}

const keyOf = ({ file, name }: { readonly file: string; readonly name: string }) => `${file}#${name}`

/** Each name that an import takes, `*` resolved to all names of the file. Exporting a name again does not use it. */
const usesOf = (sources: Sources) =>
  [...sources.files.values()].flatMap(({ file, imports }) =>
    imports
      .filter(({ isReExport }) => !isReExport)
      .flatMap(({ to, names }) =>
        names.flatMap((name) => (name === '*' ? sources.namesOf(to) : [name])).map((name) => ({ file, to, name })),
      ),
  )

/** Names of the kit's subpaths that fewer than two plugins or rooms use and that are not public. */
function namesOfOneUser(sources: Sources, subpaths: ReadonlyMap<string, string>, isPublic: Public): string[] {
  const users = new Map<string, Set<string>>()
  for (const { file, to, name } of usesOf(sources)) {
    const origin = sources.originOf(to, name)
    if (!isProgram(file) || !origin || roomOf(origin.file) === roomOf(file)) continue
    const key = keyOf(origin)
    users.set(key, (users.get(key) ?? new Set()).add(roomOf(file)))
  }
  return [...subpaths].flatMap(([subpath, file]) =>
    sources
      .namesOf(file)
      .filter((name) => !isPublic.get(subpath)?.has(name))
      .flatMap((name) => {
        const by = [...(users.get(keyOf(sources.originOf(file, name)!)) ?? [])]
        return by.length > 1 ? [] : [`${subpath} exports ${name}, which only ${by[0] ?? 'nobody'} uses`]
      }),
  )
}

/** Names that a file exports and nothing outside it uses. */
function unusedNames(sources: Sources, subpaths: ReadonlyMap<string, string>, isPublic: Public): string[] {
  const used = new Set<string>()
  const use = (file: string, name: string) => {
    for (const step of sources.pathOf(file, name)) used.add(keyOf(step))
  }
  for (const { to, name } of usesOf(sources)) use(to, name)
  for (const [subpath, names] of isPublic) for (const name of names) use(subpaths.get(subpath) ?? '', name)
  return [...sources.files.values()]
    .filter(({ file }) => isProgram(file) && !OWNED_TABLES.test(file))
    .flatMap(({ file, code, exports }) =>
      exports
        .filter(({ name }) => name !== 'default' && !used.has(keyOf({ file, name })) && !isStatement(code, name))
        .map(({ name }) => `${file} exports ${name}, which nothing uses`),
    )
}

/** An SQL statement: test/database/statements.test.ts imports every file and prepares each statement that it exports. */
function isStatement(code: string, name: string): boolean {
  const declares = /\b(statement|packedStatements)\(/.test(code)
  return declares && new RegExp(`^export const ${name}\\b(?!.* => )`, 'm').test(code) // a value, no function
}

/** Row types of a plugin's tables: what the plugin owns, whether its code names each row type or not. */
const OWNED_TABLES = /^plugins\/[^/]+\/src\/storage\/tables\.ts$/

describe('exported names', async () => {
  const [sources, page] = await Promise.all([readSources(EVERYTHING), readApiPage()])
  const subpaths = kitSubpaths()
  const sections = apiSections(page)
  const isPublic = new Map([...sections].map(([subpath, section]) => [subpath, section.isPublic]))

  it('are there where they are imported', () => {
    const missing = usesOf(sources)
      .filter(({ file }) => isProgram(file) || /^b(ench|in)\//.test(file)) // tests hold imports in texts
      .filter(({ to, name }) => sources.files.has(to) && sources.pathOf(to, name).length === 0)
      .map(({ file, to, name }) => `${file} imports ${name}, which ${to} does not export`)
    expect(missing).toEqual([])
  })

  it('are used outside their file', () => expect(unusedNames(sources, subpaths, isPublic)).toEqual([]))

  it('of the kit serve two plugins or rooms, or are public in docs/api.md', () =>
    expect(namesOfOneUser(sources, subpaths, isPublic)).toEqual([]))

  it.each([...subpaths])('of %s are those of its section in docs/api.md', (subpath, file) => {
    const { isPublic = new Set(), isShared = new Set() } = sections.get(subpath) ?? {}
    expect([...isPublic, ...isShared].sort()).toEqual(sources.namesOf(file))
  })

  it('have a section in docs/api.md for subpaths that exist only', () =>
    expect([...sections.keys()].filter((subpath) => !subpaths.has(subpath))).toEqual([]))

  it('that left with API 2 are told in docs/api.md as they are to a plugin, and are gone', () => {
    const told = changedRows(page).map(({ subpath, names, place }) => [subpath, place, names.join(' ')])
    const known = Object.entries(CHANGED_IN_2).flatMap(([subpath, places]) =>
      Object.entries(places).map(([place, names]) => [subpath, place, names]),
    )
    expect(told.sort()).toEqual(known.sort())
    const still = known.flatMap(([subpath, , names]) => {
      const exported = sources.namesOf(subpaths.get(subpath!) ?? '')
      return names!.split(' ').filter((name) => exported.includes(name))
    })
    expect(still).toEqual([])
    const lost = known.flatMap(([, place, names]) => {
      const file = subpaths.get(place!)
      return file ? names!.split(' ').filter((name) => !sources.namesOf(file).includes(name)) : []
    })
    expect(lost).toEqual([])
  })
})

describe('the rules of exported names', () => {
  const subpaths = new Map([['kwx/market', 'src/domain/market/index.ts']])
  const kit = {
    'src/domain/market/index.ts': "export { fee } from './fees.ts'\nexport * from './sides.ts'",
    'src/domain/market/fees.ts': 'export const fee = 1\nexport interface Fee {}',
    'src/domain/market/sides.ts': 'export type Side = 1',
  }
  const planted = (files: Record<string, string>) => sourcesOf({ ...kit, ...files }, subpaths)

  it('find what nothing uses, through indexes and stars', () => {
    expect(unusedNames(planted({}), subpaths, new Map())).toEqual([
      'src/domain/market/index.ts exports fee, which nothing uses',
      'src/domain/market/fees.ts exports fee, which nothing uses',
      'src/domain/market/fees.ts exports Fee, which nothing uses',
      'src/domain/market/sides.ts exports Side, which nothing uses',
    ])
  })

  it.each([
    ['an import', "import { fee, type Side } from 'kwx/market'"],
    ['a renamed import', "import { type Side as S, fee as f } from 'kwx/market'"],
    ['a namespace', "import * as m from 'kwx/market'\nconst x: m.Side = m.fee"],
    ['an import at run time', "const { fee, Side } = await import('kwx/market')"],
    [
      'one of several',
      "const [{ fee: f, Side }, { b }] = await Promise.all([import('kwx/market'), import('node:fs')])",
    ],
    ['the last of several', "const [x, { fee, Side }] = await Promise.all([\n  g(1, 2),\n  import('kwx/market'),\n])"],
    ['a continuation', "load(import('kwx/market').then(({ fee, Side }) => fee))"],
  ])('see the use in %s', (_, code) => {
    expect(unusedNames(planted({ 'test/a.test.ts': code }), subpaths, new Map())).toEqual([
      'src/domain/market/fees.ts exports Fee, which nothing uses',
    ])
  })

  it('skip what is public', () => {
    const isPublic = new Map([['kwx/market', new Set(['fee', 'Side'])]])
    expect(unusedNames(planted({}), subpaths, isPublic)).toEqual([
      'src/domain/market/fees.ts exports Fee, which nothing uses',
    ])
    expect(namesOfOneUser(planted({}), subpaths, isPublic)).toEqual([])
  })

  it('leave SQL statements to the test that prepares them', () => {
    const storage = {
      'plugins/blend/src/storage/a.ts':
        'export const rows = statement({ text })\nexport const other = (a: number) => a',
    }
    expect(unusedNames(planted(storage), subpaths, new Map())).toContain(
      'plugins/blend/src/storage/a.ts exports other, which nothing uses',
    )
    expect(unusedNames(planted(storage), subpaths, new Map()).join()).not.toContain('exports rows')
  })

  it('find a name of the kit that one plugin uses, and let two or a room and a plugin pass', () => {
    const one = { 'plugins/blend/src/a.ts': "import { fee, type Side } from 'kwx/market'" }
    const two = { 'plugins/audit/src/a.ts': "import { fee } from 'kwx/market'" }
    const room = { 'src/domain/trading/a.ts': "import type { Side } from '../market/sides.ts'" }
    expect(namesOfOneUser(planted(one), subpaths, new Map())).toEqual([
      'kwx/market exports Side, which only plugins/blend uses',
      'kwx/market exports fee, which only plugins/blend uses',
    ])
    expect(namesOfOneUser(planted({ ...one, ...two, ...room }), subpaths, new Map())).toEqual([])
  })
})
