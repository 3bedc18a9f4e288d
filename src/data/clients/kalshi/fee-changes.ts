import type { HttpClient } from '../http/http-client.ts'
import { jsonBody } from '../http/unusable-body.ts'
import { badField, instantOf, listOf, objectOf, textOf } from './fields.ts'

/** From when on a series charges differently. */
export interface FeeChange {
  readonly seriesTicker: string
  readonly feeType: string
  readonly feeMultiplier: number
  readonly scheduledMs: number
}

/** Changes of a series' fees, past and scheduled, in order of time. */
export async function readFeeChanges(http: HttpClient, seriesTicker: string): Promise<FeeChange[]> {
  const what = `the fee changes of ${seriesTicker}`
  const body = await http.get({
    path: '/series/fee_changes',
    // Without it only what is still to come is told, which mostly is nothing.
    query: [
      ['series_ticker', seriesTicker],
      ['show_historical', 'true'],
    ],
    what,
    read: jsonBody,
  })
  const changes = listOf(objectOf(body, what), 'series_fee_change_arr', what)
    .filter((row) => textOf(row, 'series_ticker', what) === seriesTicker)
    .map((row) => {
      const multiplier = row['fee_multiplier']
      if (typeof multiplier !== 'number') throw badField(what, 'fee_multiplier', multiplier, 'a number')
      return {
        seriesTicker,
        feeType: textOf(row, 'fee_type', what),
        feeMultiplier: multiplier,
        scheduledMs: instantOf(row, 'scheduled_ts', what),
      }
    })
  return changes.sort((a, b) => a.scheduledMs - b.scheduledMs)
}
