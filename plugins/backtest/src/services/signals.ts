import { join } from 'node:path'

import { EXIT, KwxError } from 'kwx'
import { numbers, readTable, text } from 'kwx/artefacts'

/** What was delivered: one probability of YES per market and minute, out of sample. All arrays have shape [n]. */
export interface Signals {
  readonly n: number
  /** Tickers, and each row's index among them. */
  readonly tickers: readonly string[]
  readonly market: Int32Array
  readonly day: Int32Array
  /** Stamp of the candle that the probability was made from: known then, not before. */
  readonly endMinute: Int32Array
  readonly p: Float64Array
  /** What the model and the market said by themselves. */
  readonly model: Float64Array
  readonly marketP: Float64Array
  /** 0 where the delivered probability is the market's price, bit for bit. */
  readonly hasView: Uint8Array
  readonly label: Uint8Array
}

/**
 * Reads `delivered.parquet` of a blend artefact.
 *
 * @throws KwxError BACKTEST_SIGNAL_INVALID (exit 1) for a probability that is none
 */
export async function readSignals(folder: string): Promise<Signals> {
  const table = await readTable(join(folder, 'delivered.parquet'), [
    'market',
    'event_day',
    'end_minute',
    'label',
    'p_model',
    'p_market',
    'p_delivered',
  ])
  const { codes, values } = text(table, 'market')
  const p = Float64Array.from(numbers(table, 'p_delivered'))
  const marketP = Float64Array.from(numbers(table, 'p_market'))
  const wrong = p.findIndex((one) => !(one >= 0 && one <= 1))
  if (wrong >= 0) {
    throw new KwxError(`Row ${wrong} of delivered.parquet says P(YES) is ${p[wrong]}; expected a number from 0 to 1.`, {
      code: 'BACKTEST_SIGNAL_INVALID',
      exit: EXIT.error,
      hint: 'Make it anew with "kwx blend --config FILE --force".',
      details: { row: wrong },
    })
  }
  return {
    n: p.length,
    tickers: values,
    market: codes,
    day: Int32Array.from(numbers(table, 'event_day')),
    endMinute: Int32Array.from(numbers(table, 'end_minute')),
    p,
    model: Float64Array.from(numbers(table, 'p_model')),
    marketP,
    hasView: Uint8Array.from(p, (one, i) => Number(one !== marketP[i])),
    label: Uint8Array.from(numbers(table, 'label')),
  }
}
