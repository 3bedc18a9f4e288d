import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { afterAll, beforeAll, describe, expect, expectTypeOf, it, vi } from 'vitest'

import {
  arrayOf,
  type Column,
  type ColumnKind,
  type Database,
  integer,
  json,
  nullable,
  type RowOf,
  runQuery,
  Statement,
  statement,
  text,
} from '../../src/data/database/index.ts'
import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../support/databases.ts'
import { root } from '../support/root.ts'
import { type DescribedColumn, describeStatement } from './support/describe-statement.ts'
import { type Family, type TableColumn, tableInterfaces } from './support/table-interfaces.ts'

/** Every statement that a module of kwx declares while this file runs, exported or not. */
const { declared } = vi.hoisted(() => ({ declared: new Set<unknown>() }))
vi.mock(import('../../src/data/database/connection/statement.ts'), async (original) => {
  const module = await original()
  return {
    ...module,
    statement: ((given: Parameters<typeof module.statement>[0]) => {
      const one = module.statement(given)
      declared.add(one)
      return one
    }) as typeof module.statement,
  }
})

/** Oids of the types of each kind, and of arrays of it. */
const TYPES: Record<ColumnKind, { readonly one: readonly number[]; readonly array: readonly number[] }> = {
  integer: { one: [21, 23], array: [1005, 1007] },
  bigint: { one: [20], array: [] },
  double: { one: [701], array: [1022] },
  text: { one: [25], array: [1009] },
  boolean: { one: [16], array: [1000] },
  timestamp: { one: [1184], array: [1185] },
  bytea: { one: [17], array: [1001] },
  json: { one: [114, 3802], array: [] },
}

const FAMILIES: Record<ColumnKind, Family> = {
  integer: 'number',
  bigint: 'number',
  double: 'number',
  text: 'text',
  boolean: 'boolean',
  timestamp: 'timestamp',
  bytea: 'bytea',
  json: 'json',
}

interface CatalogueColumn {
  readonly table_name: string
  readonly table_id: number
  readonly name: string
  readonly column_id: number
  readonly type_id: number
  readonly type: string
  readonly is_nullable: boolean
}

const readCatalogue = (db: Database) =>
  runQuery<CatalogueColumn>(
    db,
    `select relname as table_name, attrelid::integer as table_id, attname as name, attnum as column_id,
       atttypid::integer as type_id, format_type(atttypid, null) as type, not attnotnull as is_nullable
     from pg_attribute join pg_class on pg_class.oid = attrelid
     where relkind = 'r' and relnamespace = 'public'::regnamespace and attnum > 0 and not attisdropped
       and relname not like 'kysely%'
     order by relname, attnum`,
  )

/** Where the declared columns of a statement are not those of its result. */
async function faultsOf(
  db: Database,
  { text, columns }: Statement<Record<string, Column>>,
  catalogue: readonly CatalogueColumn[],
): Promise<string[]> {
  let described: readonly DescribedColumn[]
  try {
    described = await describeStatement(db, text)
  } catch (error) {
    return [`cannot be prepared: ${(error as Error).message}`]
  }
  const faults: string[] = []
  const names = described.map(({ name }) => name)
  for (const name of names) if (!(name in columns)) faults.push(`returns ${name}, which is not declared`)
  for (const [k, name] of names.entries()) if (names.indexOf(name) < k) faults.push(`returns ${name} twice`)
  for (const [name, { kind, isArray, isNullable }] of Object.entries(columns)) {
    const found = described.find((column) => column.name === name)
    if (!found) {
      faults.push(`declares ${name}, which is not returned`)
      continue
    }
    if (!TYPES[kind][isArray ? 'array' : 'one'].includes(found.dataTypeID)) {
      faults.push(`declares ${name} as ${kind}${isArray ? '[]' : ''}, which has the type with oid ${found.dataTypeID}`)
    }
    const from = catalogue.find(({ table_id, column_id }) => table_id === found.tableID && column_id === found.columnID)
    if (from?.is_nullable && !isNullable) {
      faults.push(`declares ${name} as not null; ${from.table_name}.${from.name} is nullable`)
    }
  }
  return faults
}

/** Statements that a module exports: by themselves, or in a record, an array or a map. */
function* statementsOf(name: string, value: unknown): Generator<[string, Statement<Record<string, Column>>]> {
  if (value instanceof Statement) yield [name, value]
  else if (value instanceof Map || Array.isArray(value)) {
    for (const [key, one] of value.entries()) yield* statementsOf(`${name} ${key}`, one)
  } else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    for (const [key, one] of Object.entries(value)) yield* statementsOf(`${name}.${key}`, one)
  }
}

