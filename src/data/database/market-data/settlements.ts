import type { Settlement } from '../../../domain/market/settlement.ts'
import { inTransaction } from '../connection/run-query.ts'
import { statement } from '../connection/statement.ts'
import type { Database } from '../database.ts'

/** One issuance of a daily maximum; whether it is `used` follows from all of them. */
export type SettlementInput = Omit<Settlement, 'used'>

/**
 * Writes issuances of daily maxima and decides anew, for each city-day touched, which one is used.
 *
 * The first `final` by issue time pays, and no later correction replaces it; where there is no final, an `archive`
 * value stands in. Values of kind `cross-check` are there to be held against the others: they hold later corrections. A
 * preliminary value and a report without a temperature are never used.
 */
export async function saveSettlements(db: Database, rows: readonly SettlementInput[]): Promise<{ rows: number }> {
  const given = [
    ...new Map(rows.map((row) => [[row.city, row.day, row.source, row.product_id].join('\n'), row])).values(),
  ]
  if (given.length === 0) return { rows: 0 }
  await inTransaction(db, async (trx) => {
    const parameter = [JSON.stringify(given)]
    await upsertSettlements.run(trx, parameter)
    // Two statements, because a day may have one used row at any moment: first take the mark away, then give it.
    await clearUsed.run(trx, parameter)
    await markUsed.run(trx, parameter)
  })
  return { rows: given.length }
}

export const upsertSettlements = statement({
  text: `
  insert into settlements as known (city, day, source, product_id, kind, issued_ms, tmax_f, used, origin)
  select city, day, source, product_id, kind, issued_ms, tmax_f, false, origin
  from jsonb_to_recordset($1::jsonb) as given (city text, day integer, source text, product_id text, kind text,
    issued_ms bigint, tmax_f double precision, origin text)
  order by city, day, source, product_id
  on conflict (city, day, source, product_id) do update
    set kind = excluded.kind, issued_ms = excluded.issued_ms, tmax_f = excluded.tmax_f, origin = excluded.origin
    where (known.kind, known.issued_ms, known.tmax_f, known.origin)
      is distinct from (excluded.kind, excluded.issued_ms, excluded.tmax_f, excluded.origin)`,
})

const RANKED = `
  with days as (
    select distinct city, day from jsonb_to_recordset($1::jsonb) as given (city text, day integer)
  ), ranked as (
    select city, day, source, product_id,
      tmax_f is not null and kind in ('final', 'archive') and 1 = row_number() over (
        partition by city, day
        order by tmax_f is null or kind not in ('final', 'archive'), kind = 'archive', issued_ms nulls last, source,
          product_id
      ) as first
    from settlements join days using (city, day)
  )`

const SAME = `(known.city, known.day, known.source, known.product_id)
  = (ranked.city, ranked.day, ranked.source, ranked.product_id)`

export const clearUsed = statement({
  text: `${RANKED} update settlements as known set used = false from ranked where ${SAME} and known.used and not first`,
})

export const markUsed = statement({
  text: `${RANKED} update settlements as known set used = true from ranked where ${SAME} and not known.used and first`,
})

/** Every issuance of one city, ordered by day and issue time; `fromDay` and `toDay` are inclusive. */
export function readSettlements(
  db: Database,
  { city, fromDay, toDay }: { city: string; fromDay: number; toDay: number },
): Promise<Settlement[]> {
  return db
    .selectFrom('settlements')
    .selectAll()
    .where('city', '=', city)
    .where('day', '>=', fromDay)
    .where('day', '<=', toDay)
    .orderBy('day')
    .orderBy('issued_ms')
    .orderBy('source')
    .orderBy('product_id')
    .execute()
}
