import { type Database, runQuery, saveMarkets } from 'kwx/database'
import { parseDay } from 'kwx/time'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { databaseKinds, emptyTables, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { marketExample } from '../../../test/support/market-example.ts'
import { CandleMarks } from '../src/feed/candle-marks.ts'
import { savePrices } from '../src/storage/save-prices.ts'
import { livePair } from './support.ts'

const DAY = parseDay('2025-02-20')
const NOON = DAY * 1440 + 17 * 60

describe.each(databaseKinds)('CandleMarks on the $name database', (kind) => {
  let opened: OpenedDatabase
  let db: Database
  let marks: CandleMarks
  /** Of a market of today's event, and of one a month ago. */
  let [today, over] = [0, 0]
  const miami = async () => (await livePair()).pair.city
  beforeAll(async () => {
    opened = await migratedDatabase(kind)
    db = opened.db
  })
  afterAll(() => opened?.done())
  beforeEach(async () => {
    await emptyTables(db)
    const event = (ticker: string, day: number) => ({
      ...{ ticker, seriesTicker: 'KXHIGHMIA', city: 'miami', day, origin: 'replay' as const },
      markets: [marketExample(`${ticker}-B80.5`)],
    })
    const ids = await saveMarkets(db, [event('KXHIGHMIA-25FEB20', DAY), event('KXHIGHMIA-25JAN20', DAY - 31)])
    today = ids.get('KXHIGHMIA-25FEB20-B80.5')!
    over = ids.get('KXHIGHMIA-25JAN20-B80.5')!
    marks = new CandleMarks([await miami()])
  })

  const bar = [3000, 3000, 3000, 3000] as const
  const candleOf = (marketId: number) => (endMinute: number) => ({
    ...{ marketId, endMinute, price: bar, bid: bar, ask: bar, volumeCenti: 0, openInterestCenti: 0 },
  })
  async function store(marketId: number, ...minutes: number[]) {
    const candles = minutes.map(candleOf(marketId))
    await savePrices(db, { prints: [], quotes: [], candles, late: [] })
    return candles
  }
  const marked = async () =>
    (await runQuery<{ end_minute: number }>(db, 'select end_minute from candles where complete order by 1')).map(
      ({ end_minute }) => end_minute,
    )

  it('marks what is over, up to the minute itself, and leaves what is not', async () => {
    await store(today, NOON - 1, NOON, NOON + 1)
    await marks.mark(db, NOON)
    expect(await marked()).toEqual([NOON - 1, NOON])
    await marks.mark(db, NOON + 1)
    expect(await marked()).toEqual([NOON - 1, NOON, NOON + 1])
  })

  it('leaves candles of events that do not trade', async () => {
    await store(over, NOON)
    await marks.mark(db, NOON)
    expect(await marked()).toEqual([])
  })

  it('marks one that came hours late when it is told of it', async () => {
    await marks.mark(db, NOON)
    marks.tell(await store(today, NOON - 200))
    await marks.mark(db, NOON + 1)
    expect(await marked()).toEqual([NOON - 200])
  })

  it('marks what another process stored once it forgets', async () => {
    await marks.mark(db, NOON)
    await store(today, NOON - 200)
    await marks.mark(db, NOON + 1)
    expect(await marked()).toEqual([])
    marks.forget(await miami())
    await marks.mark(db, NOON + 1)
    expect(await marked()).toEqual([NOON - 200])
  })
})
