import type { Database } from 'kwx/database'

/**
 * Puts the prices of some markets in the place of what was there, in one transaction.
 *
 * A second answer may hold prints that the first lacked, so that ordinals shift: rows of two answers must not mix.
 */
export async function replacePrices(
  db: Database,
  table: 'trades' | 'candles',
  marketIds: readonly number[],
  load: (trx: Database) => Promise<unknown>,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .deleteFrom(table)
      .where('market_id', 'in', [...marketIds])
      .execute()
    await load(trx)
  })
}
