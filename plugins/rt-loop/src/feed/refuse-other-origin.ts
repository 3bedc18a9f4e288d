import { EXIT, KwxError } from 'kwx'
import { type Database, rowsOfOthers } from 'kwx/database'
import type { Sources } from 'kwx/sources'

import type { Pair } from '../signals/pair.ts'

/**
 * Sees to it that the loop stores no rows beside those of another origin: a replay beside the real exchange, or the
 * other way round. A dataset refuses such a mix, and no command takes it apart again.
 *
 * @throws KwxError RT_OTHER_ORIGIN (exit 2)
 */
export async function refuseOtherOrigin(
  db: Database,
  { kalshi }: Pick<Sources, 'kalshi'>,
  pairs: readonly Pick<Pair, 'city' | 'station'>[],
): Promise<void> {
  const origin = kalshi.origin()
  for (const { city, station } of pairs) {
    const found = await rowsOfOthers(db, { city: city.id, stations: [station] }, origin)
    if (found.length === 0) continue
    const what = found.map((one) => `${one.origin} ${one.table}`).join(', ')
    throw new KwxError(`The database holds ${what} of ${city.id}; the loop would store ${origin} rows beside them.`, {
      code: 'RT_OTHER_ORIGIN',
      exit: EXIT.usage,
      hint: 'Give the loop a database of its own with KWX_DATABASE_URL, or with KWX_HOME for the embedded one.',
      details: { city: city.id, station, origin, found },
    })
  }
}
