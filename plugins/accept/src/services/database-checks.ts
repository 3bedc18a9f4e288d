import { type Database, migrationStates } from 'kwx/database'

import type { Check } from '../reports.ts'
import { indexedColumns, presentTables } from '../storage/catalogue.ts'

/** What the pilot's phases write to and read from. */
const TABLES = [
  'candles',
  'completeness',
  'events',
  'markets',
  'observations',
  'raw_payloads',
  'runs',
  'series',
  'settlements',
  'step_runs',
  'trades',
]

/** Indexes by their columns, in order: names differ between databases. */
const INDEXES = [
  { table: 'candles', columns: 'complete, end_minute' },
  { table: 'candles', columns: 'market_id, period_minutes, end_minute' },
  { table: 'trades', columns: 'market_id, ordinal' },
]

/** Tables of phases that come after this one: what is missing of them is no failure of the pilot. */
const LATER = ['models', 'promotions', 'rt_signals']

/** Asks the database what it holds. */
export async function databaseChecks(db: Database): Promise<Check[]> {
  const migrations = await migrationStates(db)
  const pending = migrations.filter(({ appliedAt }) => appliedAt === null).map(({ name }) => name)
  const present = await presentTables(db)
  const missing = TABLES.filter((table) => !present.has(table))
  const indexes = await indexedColumns(db)
  const unindexed = INDEXES.filter(({ table, columns }) => !indexes.has(`${table} (${columns})`))
  const named = unindexed.map(({ table, columns }) => `${table} (${columns})`)
  return [
    {
      check: 'migrations-applied',
      status: migrations.length > 0 && pending.length === 0 ? 'passed' : 'failed',
      saw: { applied: migrations.filter(({ appliedAt }) => appliedAt !== null).map(({ name }) => name), pending },
      sentence:
        migrations.length === 0
          ? 'There are no migrations.'
          : pending.length === 0
            ? 'Every migration is applied.'
            : `Not applied: ${pending.join(', ')}.`,
    },
    {
      check: 'tables-present',
      status: missing.length === 0 ? 'passed' : 'failed',
      saw: { present: TABLES.filter((table) => present.has(table)), missing },
      sentence: missing.length === 0 ? 'Every table is in the catalog.' : `Missing: ${missing.join(', ')}.`,
    },
    {
      check: 'indexes-present',
      status: unindexed.length === 0 ? 'passed' : 'failed',
      saw: {
        present: INDEXES.filter((one) => !unindexed.includes(one)).map((one) => `${one.table} (${one.columns})`),
        missing: named,
      },
      sentence: unindexed.length === 0 ? 'Every index is in the catalog.' : `Missing: ${named.join(', ')}.`,
    },
    ...LATER.map((table): Check => {
      const found = present.has(table)
      return {
        check: `table-${table}`,
        status: found ? 'passed' : 'absent',
        saw: { present: found },
        sentence: found ? `The table ${table} is in the catalog.` : `The table ${table} is not installed.`,
      }
    }),
  ]
}
