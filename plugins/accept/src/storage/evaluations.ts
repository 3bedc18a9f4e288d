import { EXIT, KwxError } from 'kwx'
import { bigint, type Database, integer, statement } from 'kwx/database'

import type { EvaluationsTable } from './tables.ts'

/** An evaluation before the database numbers it. */
type NewEvaluation = Omit<EvaluationsTable, 'evaluation_id'>

/** What the ledger says of some days of a city. */
interface LedgerCount {
  /** Judgements of a configuration on a set of days that shares a day with these, the one that asks among them. */
  readonly evaluations: number
  /** Distinct configurations among them. */
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
    await insertEvaluation.run(db, [city, bracket, configuration, [...days], days_hash, first_seen_ms])
  } catch (cause) {
    if (!REFUSED.includes(String((cause as { code?: unknown } | null)?.code))) throw cause
    throw new KwxError('The evaluation cannot be counted: the database refuses to write to the table evaluations.', {
      code: 'EVALUATIONS_UNWRITABLE',
      exit: EXIT.error,
      hint: 'Let the role of the database URL insert into evaluations, or judge with another database.',
      cause,
    })
  }
  const { evaluations, configurations, first_ms } = (await countEvaluations.first(db, [city, [...days]]))!
  return { evaluations, configurations, firstMs: first_ms }
}

export const insertEvaluation = statement({
  text: `
    insert into evaluations (city, bracket, configuration, days, days_hash, first_seen_ms)
    values ($1, $2, $3, $4::integer[], $5, $6) on conflict do nothing`,
})

/** Evaluations of a city (`$1`) that share a day with some days (`$2`), and their distinct configurations. */
export const countEvaluations = statement({
  text: `
    select count(*) filter (where city = $1 and days && $2::integer[])::integer as evaluations,
      count(distinct configuration) filter (where city = $1 and days && $2::integer[])::integer as configurations,
      (select first_seen_ms from evaluations order by evaluation_id limit 1) as first_ms
    from evaluations`,
  columns: { evaluations: integer(), configurations: integer(), first_ms: bigint() },
})
