import { EXIT, KwxError } from 'kwx'
import { type Database, runQuery } from 'kwx/database'

import type { EvaluationsTable } from './tables.ts'

/** An evaluation before the database numbers it. */
type NewEvaluation = Omit<EvaluationsTable, 'evaluation_id'>

/** What the ledger says of some days of a city. */
interface LedgerCount {
  /** Distinct configurations that were judged on any of the days, the one that asks among them. */
  readonly configurations: number
  /** When the first row of the whole ledger was written, milliseconds since the epoch: nothing is known of before. */
  readonly firstMs: number
}

/** SQLSTATE: a statement that writes, in a database or transaction that only reads; and a role without the right. */
const REFUSED = ['25006', '42501']

/**
 * Writes an evaluation where it is new, and counts those of the same city that share a day with it.
 *
 * Two processes at once write one row each, or one row together where they judge the same.
 *
 * @throws KwxError EVALUATIONS_UNWRITABLE (exit 1) in a database that refuses writes: a verdict that is not counted
 *   would not be one
 */
export async function recordEvaluation(db: Database, evaluation: NewEvaluation): Promise<LedgerCount> {
  const { city, bracket, configuration, days, days_hash, first_seen_ms } = evaluation
  try {
    await runQuery(
      db,
      `insert into evaluations (city, bracket, configuration, days, days_hash, first_seen_ms)
       values ($1, $2, $3, $4::integer[], $5, $6) on conflict do nothing`,
      [city, bracket, configuration, [...days], days_hash, first_seen_ms],
    )
  } catch (cause) {
    if (!REFUSED.includes(String((cause as { code?: unknown } | null)?.code))) throw cause
    throw new KwxError('The evaluation cannot be counted: the database refuses to write to the table evaluations.', {
      code: 'EVALUATIONS_UNWRITABLE',
      exit: EXIT.error,
      hint: 'Let the role of the database URL insert into evaluations, or judge with another database.',
      cause,
    })
  }
  const [found] = await runQuery<{ configurations: number; first_ms: number }>(
    db,
    `select count(distinct configuration) filter (where city = $1 and days && $2::integer[])::integer as configurations,
       (select first_seen_ms from evaluations order by evaluation_id limit 1) as first_ms
     from evaluations`,
    [city, [...days]],
  )
  return { configurations: found!.configurations, firstMs: found!.first_ms }
}
