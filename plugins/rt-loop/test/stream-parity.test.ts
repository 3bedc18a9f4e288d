import { join } from 'node:path'
import { runQuery } from 'kwx/database'
import type { KalshiCandle } from 'kwx/sources'
import { formatInstant } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { spawned } from '../../../test/support/kwx.ts'
import { repositoryContributions } from '../../../test/support/plugins.ts'
import { type ReplayExchange, replayExchange } from '../../../test/support/replay-exchange.ts'
import { sharedFolder } from '../../../test/support/shared.ts'
import { loadPair } from '../src/signals/load-pair.ts'
import { readSignals } from '../src/storage/signals.ts'
import { builtDigests } from './built-digests.ts'
import { clientsOf, MINUTE, replayClock, streamedLoop } from './recorded-loop.ts'
import { livePair, type Scene } from './support.ts'

/** Minutes of each recording; a whole day with KWX_TEST_PARITY_MINUTES=1440. */
const MINUTES = Number(process.env['KWX_TEST_PARITY_MINUTES'] ?? 45)

const SCENES: readonly (Scene & { name: string; start: string; events: readonly [string, string] })[] = [
  {
    name: "Miami's prints of February 2025",
    city: 'miami',
    station: 'KMIA',
    priceSource: 'trades',
    days: ['2025-02-19', '2025-02-25'],
    start: '2025-02-20T16:00:00Z',
    events: ['2025-02-20', '2025-02-22'],
  },
  {
    name: "Chicago's quotes of May 2025",
    city: 'chicago',
    station: 'KMDW',
    priceSource: 'candles',
    days: ['2025-05-11', '2025-05-20'],
    start: '2025-05-12T16:00:00Z',
    events: ['2025-05-12', '2025-05-14'],
  },
  {
    name: "New York's ticks of December 2025",
    city: 'nyc',
    station: 'KNYC',
    priceSource: 'candles',
    days: ['2025-12-05', '2025-12-12'],
    start: '2025-12-06T18:00:00Z',
    events: ['2025-12-06', '2025-12-08'],
  },
]

/** Of all markets of three events the exchange answers so many at a time. */
const MOST_MINUTES = 400

interface Formed {
  readonly ticker: string
  readonly end_minute: number
  readonly price_close: number | null
  readonly bid_close: number | null
  readonly ask_close: number | null
  readonly volume_centi: number
}

const server = databaseKinds.find(({ name }) => name === 'server')

describe.skipIf(!sharedFolder() || !server).each(SCENES)(
  'what the loop made of $name, on a server',
  ({ start, events, ...scene }) => {
    let replay: ReplayExchange
    let opened: OpenedDatabase
    beforeAll(async () => {
      replay = await replayExchange('--now', start)
      opened = await migratedDatabase(server!)
    })
    afterAll(async () => {
      await opened?.done()
      await replay?.stop()
    })

    it('comes out the same in another process, and in a dataset, bit for bit', {
      timeout: 60_000 + 20_000 * MINUTES,
    }, async () => {
      const { folder } = await livePair({}, {}, scene)
      const models = join(folder, 'models')
      const settings = { directories: { models, reports: join(folder, 'reports') } } as never
      const pair = await loadPair(
        join(folder, 'mia.yaml'),
        { contributions: repositoryContributions(), settings },
        models,
      )
      const { ticks } = await streamedLoop(
        { replay, db: opened.db, pairs: [pair] },
        { options: { ticks: MINUTES }, steps: 2, settleMs: 10 },
      )
      const minutes = ticks.flatMap((tick) => tick.minutes)
      expect(minutes).toEqual(minutes.map((_, k) => minutes[0]! + k))
      expect(ticks.slice(3).filter(({ feed }) => feed.mode === 'stream').length).toBeGreaterThan(
        MINUTES - 8 * Math.ceil(MINUTES / 720), // markets of a new day are listened to anew
      )
      expect(ticks.flatMap(({ faults }) => faults)).toEqual([])

      const span = ['--from', formatInstant(minutes[0]! * MINUTE), '--to', formatInstant(minutes.at(-1)! * MINUTE)]
      const replayed = await spawned(
        'run.js',
        ['rt-loop', '--config', 'mia.yaml', '--model-dir', models, '--replay', ...span, '--assert', '--json'],
        { cwd: folder, env: { KWX_DATABASE_URL: opened.url, KWX_MODELS_DIR: models } },
      )
      const signals = await readSignals(opened.db, { fromMinute: 0, toMinute: 2 ** 31 - 1 })
      expect(JSON.parse(replayed.stdout)).toMatchObject({
        result: { recorded: signals.length, rebuilt: signals.length, differences: [] },
      })
      expect(replayed.status).toBe(0)
      expect(signals.length).toBeGreaterThan(MINUTES / 4)

      const [quotes] = await runQuery<{ n: number }>(opened.db, 'select count(*)::integer as n from quotes')
      expect(quotes!.n).toBeGreaterThan(signals.length / 2)
      const withFeatures = signals.filter(({ trace }) => trace['features'] !== null)
      if (scene.city === 'nyc') return expect(withFeatures).toEqual([]) // no report is recorded there
      expect(withFeatures.length).toBeGreaterThan(MINUTES / 4)
      const built = await builtDigests(opened.db, pair, events)
      for (const { endMinute, ticker, trace } of withFeatures) {
        expect([ticker, trace['features']]).toEqual([ticker, built.get(`${endMinute} ${ticker}`)])
      }
    })

    if (scene.priceSource === 'candles')
      it("has the exchange's own candles, formed without asking for them", async () => {
        const rows = await runQuery<Formed>(
          opened.db,
          `select ticker, end_minute, price_close, bid_close, ask_close, candles.volume_centi from candles join markets using (market_id)
         where end_minute between (select min(end_minute) + 4 from rt_minutes) and (select max(end_minute) from rt_minutes)
           -- the stream tells of the book's end at the very close, of which the exchange has no candle
           and end_minute * 60000::bigint < close_ms
         order by 1, 2`,
        )
        const tickers = [...new Set(rows.map(({ ticker }) => ticker))]
        const ends = rows.map(({ end_minute }) => end_minute)
        const { kalshi } = clientsOf(replay, replayClock(replay))
        const [first, last] = [ends.reduce((a, b) => Math.min(a, b)), ends.reduce((a, b) => Math.max(a, b))]
        const own: (readonly [string, readonly KalshiCandle[]])[] = []
        for (let from = first; from <= last; from += MOST_MINUTES)
          own.push(...(await kalshi.recentCandles(tickers, from, Math.min(last, from + MOST_MINUTES - 1))))
        const theirs = new Map(
          own.flatMap(([ticker, candles]) =>
            candles.map((candle) => [
              `${ticker} ${candle.endMinute}`,
              [candle.price.close, candle.bid.close, candle.ask.close, candle.volumeCenti],
            ]),
          ),
        )
        expect(rows.length).toBe(theirs.size)
        for (const { ticker, end_minute, price_close, bid_close, ask_close, volume_centi } of rows) {
          const key = `${ticker} ${end_minute}`
          expect([key, [price_close, bid_close, ask_close, volume_centi]]).toEqual([key, theirs.get(key)])
        }
      })
  },
)
