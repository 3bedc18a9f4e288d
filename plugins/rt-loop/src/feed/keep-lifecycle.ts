import type { StreamEvent } from 'kwx/sources'

import type { FeedWorld } from '../loop/loop-types.ts'
import { updateMarket } from '../storage/save-prices.ts'

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
    await updateMarket.run(db, [ticker, STATUS[event] ?? null, result, closeMs])
    onMarkets()
  })
}
