import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseStatus, TABLES } from '../../src/data/database/connection/database-status.ts'
import { migrate } from '../../src/data/database/connection/migrate.ts'

import {
  type Database,
  ensureMigrated,
  migrationStates,
  openDatabase,
  runQuery,
} from '../../src/data/database/index.ts'
import { databaseKinds } from '../support/databases.ts'
import { root } from '../support/root.ts'

const names = readdirSync(join(root, 'migrations'))
  .filter((file) => /^\d{4}-.*\.ts$/.test(file))
  .map((file) => file.replace('.ts', ''))
  .sort()

/** Everything that a migration can leave behind: tables, views, indexes, constraints, columns with their types. */
const shapeOf = (db: Database) =>
  runQuery(
    db,
    `select 'column' as kind, table_name || '.' || column_name as name, data_type || ' ' || is_nullable as what
     from information_schema.columns where table_schema = 'public' and table_name not like 'kysely%'
     union all select 'index', indexname, indexdef from pg_indexes where schemaname = 'public' and tablename not like 'kysely%'
     union all select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
       from pg_constraint where connamespace = 'public'::regnamespace and conrelid::regclass::text not like 'kysely%'
       and contype <> 'n'
     order by 1, 2`,
  )

describe.each(databaseKinds)('migrations on the $name database', (kind) => {
  let url: string
  let drop: () => Promise<void>
  let db: Database
  beforeAll(async () => {
    ;({ url, drop } = await kind.create())
    db = await openDatabase({ url })
  })
  afterAll(async () => {
    await db?.destroy()
    await drop?.()
  })

  it('go up from nothing, and each goes down and up again from where the previous one left off', async () => {
    expect(await shapeOf(db)).toEqual([])
    expect(await migrate(db)).toEqual(names.map((name) => ({ name, direction: 'up' })))
    expect(await migrate(db)).toEqual([])
    const whole = await shapeOf(db)
    const shapes: unknown[] = []
    for (const name of names.toReversed()) {
      expect(await migrate(db, 'down')).toEqual([{ name, direction: 'down' }])
      const down = await shapeOf(db)
      shapes.push(down)
      const { up, down: back } = await import(`../../migrations/${name}.ts`)
      await up(db)
      await back(db)
      expect(await shapeOf(db)).toEqual(down)
    }
    expect(shapes.at(-1)).toEqual([])
    expect(await migrate(db, 'down')).toEqual([])
    await migrate(db)
    expect(await shapeOf(db)).toEqual(whole)
  })

  it('make every table of the schema, and views that people can read', async () => {
    const status = await databaseStatus(db, url)
    expect(Object.keys(status.rows)).toEqual([...TABLES])
    expect(status.migrations.every(({ appliedAt }) => appliedAt !== null)).toBe(true)
    for (const view of ['candles_view', 'trades_view', 'quotes_view', 'observations_view', 'settlements_view']) {
      expect(await runQuery(db, `select * from ${view}`)).toEqual([])
    }
  })

  it('make the index that finds complete candles', async () => {
    expect(
      await runQuery(db, `select indexdef from pg_indexes where indexname = 'candles_complete_end_minute'`),
    ).toEqual([{ indexdef: expect.stringContaining('(complete, end_minute)') }])
  })

  it('are applied by ensureMigrated when the database is embedded, and left to a person on a server', async () => {
    await migrate(db, 'down')
    if (kind.name === 'embedded') {
      await ensureMigrated(db, url)
    } else {
      await expect(ensureMigrated(db, url)).rejects.toMatchObject({
        code: 'MIGRATION_PENDING',
        exit: 2,
        hint: expect.stringContaining('kwx db migrate'),
        details: { pending: [names.at(-1)] },
      })
      await migrate(db)
    }
    await ensureMigrated(db, url)
    expect((await migrationStates(db)).map(({ name }) => name)).toEqual(names)
  })

  it('name the one that fails and change nothing', async () => {
    const relations = async () => (await db.introspection.getTables()).map(({ name }) => name)
    const whole = await relations()
    await migrate(db, 'down')
    const left = await relations()
    const taken = whole.find((name) => !left.includes(name))!
    await runQuery(db, `create view ${taken} as select 1 as in_the_way`)
    await expect(migrate(db)).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining(names.at(-1)!),
    })
    await runQuery(db, `drop view ${taken}`)
    await migrate(db)
  })
})

describe.each(databaseKinds.filter(({ name }) => name === 'server'))('a $name', (kind) => {
  it('is migrated once when many processes start at the same time', async () => {
    const { url, drop } = await kind.create()
    const all = await Promise.all(Array.from({ length: 5 }, () => openDatabase({ url })))
    try {
      const applied = await Promise.all(all.map((db) => migrate(db)))
      expect(applied.flat()).toHaveLength(names.length)
    } finally {
      await Promise.all(all.map((db) => db.destroy()))
      await drop()
    }
  })
})
