import type { Database } from 'kwx/database'

/** First and last day of which anything is known, by city id, in order of the ids. */
export async function knownSpans(db: Database): Promise<ReadonlyMap<string, { from: number; to: number }>> {
  const spans = await db
    .selectFrom('completeness')
    .select(({ fn }) => ['city', fn.min('day').as('from'), fn.max('day').as('to')])
    .groupBy('city')
    .orderBy('city')
    .execute()
  return new Map(spans.map(({ city, from, to }) => [city, { from, to }]))
}
