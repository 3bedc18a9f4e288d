import type { Bracket } from 'kwx/config'
import type { Database } from 'kwx/database'
import type { LoopTables } from './tables.ts'

/** A recorded row that has both probabilities. */
export interface ScoredSignal {
  readonly ticker: string
  readonly endMinute: number
  readonly pBlend: number
  readonly pMarket: number
}

interface ScoredSpan {
  readonly city: string
  readonly bracket: Bracket
  readonly tickers: readonly string[]
  /** Only rows of these models. */
  readonly modelIds: readonly string[]
  /** Ends of minutes, both inclusive. */
  readonly fromMinute: number
  readonly toMinute: number
}

/** Minutes that are read at once: a minute that comes meanwhile waits for no more than their rows. */
const MINUTES_AT_ONCE = 120

/** Signals of a champion's models about some markets, by minute and ticker, without those that lack a probability. */
export async function readScoredSignals(db: Database, span: ScoredSpan): Promise<ScoredSignal[]> {
  const { city, bracket, tickers, modelIds, fromMinute, toMinute } = span
  if (tickers.length === 0 || modelIds.length === 0) return []
  const read: ScoredSignal[] = []
  for (let from = fromMinute; from <= toMinute; from += MINUTES_AT_ONCE) {
    const to = Math.min(toMinute, from + MINUTES_AT_ONCE - 1)
    const rows = await db
      .withTables<LoopTables>()
      .selectFrom('rt_signals')
      .select(['market_ticker', 'ts_utc', 'p_blend', 'p_market'])
      .where('ts_utc', '>=', new Date(from * 60_000))
      .where('ts_utc', '<=', new Date(to * 60_000))
      .where('city', '=', city)
      .where('bracket', '=', bracket)
      .where('market_ticker', 'in', [...tickers])
      .where('model_id', 'in', [...modelIds])
      .where('candidate', '=', false)
      .where('p_blend', 'is not', null)
      .where('p_market', 'is not', null)
      .orderBy('ts_utc')
      .orderBy('market_ticker')
      .execute()
    for (const { market_ticker: ticker, ts_utc, p_blend, p_market } of rows) {
      read.push({ ticker, endMinute: ts_utc.getTime() / 60_000, pBlend: p_blend!, pMarket: p_market! })
    }
  }
  return read
}
