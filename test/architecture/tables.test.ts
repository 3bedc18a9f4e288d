import { describe, expect, it } from 'vitest'

import { PROGRAM, readSources, type Source, type Sources, sourcesOf } from './read-sources.ts'

const pluginOf = (file: string) => /^plugins\/([^/]+)\/src\//.exec(file)?.[1]

/** Table -> the plugin that owns it, from the keys of the `...Tables` type in its storage/tables.ts. */
function owners(sources: Sources): Map<string, string> {
  const found = new Map<string, string>()
  for (const { file, code } of sources.files.values()) {
    const plugin = pluginOf(file)
    if (!plugin || !file.endsWith('/src/storage/tables.ts')) continue
    for (const [, body = ''] of code.matchAll(/\b(?:type|interface) \w+Tables\b[^{]*\{([^}]*)\}/g))
      for (const [, table = ''] of body.matchAll(/^\s*(?:readonly )?(\w+):/gm)) found.set(table, plugin)
  }
  return found
}

const IN_SQL = /\b(?:from|join|into|update|table|truncate|only)\s+(?:only\s+)?"?(\w+)"?|\busing\s+"?(\w+)"?/gi
const IN_KYSELY =
  /\b(?:selectFrom|insertInto|updateTable|deleteFrom|mergeInto|replaceInto|innerJoin|leftJoin|rightJoin|fullJoin|crossJoin|using|from|table|bulkLoad\(\w+,)\s*(?:<[^>]*>)?\(?\s*\[?\s*'(\w+)(?: as \w+)?'/g

/** The tables that a file names where SQL or Kysely reads or writes one. */
function tablesIn({ code, literals }: Source): Set<string> {
  const inSql = literals.flatMap(({ text }) => [...text.matchAll(IN_SQL)].flatMap(([, a, b]) => a ?? b ?? []))
  const inCalls = [...code.matchAll(IN_KYSELY)].map(([, table]) => table!)
  return new Set([...inSql.map((table) => table.toLowerCase()), ...inCalls])
}

/** Plugins that name a table of another plugin, spelled out. */
function trespasses(sources: Sources): string[] {
  const ownerOf = owners(sources)
  return [...sources.files.values()].flatMap((source) => {
    const plugin = pluginOf(source.file)
    if (plugin === undefined) return []
    return [...tablesIn(source)]
      .filter((table) => ownerOf.has(table) && ownerOf.get(table) !== plugin)
      .map((table) => `${source.file} names ${table}, which plugins/${ownerOf.get(table)} owns`)
  })
}

describe('the tables of plugins', async () => {
  const sources = await readSources(PROGRAM)

  it('have one owner each', () => {
    const ownerOf = owners(sources)
    expect(ownerOf.get('rt_signals')).toBe('rt-loop')
    expect(ownerOf.get('promotions')).toBe('models')
    expect(ownerOf.get('fee_changes')).toBe('dataset')
    expect(ownerOf.get('simulated_truth')).toBe('simulate')
    expect(ownerOf.size).toBeGreaterThanOrEqual(15)
  })

  it('are seen where their owner uses them', () => {
    const seen = new Set([...sources.files.values()].flatMap((source) => [...tablesIn(source)]))
    expect([...owners(sources).keys()].filter((table) => !seen.has(table))).toEqual([])
  })

  it('are named by no other plugin', () => expect(trespasses(sources)).toEqual([]))

  it.each([
    ['a template', 'const text = `select * from rt_signals s`'],
    ['a join', 'const text = `select 1 from markets m join rt_signals s using (market_ticker)`'],
    ['a write', "const text = 'INSERT INTO rt_signals (city) values ($1)'"],
    ['an update', 'const text = `update rt_signals set city = $1`'],
    ['a deletion', 'const text = `delete from rt_signals`'],
    ['a call', "db.selectFrom('rt_signals').selectAll()"],
    ['a call with an alias', "db.selectFrom(['rt_signals as s']).selectAll()"],
    ['a join call', "db.selectFrom('markets').innerJoin('rt_signals', 'a', 'b')"],
    ['a loading call', "await bulkLoad(db, 'rt_signals', rows)"],
    ['a writing call', "db.insertInto('rt_signals').values(row)"],
  ])('of another plugin are found in %s', (_, code) => {
    const planted = sourcesOf({
      'plugins/rt-loop/src/storage/tables.ts': 'export type LoopTables = {\n  rt_signals: RtSignalsTable\n}',
      'plugins/audit/src/storage/peek.ts': code,
    })
    expect(trespasses(planted)).toEqual([
      'plugins/audit/src/storage/peek.ts names rt_signals, which plugins/rt-loop owns',
    ])
  })
})
