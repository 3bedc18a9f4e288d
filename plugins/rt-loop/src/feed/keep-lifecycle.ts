import { runQuery } from 'kwx/database'
import type { StreamEvent } from 'kwx/sources'

import type { FeedWorld } from '../loop/loop-types.ts'

/** The exchange's word for a market's state, by what happened to it. */
const STATUS: Readonly<Record<string, string>> = {
  activated: 'active',
  deactivated: 'inactive',
  determined: 'determined',
  settled: 'finalized',
}

/** Writes what became of a market where it is known already; a new one comes with the next list of markets. */
export function keepLifecycle(
  { db, inTurn, onMarkets }: Pick<FeedWorld, 'db' | 'inTurn' | 'onMarkets'>,
  { ticker, event, result, closeMs }: Extract<StreamEvent, { kind: 'lifecycle' }>,
): Promise<void> {
  return inTurn(async () => {
    await runQuery(
      db,
      `update markets set status = coalesce($2, status), result = coalesce($3, result), close_ms = coalesce($4, close_ms)
       where ticker = $1`,
      [ticker, STATUS[event] ?? null, result, closeMs],
    )
    onMarkets()
  })
}
