import type { Database } from '../database.ts'
import { type MigrationState, migrationStates } from './migrate.ts'
import { isEmbeddedUrl } from './open-database.ts'
import { redactUrl } from './redact-url.ts'
import { bigint, statement, text } from './statement.ts'

export interface DatabaseStatus {
  /** Without its password. */
  url: string
  kind: 'embedded' | 'server'
  /** As the database says it: `PostgreSQL 15.20 ...`. */
  version: string
  migrations: MigrationState[]
  /** Exact number of rows by table, for the tables that are there. */
  rows: Partial<Record<(typeof TABLES)[number], number>>
}

/** Everything that the tables of kwx are called, in the order they are made. */
export const TABLES = [
  'series',
  'events',
  'markets',
  'candles',
  'trades',
  'quotes',
  'observations',
  'settlements',
  'raw_payloads',
  'completeness',
  'runs',
  'step_runs',
  'simulated_truth',
  'models',
  'promotions',
  'rt_signals',
  'rt_minutes',
  'rt_controls',
  'report_receipts',
  'fee_changes',
  'rt_late_rows',
  'paper_portfolios',
  'paper_markets',
  'paper_orders',
  'paper_fills',
  'paper_positions',
  'paper_settlements',
  'paper_ledger',
  'evaluations',
  'e_processes',
  'e_process_days',
] as const

export const serverVersion = statement({ text: 'select version() as version', columns: { version: text() } })

/** A count of rows for each table. */
export const rowCounts = new Map(
  TABLES.map((table) => [table, statement({ text: `select count(*) as n from ${table}`, columns: { n: bigint() } })]),
)

/** What there is, without changing anything. Counting takes about 0.1 s per million rows. */
export async function databaseStatus(db: Database, url: string): Promise<DatabaseStatus> {
  const server = await serverVersion.first(db)
  const present = new Set((await db.introspection.getTables()).map(({ name }) => name))
  const rows: DatabaseStatus['rows'] = {}
  for (const table of TABLES) {
    if (!present.has(table)) continue
    rows[table] = (await rowCounts.get(table)!.first(db))!.n
  }
  return {
    url: redactUrl(url),
    kind: isEmbeddedUrl(url) ? 'embedded' : 'server',
    version: server!.version.split(' ').slice(0, 2).join(' '),
    migrations: await migrationStates(db),
    rows,
  }
}
