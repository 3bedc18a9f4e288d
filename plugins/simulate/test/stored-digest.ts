import { canonicalJson, sha256 } from 'kwx/artefacts'
import type { City } from 'kwx/cities'
import {
  type Database,
  readCandles,
  readCompleteness,
  readMarkets,
  readObservations,
  readSettlements,
  readTrades,
} from 'kwx/database'
import { readTruth } from '../src/storage/simulated.ts'

/** Everything that is stored of a city, by ticker, as one digest. */
export async function storedDigest(db: Database, city: City): Promise<string> {
  const span = { fromDay: 0, toDay: 60_000 }
  const markets = await readMarkets(db, { city: city.id, ...span })
  const ids = markets.map(({ market_id }) => market_id)
  const ticker = new Map(markets.map((market) => [market.market_id, market.ticker]))
  const of = async (rows: AsyncIterable<{ marketId: number }>) => {
    const found: Record<string, unknown> = {}
    for await (const { marketId, ...columns } of rows) {
      found[ticker.get(marketId)!] = Object.entries(columns).map(([name, values]) => [
        name,
        typeof values === 'number' ? values : Array.from(values as Int32Array),
      ])
    }
    return found
  }
  const truth = await readTruth(db, ids)
  const rows = {
    markets: markets.map(({ market_id: _m, event_id: _e, ...facts }) => facts),
    candles: await of(readCandles(db, ids)),
    trades: await of(readTrades(db, ids)),
    truth: Array.from(truth.p, (p, i) => [ticker.get(truth.marketId[i]!)!, truth.endMinute[i]!, p]),
    observations: await readObservations(db, { station: city.station, fromMs: 0, toMs: 4e12 }),
    settlements: await readSettlements(db, { city: city.id, ...span }),
    completeness: await readCompleteness(db, city.id, span.fromDay, span.toDay),
  }
  return sha256(canonicalJson(sortTruth(rows)))
}
/** Ids are given anew by each writing, so their order is not the tickers'. */
function sortTruth<Rows extends { truth: (string | number)[][] }>(rows: Rows): Rows {
  const key = ([ticker, minute]: (string | number)[]) => `${ticker}/${minute}`
  return { ...rows, truth: rows.truth.sort((a, b) => (key(a) < key(b) ? -1 : 1)) }
}
