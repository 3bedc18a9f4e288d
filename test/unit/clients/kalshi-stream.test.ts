import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fixedClock } from '../../../src/base/time/index.ts'
import {
  type KalshiMarket,
  kalshiStream,
  readKalshiKey,
  type StreamEvent,
  systemPace,
} from '../../../src/data/clients/index.ts'
import { OrderBook, type TopOfBook } from '../../../src/data/clients/kalshi/order-book.ts'
import { StreamState } from '../../../src/data/clients/kalshi/stream-state.ts'
import { createSources } from '../../../src/data/clients/sources.ts'
import { type ReplayExchange, replayExchange } from '../../support/replay-exchange.ts'
import { sharedFolder } from '../../support/shared.ts'

const T = 'KXHIGHCHI-26SEP05-B80.5'
const subscribed = (channel: string, sid: number) => ({ type: 'subscribed', msg: { channel, sid } })
const snapshot = (seq: number, yes: string[][], no: string[][], ticker = T) => ({
  type: 'orderbook_snapshot',
  sid: 2,
  seq,
  msg: { market_ticker: ticker, yes_dollars_fp: yes, no_dollars_fp: no },
})
const delta = (seq: number, side: string, price: string, change: string) => ({
  type: 'orderbook_delta',
  sid: 2,
  seq,
  msg: { market_ticker: T, price_dollars: price, delta_fp: change, side, ts_ms: 1000 + seq },
})
const started = (tickers = [T]) => {
  const state = new StreamState(tickers)
  state.apply(subscribed('orderbook_delta', 2))
  state.apply(snapshot(1, [['0.3400', '54.00']], [['0.6300', '20.00']]))
  return state
}

