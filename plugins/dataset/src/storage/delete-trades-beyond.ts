import { statement } from 'kwx/database'

/** Deletes the trades of some markets (`$1`) that an earlier load had beyond a number of trades each (`$2`). */
export const deleteTradesBeyond = statement({
  text: `
    delete from trades using unnest($1::integer[], $2::integer[]) as file (id, n)
    where market_id = id and ordinal >= n`,
})
