import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { fixedClock, formatDay, parseDay } from '../../src/base/time/index.ts'
import { type KalshiMarket, type Sources, systemPace } from '../../src/data/clients/index.ts'
import { createSources } from '../../src/data/clients/sources.ts'
import { eventDayOfTicker } from '../../src/domain/market/index.ts'
import { type ReplayExchange, replayExchange } from '../support/replay-exchange.ts'
import { sharedFolder } from '../support/shared.ts'
import { recordedTape, type TapePrint } from '../support/tape.ts'

const DAYS = ['2025-01-18', '2025-01-19', '2025-01-20'].map(parseDay)
// Inside the trading of January 19: its prints are split between the tiers.
const CUTOFF = '2025-01-19T20:00:00Z'
const fromMs = Date.parse('2025-01-18T00:00Z')
const toMs = Date.parse('2025-01-22T00:00Z')
const keep = (event: string) => DAYS.includes(eventDayOfTicker(event) ?? 0)

describe.skipIf(!sharedFolder())('the sources against the replay exchange', () => {
  let replay: ReplayExchange
  let tape: Map<string, TapePrint[]>

  /** Clients that wait a hundredth of what they would live. */
  const sources = (extra: Partial<ReplayExchange['sources']['kalshi']> = {}): Sources => {
    const both = { kalshi: { ...replay.sources['kalshi']!, ...extra }, iem: { ...replay.sources['iem']!, ...extra } }
    const pace = { ...systemPace, sleep: (ms: number, signal?: AbortSignal) => systemPace.sleep(ms / 100, signal) }
    return createSources({ sources: both }, { clock: fixedClock(0), offline: false, pace })
  }
  const markets = async (from: Sources): Promise<KalshiMarket[]> => {
    const tiers = await Promise.all(
      (['live', 'historical'] as const).map((tier) =>
        from.kalshi.markets({ seriesTicker: 'KXHIGHMIA', tier, fromMs, toMs, keep }),
      ),
    )
    return tiers.flat()
  }
  const strip = ({ tsMs, price, countCenti, takerYes }: TapePrint) => [tsMs, price, countCenti, takerYes]
  /** Every print of every market, as it came and as it was recorded. */
  const tapes = async (from: Sources) => {
    const found = await markets(from)
    const all = await Promise.all(found.map(async (market) => ({ market, tape: await from.kalshi.trades(market) })))
    return all.map(({ market, tape: { trades, countCenti, repeated, unordered } }) => ({
      ticker: market.ticker,
      volume: market.volumeCenti,
      countCenti,
      repeated,
      unordered,
      prints: trades.map(strip),
      recorded: (tape.get(market.ticker) ?? []).map(strip),
    }))
  }
  const expectWhole = (all: Awaited<ReturnType<typeof tapes>>) => {
    expect(all).toHaveLength(18)
    for (const { prints, recorded, countCenti, volume } of all) {
      expect(prints).toEqual(recorded)
      expect(countCenti).toBe(volume)
    }
  }

  beforeAll(async () => {
    replay = await replayExchange('--now', '2025-02-20T18:00:00Z', '--cutoff', CUTOFF)
    tape = recordedTape((ticker) => ticker.startsWith('KXHIGHMIA-') && keep(ticker))
  })
  afterEach(() => replay.clearFaults())
  afterAll(() => replay?.stop())

  it('gives the recorded prints in the recorded order, from both tiers', async () => {
    const from = sources()
    const all = await tapes(from)
    expectWhole(all)
    expect(from.kalshi.origin()).toBe('replay')
    expect((await markets(from)).map(({ tier }) => tier)).toEqual(expect.arrayContaining(['live', 'historical']))
  })

  it('turns pages: a market with more than a thousand prints in one tier', async () => {
    await replay.setClock({ cutoff: '2025-01-10T00:00:00Z' })
    const all = await tapes(sources())
    await replay.setClock({ cutoff: CUTOFF })
    expectWhole(all)
    expect(all.some(({ prints }) => prints.length > 1000)).toBe(true)
  })

  it.each<[string, Record<string, unknown>]>([
    ['a storm of 429', { rateLimit: { perSecond: 60, capacity: 5 } }],
    ['bursts of 500', { error500: 0.3 }],
    ['pages of a CDN', { html: { p: 0.2 } }],
    ['pages of a CDN with status 200', { html: { p: 0.2, status: 200 } }],
    ['cut JSON', { truncate: 0.2 }],
    ['empty bodies', { empty: 0.2 }],
    ['broken connections', { reset: 0.2 }],
    ['doubled rows', { duplicateRows: { fraction: 0.3, path: 'trades' } }],
  ])('loses nothing in %s', async (_name, faults) => {
    await replay.setFaults(faults)
    expectWhole(await tapes(sources({ attempts: 12 })))
    expect(Object.values((await replay.stats()).faults_fired).reduce((a, b) => a + b, 0)).toBeGreaterThan(0)
  })

  it('asks again for a shuffled page, then puts the prints in the order of time and says so', async () => {
    await replay.setFaults({ shuffleRows: { path: 'trades' } })
    const all = await tapes(sources())
    for (const { prints, recorded } of all) {
      expect(prints.map(([ms]) => ms)).toEqual(recorded.map(([ms]) => ms))
      expect([...prints].sort()).toEqual([...recorded].sort())
    }
    expect(all.some(({ unordered }) => unordered > 0)).toBe(true)
  })

  it('takes the second answer when only the first was shuffled', async () => {
    await replay.setFaults({ shuffleRows: { path: 'trades', times: 3 } })
    const all = await tapes(sources())
    expectWhole(all)
  })

  it('shows lost rows: the counts no longer make up the volume', async () => {
    await replay.setFaults({ dropRows: { fraction: 0.1, path: 'trades' } })
    const all = await tapes(sources())
    expect(all.filter(({ countCenti, volume }) => countCenti < volume!).length).toBeGreaterThan(10)
  })

  it('reads null lists as empty', async () => {
    await replay.setFaults({ nullLists: { path: 'historical/markets' } })
    expect((await markets(sources())).every(({ tier }) => tier === 'live')).toBe(true)
  })

  it('stops at a cursor that comes back', async () => {
    await replay.setClock({ cutoff: '2025-01-10T00:00:00Z' })
    await replay.setFaults({ cursorLoop: { path: 'trades' } })
    const answer = tapes(sources()).finally(() => replay.setClock({ cutoff: CUTOFF }))
    await expect(answer).rejects.toMatchObject({
      code: 'KALSHI_CURSOR_LOOP',
      message: expect.stringMatching(/page 2 of the trades of KXHIGHMIA-.* leads back/),
    })
  })

  it('names service, address, status and tries when the tries run out', async () => {
    await replay.setFaults({ error500: { path: 'markets' } })
    await expect(markets(sources({ attempts: 3 }))).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      exit: 1,
      message: expect.stringMatching(
        /^kalshi did not give the (live|historical) markets of KXHIGHMIA in 3 tries: http:.*markets\?series_ticker=KXHIGHMIA.* ended with status 500, .*internal server error.*; expected status 200/,
      ),
    })
  })

  it('reads candles of both tiers, whose volumes make up the market', async () => {
    const from = sources()
    for (const market of await markets(from)) {
      const found = await from.kalshi.candles({ ...market, seriesTicker: 'KXHIGHMIA' })
      expect(found.volumeCenti).toBe(market.volumeCenti)
      expect(found.tier).toBe(market.tier)
      const ends = found.candles.map(({ endMinute }) => endMinute)
      expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b))
      const minutes = new Set((tape.get(market.ticker) ?? []).map(({ tsMs }) => Math.floor(tsMs / 60_000) + 1))
      const traded = found.candles.filter(({ price }) => price.close !== null)
      expect(traded.map(({ endMinute }) => endMinute)).toEqual([...minutes])
    }
  })

  it('reads the candles of a whole event in few requests, each market with its own, as one by one', async () => {
    const from = sources()
    const live = (await markets(from)).filter(({ tier }) => tier === 'live')
    const event = live[0]!.eventTicker
    const ladder = live
      .filter(({ eventTicker }) => eventTicker === event)
      .map((market) => ({ ...market, seriesTicker: 'KXHIGHMIA', openMs: market.openMs!, closeMs: market.closeMs! }))
    expect(ladder).toHaveLength(6)
    await replay.resetStats()
    const found = await from.kalshi.eventCandles({ seriesTicker: 'KXHIGHMIA', eventTicker: event }, ladder)
    expect((await replay.stats()).requests).toBe(2)
    for (const market of ladder) {
      const { candles, volumeCenti } = await from.kalshi.candles(market)
      expect(found!.get(market.ticker)).toMatchObject({ candles, volumeCenti })
    }
    expect(
      await from.kalshi.eventCandles({ seriesTicker: 'KXHIGHMIA', eventTicker: 'KXHIGHMIA-99JAN01' }, ladder),
    ).toBeNull()
  })

  it('asks for a long life in parts below the cap of 5,000 periods', async () => {
    const from = sources()
    const [market] = await markets(from)
    const long = { ...market!, seriesTicker: 'KXHIGHMIA', openMs: market!.openMs! - 12 * 86_400_000 }
    const found = await from.kalshi.candles(long)
    expect(found.requests).toBe(4)
    expect(found.volumeCenti).toBe(market!.volumeCenti)
  })

  it('finds one market wherever it is, and null where there is none', async () => {
    const from = sources()
    const all = await markets(from)
    for (const tier of ['live', 'historical'] as const) {
      const market = all.find((one) => one.tier === tier)!
      expect(await from.kalshi.market(market.ticker)).toEqual(market)
    }
    expect(await from.kalshi.market('KXHIGHMIA-99JAN01-T1')).toBeNull()
  })

  it('lists events whose markets are archived', async () => {
    const events = await sources().kalshi.events('KXHIGHMIA', fromMs)
    const days = events.map(({ ticker }) => formatDay(eventDayOfTicker(ticker)!))
    expect(days).toEqual(expect.arrayContaining(['2025-01-18', '2025-01-19', '2025-02-20']))
  })

  it('reads both kinds of station report, and every issuance of a day that was corrected', async () => {
    const from = sources()
    const [start, end] = [Date.parse('2024-11-01T05:00Z'), Date.parse('2025-02-15T05:00Z')]
    const rows = await from.iem.observations('KMIA', start, end)
    const times = rows.map(({ validMs }) => validMs)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(rows.filter(({ reportType }) => reportType === 'routine').length).toBeGreaterThan(2400)
    expect(rows.some(({ reportType }) => reportType === 'special')).toBe(true)
    expect(times.every((ms) => ms >= start && ms < end)).toBe(true)

    const { reports, problems } = await from.iem.cliReports('MIA', start, end)
    expect(problems).toEqual([])
    const day = parseDay('2024-11-27')
    expect(reports.filter((one) => one.day === day).map(({ kind, tmaxF }) => [kind, tmaxF])).toEqual([
      ['preliminary', expect.any(Number)],
      ['final', 84],
      ['correction', 81],
    ])
  })

  it.each<[string, Record<string, unknown>]>([
    ['server errors', { error503: { p: 0.4, path: '/iem/' } }],
    ['cut bodies', { truncate: { p: 0.4, path: '/iem/' } }],
    ['empty bodies', { empty: { p: 0.4, path: '/iem/' } }],
    ['doubled and shuffled rows', { duplicateRows: { path: '/iem/' }, shuffleRows: { path: '/iem/' } }],
  ])('loses no report and no issuance in %s', async (_name, faults) => {
    const read = async () => {
      const { iem } = sources({ attempts: 12 })
      return [await iem.observations('KMIA', fromMs, toMs), await iem.cliReports('MIA', fromMs, toMs)]
    }
    const whole = await read()
    await replay.setFaults(faults)
    expect(await read()).toEqual(whole)
  })
})