describe('StreamState', () => {
  it('keeps a book from its snapshot and changes', () => {
    const state = started()
    expect(state.apply(delta(2, 'yes', '0.3500', '10.00')).events).toEqual([
      {
        kind: 'book',
        ticker: T,
        tsMs: 1002,
        top: { bid: 3500, bidSizeCenti: 1000, ask: 3700, askSizeCenti: 2000 },
      },
    ])
    expect(state.apply(delta(3, 'no', '0.6300', '-20.00')).events).toMatchObject([{ top: { bid: 3500, ask: null } }])
  })

  it('knows no book of a subscription that lost a message, and asks for all of them', () => {
    const state = started([T, 'OTHER'])
    state.apply(snapshot(2, [], [], 'OTHER'))
    const { events, resync } = state.apply(delta(4, 'yes', '0.3500', '10.00'))
    expect(events).toEqual([
      { kind: 'book', ticker: T, top: null, tsMs: null },
      { kind: 'book', ticker: 'OTHER', top: null, tsMs: null },
    ])
    expect(resync).toEqual({ sid: 2, tickers: [T, 'OTHER'] })
    expect(state.apply(delta(5, 'yes', '0.3600', '10.00'))).toEqual({ events: [], resync: null })
    expect(state.apply(snapshot(6, [['0.3300', '1.00']], [])).events).toMatchObject([{ top: { bid: 3300, ask: null } }])
  })

  it('notices that the very first message was lost', () => {
    const state = new StreamState([T])
    state.apply(subscribed('orderbook_delta', 2))
    expect(state.apply(delta(2, 'yes', '0.3500', '10.00'))).toEqual({
      events: [{ kind: 'book', ticker: T, top: null, tsMs: null }],
      resync: { sid: 2, tickers: [T] },
    })
  })

  it('does not believe a change that takes more than there was', () => {
    const { events, resync } = started().apply(delta(2, 'yes', '0.3400', '-54.01'))
    expect(events).toMatchObject([{ top: null }])
    expect(resync).toEqual({ sid: 2, tickers: [T] })
  })

  it('says that prints were missed', () => {
    const state = new StreamState([])
    state.apply(subscribed('trade', 4))
    const print = (seq: number) => ({
      type: 'trade',
      sid: 4,
      seq,
      msg: {
        trade_id: `t${seq}`,
        market_ticker: T,
        yes_price_dollars: '0.3500',
        count_fp: '12.50',
        taker_outcome_side: 'yes',
        ts_ms: 5,
      },
    })
    expect(state.apply(print(1)).events).toEqual([
      { kind: 'trade', ticker: T, id: 't1', tsMs: 5, price: 3500, countCenti: 1250, takerYes: true },
    ])
    expect(state.apply(print(3)).events.map(({ kind }) => kind)).toEqual(['trades-missed', 'trade'])
  })

  it('ignores kinds that it does not know', () => {
    expect(new StreamState([]).apply({ type: 'event_fee_update', msg: {} })).toEqual({ events: [], resync: null })
  })

  it.each([
    ['a delta without a side', { ...delta(2, 'maybe', '0.3400', '1.00') }],
    ['a delta without its size', { ...delta(2, 'yes', '0.3400', 'many') }],
    ['a delta at a dollar and more', { ...delta(2, 'yes', '1.3400', '1.00') }],
    ['a snapshot without a market', { type: 'orderbook_snapshot', sid: 2, seq: 2, msg: {} }],
    ['a ticker without prices', { type: 'ticker', msg: { market_ticker: T, ts_ms: 1 } }],
    ['a message that is none', { type: 'trade', msg: 7 }],
  ])('refuses %s by name', (_, frame) => {
    expect(() => started().apply(frame)).toThrow(expect.objectContaining({ code: 'KALSHI_FIELD' }))
  })

  it('agrees with a book that never lost anything, as soon as snapshots came, whatever was lost before', () => {
    const changes = fc.array(
      fc.record({
        side: fc.constantFrom('yes', 'no'),
        price: fc.integer({ min: 1, max: 99 }),
        count: fc.integer({ min: 1, max: 500 }),
        lost: fc.boolean(),
      }),
      { minLength: 1, maxLength: 40 },
    )
    fc.assert(
      fc.property(changes, (list) => {
        const truth = new OrderBook()
        const state = new StreamState([T])
        state.apply(subscribed('orderbook_delta', 2))
        state.apply(snapshot(1, [], []))
        let [seq, top, unknown] = [1, null as TopOfBook | null, false]
        const take = (events: readonly StreamEvent[]) => {
          for (const event of events) if (event.kind === 'book') [top, unknown] = [event.top, event.top === null]
        }
        for (const { side, price, count, lost } of list) {
          truth.change(side as 'yes' | 'no', price * 100, count)
          seq++
          if (lost) continue
          take(
            state.apply(
              delta(
                seq,
                side,
                `0.${String(price).padStart(2, '0')}00`,
                `${Math.trunc(count / 100)}.${String(count % 100).padStart(2, '0')}`,
              ),
            ).events,
          )
          if (unknown) {
            const levels = (side: Map<number, number>) =>
              [...side].map(([p, n]) => [
                `0.${String(p).padStart(4, '0')}`,
                `${Math.trunc(n / 100)}.${String(n % 100).padStart(2, '0')}`,
              ])
            take(state.apply(snapshot(++seq, levels(truth.yes), levels(truth.no))).events)
          }
          expect(top).toEqual(truth.top())
        }
      }),
    )
  })

  it.skipIf(!sharedFolder())('reads every recorded frame', () => {
    const lines = readFileSync(join(sharedFolder()!, 'samples', 'kalshi_ws_messages.jsonl'), 'utf8')
      .trim()
      .split('\n')
    const state = new StreamState([])
    const kinds = lines
      .map((line) => JSON.parse(line) as { _dir: string; msg: Record<string, unknown> })
      .filter(({ _dir, msg }) => _dir === 'in' && msg['type'] !== 'error')
      .flatMap(({ msg }) => state.apply(msg).events.map(({ kind }) => kind))
    expect(new Set(kinds)).toEqual(new Set(['book', 'ticker', 'trade', 'lifecycle']))
  })
})

