/*
 * What the database's catalogue holds, for the checks of an acceptance report.
 */
import type { Database } from 'kwx/database'

/** Names of the tables. */
export const presentTables = async (db: Database): Promise<ReadonlySet<string>> =>
  new Set((await db.introspection.getTables()).map(({ name }) => name))

type Catalog = {
  'pg_catalog.pg_indexes': { schemaname: string; tablename: string; indexdef: string }
}

/** `table (column, column)` of every index of the schema in use. */
export async function indexedColumns(db: Database): Promise<Set<string>> {
  const rows = await db
    .withTables<Catalog>()
    .selectFrom('pg_catalog.pg_indexes')
    .select(['tablename', 'indexdef'])
    .where('schemaname', 'not in', ['pg_catalog', 'information_schema'])
    .execute()
  return new Set(rows.map(({ tablename, indexdef }) => `${tablename} (${/\(([^)]*)\)/.exec(indexdef)?.[1] ?? ''})`))
}
