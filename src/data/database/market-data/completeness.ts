import type { Selectable } from 'kysely'
import { statement } from '../connection/statement.ts'
import type { Database } from '../database.ts'
import type { CompletenessTable } from '../schema.ts'

export type Completeness = Selectable<CompletenessTable>

/** Writes what was expected and received per city, day, kind and source; a row that is there takes the new values. */
export async function saveCompleteness(db: Database, rows: readonly Completeness[]): Promise<void> {
  const given = [...new Map(rows.map((row) => [[row.city, row.day, row.kind, row.source].join('\n'), row])).values()]
  await upsertCompleteness.run(db, [JSON.stringify(given)])
}

export const upsertCompleteness = statement({
  text: `
     insert into completeness (city, day, kind, source, expected, received, complete, proof, updated_ms)
     select city, day, kind, source, expected, received, complete, proof, updated_ms
     from jsonb_to_recordset($1::jsonb) as given (city text, day integer, kind text, source text, expected integer,
       received integer, complete boolean, proof jsonb, updated_ms bigint)
     order by city, day, kind, source
     on conflict (city, day, kind, source) do update set expected = excluded.expected, received = excluded.received,
       complete = excluded.complete, proof = excluded.proof, updated_ms = excluded.updated_ms`,
})

/** Completeness of one city, ordered by day, kind and source; `fromDay` and `toDay` are inclusive. */
export function readCompleteness(db: Database, city: string, fromDay: number, toDay: number): Promise<Completeness[]> {
  return db
    .selectFrom('completeness')
    .selectAll()
    .where('city', '=', city)
    .where('day', '>=', fromDay)
    .where('day', '<=', toDay)
    .orderBy('day')
    .orderBy('kind')
    .orderBy('source')
    .execute()
}
