import type { City } from 'kwx/cities'
import { type Database, runQuery } from 'kwx/database'
import { MS_PER_MINUTE, minuteToMs } from 'kwx/time'

/**
 * Marks the candles of a pair's markets complete whose minute is over, up to `minute`: price and weather are then both
 * known, and a model may see them.
 */
export async function markComplete(
  db: Database,
  city: City,
  days: readonly [number, number],
  minute: number,
): Promise<void> {
  await runQuery(
    db,
    `update candles set complete = true from markets join events using (event_id)
     where candles.market_id = markets.market_id and city = $1 and day between $2 and $3 and not complete
       and end_minute <= $4 and end_minute > $5`,
    [city.id, days[0], days[1], minute, Math.floor(minuteToMs(minute) / MS_PER_MINUTE) - 2 * 1440],
  )
}