const modules = (await Array.fromAsync(glob('{src/data/**,plugins/*/src/storage}/*.ts', { cwd: root }))).sort()
const statements: [string, Statement<Record<string, Column>>][] = []
for (const file of modules) {
  const exported = (await import(pathToFileURL(join(root, file)).href)) as Record<string, unknown>
  for (const [name, value] of Object.entries(exported)) statements.push(...statementsOf(`${file} ${name}`, value))
}
const declaredAtLoad = [...declared] as Statement<Record<string, Column>>[]

describe('statements', () => {
  it('are all exported', () => {
    const exported = new Set<unknown>(statements.map(([, one]) => one))
    expect(declaredAtLoad.filter((one) => !exported.has(one)).map(({ text }) => text)).toEqual([])
    expect(declaredAtLoad.length).toBe(exported.size)
    expect(exported.size).toBeGreaterThan(60)
  })

  it('infer the type of a row from the columns', () => {
    const example = statement({
      text: 'select 1',
      columns: { side: text<'yes' | 'no'>(), n: nullable(integer()), all: arrayOf(integer()), raw: json<{ a: 1 }>() },
    })
    expectTypeOf<RowOf<typeof example>>().toEqualTypeOf<{
      side: 'yes' | 'no'
      n: number | null
      all: number[]
      raw: { a: 1 }
    }>()
    expectTypeOf(example.first).returns.resolves.toEqualTypeOf<RowOf<typeof example> | null>()
  })

  it('and queries are in the storage of a plugin and nowhere else in it, and assert no type of a row', async () => {
    const guilty: string[] = []
    for await (const file of glob('{src,plugins/*/src}/**/*.ts', { cwd: root })) {
      const code = await readFile(join(root, file), 'utf8')
      const isOutside = file.startsWith('plugins/') && !/^plugins\/[^/]+\/src\/storage\//.test(file)
      if (isOutside && /\brunQuery\b|\bstatement\(|\.(selectFrom|insertInto|deleteFrom|updateTable)\(/.test(code)) {
        guilty.push(`${file}: outside storage`)
      }
      if (/\brunQuery</.test(code) && !/connection\/(run-query|statement)\.ts$/.test(file))
        guilty.push(`${file}: runQuery<Row>`)
    }
    expect(guilty).toEqual([])
  })
})

describe.each(databaseKinds)('on the $name database', (kind) => {
  let opened: OpenedDatabase
  let catalogue: CatalogueColumn[]
  beforeAll(async () => {
    opened = await migratedDatabase(kind)
    catalogue = await readCatalogue(opened.db)
  })
  afterAll(() => opened?.done())

  it('every statement returns the columns that it declares', async () => {
    const faults: string[] = []
    for (const [name, one] of statements) {
      for (const fault of await faultsOf(opened.db, one, catalogue)) faults.push(`${name} ${fault}`)
    }
    expect(faults).toEqual([])
  })

  it.each([
    ['select ticker from markets', 'returns ticker, which is not declared', 'declares name, which is not returned'],
    ['select 1 as name', 'declares name as text, which has the type with oid 23'],
    ['select result as name from markets', 'declares name as not null; markets.result is nullable'],
    [
      'with own as (select result from markets) select result as name from own',
      'declares name as not null; markets.result is nullable',
    ],
    ['select nothing as name from markets', 'cannot be prepared: column "nothing" does not exist'],
    [
      'select ticker as name, city as name from markets join events using (event_id)',
      'cannot be prepared: column reference "ticker" is ambiguous',
    ],
    ['select status as name, status as name from markets', 'returns name twice'],
    ['truncate markets', 'declares name, which is not returned'],
  ])('%s: is found to differ', async (wrong, ...faults) => {
    const one = new Statement(wrong, { name: text() })
    expect(await faultsOf(opened.db, one, catalogue)).toEqual(faults)
  })

  it('the interfaces of tables name the columns of the catalogue, with their nullability and family of types', async () => {
    const stored = new Map<string, Map<string, TableColumn>>()
    for (const { table_name, name, type_id, type, is_nullable } of catalogue) {
      const kinds = Object.keys(TYPES) as ColumnKind[]
      const isArray = kinds.some((one) => TYPES[one].array.includes(type_id))
      const kind = kinds.find((one) => TYPES[one].one.includes(type_id) || TYPES[one].array.includes(type_id))
      if (!kind) throw new Error(`${table_name}.${name} has the type ${type}, which no kind of column reads.`)
      const columns = stored.get(table_name) ?? new Map<string, TableColumn>()
      stored.set(table_name, columns.set(name, { family: isArray ? 'array' : FAMILIES[kind], isNullable: is_nullable }))
    }
    const plain = (tables: ReadonlyMap<string, ReadonlyMap<string, TableColumn>>) =>
      Object.fromEntries([...tables].map(([table, columns]) => [table, Object.fromEntries(columns)]))
    expect(plain(await tableInterfaces())).toEqual(plain(stored))
    expect(stored.size).toBeGreaterThan(25)
  })
})
