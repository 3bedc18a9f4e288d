import { runQuery } from 'kwx/database'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { type ReplayExchange, replayExchange } from '../../../test/support/replay-exchange.ts'
import { sharedFolder } from '../../../test/support/shared.ts'
import { PollingFeed } from '../src/feed/polling-feed.ts'
import type { Tick } from '../src/loop/loop-types.ts'
import type { LivePair } from '../src/signals/load-pair.ts'
import { replaySignals } from '../src/signals/replay-signals.ts'
import type { Signal } from '../src/storage/signals.ts'
import { readSignals } from '../src/storage/signals.ts'
import { overheard } from './paper-database.ts'
import { clientsOf, MINUTE, pause, replayClock, type StreamedOver, streamedLoop } from './recorded-loop.ts'
import { livePair } from './support.ts'

const START = '2025-02-20T16:00:00Z'
const MUTE = 'nothing was heard for 12 s'
const kinds = [databaseKinds.at(-1)!]

describe.skipIf(!sharedFolder()).each(kinds)('the loop on the stream, on the $name database', (kind) => {
  let replay: ReplayExchange
  let opened: OpenedDatabase
  let pair: LivePair

  beforeAll(async () => {
    replay = await replayExchange('--now', START)
    pair = (await livePair()).pair
  })
  beforeEach(async () => {
    await replay.clearFaults()
    await replay.setClock({ now: START })
    await replay.resetStats()
    opened = await migratedDatabase(kind)
  })
  afterEach(() => opened.done())
  afterAll(() => replay?.stop())

  const loop = (over: StreamedOver = {}) => streamedLoop({ replay, db: opened.db, pairs: [pair] }, over)
  const stored = (): Promise<Signal[]> => readSignals(opened.db, { fromMinute: 0, toMinute: 2 ** 31 - 1 })
  const modes = (ticks: readonly Tick[]) => ticks.map(({ feed }) => feed.mode)

  /** Every print of the exchange up to the last minute is in the table, once, and every minute can be built again. */
  async function expectWhole(ticks: readonly Tick[]) {
    const minutes = ticks.flatMap((tick) => tick.minutes)
    expect(minutes).toEqual(minutes.map((_, k) => minutes[0]! + k))
    const end = minutes.at(-1)! * MINUTE
    const markets = await runQuery<{ market_id: number; ticker: string; open_ms: number }>(
      opened.db,
      'select market_id, ticker, open_ms from markets',
    )
    await replay.clearFaults()
    const { kalshi } = clientsOf(replay, replayClock(replay))
    for (const { market_id, ticker, open_ms } of markets) {
      const tape = (await kalshi.recentTrades(ticker, open_ms)).filter(({ tsMs }) => tsMs < end)
      const rows = await runQuery<{ key: string }>(
        opened.db,
        `select concat_ws(' ', ts_ms, price, count_centi, taker_yes) as key from trades
         where market_id = $1 and ts_ms < $2 order by 1`,
        [market_id, end],
      )
      const wanted = tape.map(({ tsMs, price, countCenti, takerYes }) =>
        [tsMs, price, countCenti, takerYes ? 't' : 'f'].join(' '),
      )
      expect(rows.map(({ key }) => key)).toEqual(wanted.sort())
    }
    const signals = await stored()
    const replayed = await replaySignals(opened.db, [pair], [minutes[0]!, minutes.at(-1)!])
    expect(replayed).toMatchObject({ recorded: signals.length, rebuilt: signals.length, differences: [] })
    expect(signals.length).toBeGreaterThan(8)
    return signals
  }

  it('works minutes through as the stream proves them over, asks for no price again, and can prove its signals', async () => {
    const { ticks } = await loop()
    await expectWhole(ticks)
    const asked = (await replay.stats()).by_route['/trade-api/v2/markets/trades']!.count
    const [{ n = 0 } = {}] = await runQuery<{ n: number }>(
      opened.db,
      'select ((select count(*) from trades) + (select count(*) from quotes))::integer as n',
    )
    expect(ticks.slice(3).reduce((sum, { fetched }) => sum + fetched, 0)).toBeGreaterThan(20)
    expect(ticks.reduce((sum, { fetched }) => sum + fetched, 0)).toBeGreaterThanOrEqual(n)
    // Twelve markets, until the first whole minute has passed on the stream.
    expect(asked).toBeLessThanOrEqual(12 * 3 + 12)
    expect(modes(ticks).slice(2)).toEqual(new Array(14).fill('stream'))
  })

  /**
   * The exchange misbehaves until the ninth tick, on each new connection; by the last the stream is good again.
   *
   * @param heal  ends it, told of every reason that the feed has given so far: one may be gone by the end of its tick
   */
  async function through(
    faults: Record<string, unknown>,
    over: StreamedOver = {},
    heal: (reasons: ReadonlySet<string>) => Promise<unknown> = () => replay.clearFaults(),
  ) {
    await replay.setFaults(faults)
    const heard = new Set<string>()
    let listening: NodeJS.Timeout | undefined
    const { ticks } = await loop({
      async beforeTick(number, feed) {
        listening ??= setInterval(() => heard.add(feed!.state().reason ?? ''), 1)
        if (number === 9) await heal(heard)
      },
      ...over,
    }).finally(() => clearInterval(listening))
    const fired = (await replay.stats()).faults_fired
    for (const name of Object.keys(faults)) expect(fired[name]).toBeGreaterThan(0)
    const signals = await expectWhole(ticks)
    expect(modes(ticks.slice(-5))).toContain('stream')
    // Nothing of this keeps the loop from its minutes.
    expect(ticks.slice(2, 9).flatMap((tick) => tick.minutes).length).toBeGreaterThan(4)
    const reasons = [...heard].filter((reason) => reason !== '')
    return { ticks, signals, reasons, faults: ticks.flatMap((tick) => tick.faults) }
  }

  it('stores what comes after a minute behind the work on it', async () => {
    const between: string[] = []
    let [isWorking, minutes, storedSince] = [false, 0, 0]
    const db = overheard(opened.db, (sql) => {
      if (!/insert into (trades|quotes)/.test(sql)) return
      if (isWorking) between.push(sql)
      else storedSince++
    })
    await streamedLoop(
      { replay, db, pairs: [pair] },
      {
        options: {
          onStored: () => {
            isWorking = true
          },
          onWritten: () => {
            isWorking = false
            minutes++
          },
        },
      },
    )
    expect(minutes).toBeGreaterThan(8)
    expect(storedSince).toBeGreaterThan(8)
    expect(between).toEqual([])
  })

  it('fetches the prints that were lost, once', async () => {
    const { reasons } = await through({ wsGap: { p: 0.4, path: 'trade' } })
    expect(reasons).toContain('prints were lost')
  })

  it('polls while a book is unknown because a message of it was lost', async () => {
    const { reasons } = await through({ wsGap: { path: 'orderbook_delta', after: 14, times: 2 } })
    expect(reasons).toContain('a message of a book was lost')
  })

  it('polls while connections die, and fetches what was told meanwhile', async () => {
    const { reasons } = await through({ wsDrop: { afterMessages: 45 } })
    expect(reasons).toContain('the exchange closed the connection')
  })

  it('leaves a connection that went mute, and works no minute through on its word', async () => {
    const { reasons } = await through(
      { wsSilent: { afterMessages: 40, times: 1 } },
      { feed: { silenceMs: 12_000 } },
      async (heard) => {
        for (const since = Date.now(); !heard.has(MUTE) && Date.now() - since < 20_000; ) await pause(50)
        await replay.clearFaults()
      },
    )
    expect(reasons).toContain(MUTE)
  }, 120_000)

  it('polls while messages are old', async () => {
    const { reasons } = await through({ wsStale: { ms: 600 } }, { feed: { staleMs: 20_000 } }, async () => {
      await replay.clearFaults()
      await pause(1100) // until what was sent late has come
    })
    expect(reasons.some((reason) => /^messages are \d+ s old$/.test(reason))).toBe(true)
  })

  it('stores what comes late, says so, and builds each minute again from what was known then', async () => {
    await replay.setFaults({ dropRows: { fraction: 0.5, path: 'markets/trades' } })
    const { ticks } = await loop({
      options: { feed: (world, pairs) => new PollingFeed(world, pairs) },
      steps: 1,
      beforeTick: async (number) => {
        if (number === 12) await replay.clearFaults()
      },
    })
    const [late] = await runQuery<{ n: number }>(opened.db, 'select count(*)::integer as n from rt_late_rows')
    expect(late!.n).toBeGreaterThan(0)
    const said = ticks.flatMap(({ faults }) => faults).filter((fault) => /^\d+ late prints? of KXHIGHMIA/.test(fault))
    expect(said.reduce((sum, fault) => sum + Number.parseInt(fault, 10), 0)).toBe(late!.n)
    const minutes = ticks.flatMap((tick) => tick.minutes)
    const signals = await stored()
    const again = () => replaySignals(opened.db, [pair], [minutes[0]!, minutes.at(-1)!])
    expect(await again()).toMatchObject({ recorded: signals.length, differences: [] })
    await runQuery(opened.db, 'truncate rt_late_rows')
    expect((await again()).differences.length).toBeGreaterThan(0)
  })

  it.each([
    ['is down', { wsRefuse: { status: 503 } }, 'the handshake was answered with status 503'],
    ['refuses the key', { wsRefuse: { status: 401 } }, 'refuses the stream'],
    ['has another idea of the time', { clockSkew: { ms: 60_000 } }, 'status 401'],
  ])('polls while the exchange %s, and tries again', async (_, faults, why) => {
    const { reasons } = await through(faults)
    expect(reasons.some((reason) => reason.includes(why))).toBe(true)
  })
})