describe.skipIf(!sharedFolder())('kalshiStream against the replay exchange', () => {
  const START = Date.parse('2025-02-20T18:00:00Z')
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = readKalshiKey({
    id: 'the-id',
    pem: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    file: undefined,
  })!
  const pace = { ...systemPace, sleep: (ms: number, signal?: AbortSignal) => systemPace.sleep(ms / 50, signal) }
  let replay: ReplayExchange
  let markets: KalshiMarket[]

  const rest = () => createSources({ sources: replay.sources }, { clock: fixedClock(START), offline: false }).kalshi

  beforeAll(async () => {
    replay = await replayExchange('--now', '2025-02-20T18:00:00Z')
    markets = await rest().markets({
      seriesTicker: 'KXHIGHMIA',
      tier: 'live',
      fromMs: START,
      toMs: START + 86_400_000,
      keep: (event) => event === 'KXHIGHMIA-25FEB20',
    })
    expect(markets).toHaveLength(6)
  })
  beforeEach(async () => {
    await replay.clearFaults()
    await replay.setClock({ now: '2025-02-20T18:00:00Z' })
  })
  afterAll(() => replay?.stop())

  /** Listens while the clock goes on ten minutes in steps, until the books are what they are at the end. */
  async function listen(faults: Record<string, unknown>, silenceMs = 30_000) {
    const stop = new AbortController()
    const tickers = markets.map(({ ticker }) => ticker)
    const url = `${replay.base.replace('http', 'ws')}/trade-api/ws/v2`
    const tops = new Map<string, TopOfBook | null>()
    const trades = new Map<string, StreamEvent>()
    const kinds: Record<string, number> = {}
    await replay.setFaults(faults)
    const reading = (async () => {
      const options = { url, key, tickers, silenceMs, signal: stop.signal, pace, wallNow: () => Date.now() }
      for await (const event of kalshiStream(options)) {
        kinds[event.kind] = (kinds[event.kind] ?? 0) + 1
        if (event.kind === 'book') tops.set(event.ticker, event.top)
        if (event.kind === 'lost') tops.clear()
        if (event.kind === 'trade') trades.set(event.id, event)
      }
    })()
    const until = async (what: () => boolean) => {
      for (let k = 0; k < 400 && !what(); k++) await new Promise((next) => setTimeout(next, 25))
    }
    await until(() => tops.size === 6)
    for (let k = 0; k < 10; k++) {
      await replay.setClock({ advanceMs: 60_000 })
      await new Promise((next) => setTimeout(next, 60))
    }
    await replay.clearFaults()
    await replay.setClock({ advanceMs: 60_000 })
    const truth = new Map(
      await Promise.all(tickers.map(async (ticker) => [ticker, (await rest().orderBook(ticker)).top()] as const)),
    )
    const same = () => tickers.every((ticker) => JSON.stringify(tops.get(ticker)) === JSON.stringify(truth.get(ticker)))
    await until(same)
    stop.abort()
    await reading
    return { tops, truth, trades, kinds }
  }

  it('ends with the books that a request gives, and brings every print', async () => {
    const { tops, truth, trades, kinds } = await listen({})
    expect(tops).toEqual(truth)
    expect(kinds['lost']).toBeUndefined()
    const tape = await Promise.all(markets.map((market) => rest().trades(market)))
    const meanwhile = tape.flatMap((one) => one.trades).filter(({ tsMs }) => tsMs > START && tsMs <= START + 660_000)
    expect(trades.size).toBe(meanwhile.length)
    expect(meanwhile.length).toBeGreaterThan(5)
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['lost frames', { wsGap: { p: 0.2, path: 'orderbook_delta' } }, 'book'],
    ['dropped connections', { wsDrop: { afterMessages: 20, times: 3 } }, 'lost'],
    ['a refused handshake', { wsRefuse: { status: 503, times: 2 } }, 'lost'],
  ])('ends with the same books through %s', async (_, faults, kind) => {
    const { tops, truth, kinds } = await listen(faults)
    expect(tops).toEqual(truth)
    expect(kinds[kind]).toBeGreaterThan(0)
  })

  it('leaves a connection that went mute', async () => {
    const { tops, truth, kinds } = await listen({ wsSilent: { afterMessages: 20, times: 1 } }, 1500)
    expect(tops).toEqual(truth)
    expect(kinds['lost']).toBeGreaterThan(0)
  })

  it('stops with a name where the key is refused', async () => {
    await replay.setFaults({ wsRefuse: { status: 401 } })
    const options = {
      url: `${replay.base.replace('http', 'ws')}/trade-api/ws/v2`,
      key,
      tickers: [],
      silenceMs: 5000,
      signal: new AbortController().signal,
      pace,
      wallNow: () => Date.now(),
    }
    await expect(Array.fromAsync(kalshiStream(options))).rejects.toMatchObject({
      code: 'KALSHI_STREAM_REFUSED',
      exit: 2,
    })
  })
})
