import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runQuery } from 'kwx/database'
import { systemPace } from 'kwx/sources'
import { fixedClock } from 'kwx/time'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSources } from '../../../src/data/clients/sources.ts'
import { addEProcessDay, changeEProcess, liveEProcess } from '../../../src/data/database/index.ts'
import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { type ReplayExchange, replayExchange } from '../../../test/support/replay-exchange.ts'
import { sharedFolder } from '../../../test/support/shared.ts'
import type { ChampionNews, ChampionsTold } from '../src/champion/champion-news.ts'
import type { PriceEvent } from '../src/feed/price-feed.ts'
import type { LoopOptions, LoopWorld, Tick } from '../src/loop/loop-types.ts'
import { loopName } from '../src/loop/minute-worker.ts'
import { runLoop } from '../src/loop/run-loop.ts'
import { stopFile } from '../src/loop/stop-switch.ts'
import { watch } from '../src/loop/watchdog.ts'
import { Health } from '../src/monitoring/health.ts'
import type { LivePair } from '../src/signals/load-pair.ts'
import { replaySignals } from '../src/signals/replay-signals.ts'
import { STAND_DOWNS } from '../src/signals/stand-down.ts'
import { lastWorkedMinute } from '../src/storage/save-minute.ts'
import type { Signal } from '../src/storage/signals.ts'
import { addControl, readSignals } from '../src/storage/signals.ts'
import { builtDigests } from './built-digests.ts'
import { livePair } from './support.ts'

const START = '2025-02-20T16:00:00Z'
const MINUTE = 60_000

/** A server where there is one: the loop records on nothing else. */
const kinds = [databaseKinds.at(-1)!]

describe.skipIf(!sharedFolder()).each(kinds)('the loop over a recorded afternoon on the $name database', (kind) => {
  let replay: ReplayExchange
  let opened: OpenedDatabase
  let pair: LivePair
  let home: string

  beforeAll(async () => {
    replay = await replayExchange('--now', START)
    pair = (await livePair()).pair
    home = await mkdtemp(join(tmpdir(), 'kwx-home-'))
  })
  beforeEach(async () => {
    await replay.clearFaults()
    await replay.setClock({ now: START })
    opened = await migratedDatabase(kind)
  })
  afterEach(async () => {
    await opened.done()
    await rm(stopFile(home), { force: true })
  })
  afterAll(() => replay?.stop())

  /** A loop whose sleep moves the recording's clock on: a tick a minute, without waiting. */
  async function loop(
    over: Partial<LoopOptions> = {},
    world: Partial<LoopWorld> = {},
  ): Promise<{ ended: string; ticks: Tick[] }> {
    const ticks: Tick[] = []
    const clock = {
      ms: 0,
      now: () => clock.ms,
      refresh: async () => {
        clock.ms = Date.parse(((await (await fetch(`${replay.base}/__replay/clock`)).json()) as { now: string }).now)
      },
    }
    await clock.refresh()
    const ended = await runLoop(
      {
        db: opened.db,
        sources: clients(clock),
        clock,
        home,
        signal: new AbortController().signal,
        sleep: () => replay.setClock({ advanceMs: MINUTE }),
        ...world,
      },
      {
        pairs: [pair],
        record: true,
        ticks: 16,
        tickMs: 9000,
        mostAheadMs: 5 * MINUTE,
        onTick: (tick) => ticks.push(tick),
        ...over,
      },
    )
    return { ended, ticks }
  }
  const clients = (clock: { now: () => number }) => {
    const pace = { ...systemPace, sleep: (ms: number, signal?: AbortSignal) => systemPace.sleep(ms / 200, signal) }
    return createSources({ sources: replay.sources }, { clock, offline: false, pace })
  }
  const stored = (): Promise<Signal[]> => readSignals(opened.db, { fromMinute: 0, toMinute: 2 ** 31 - 1 })
  const signalsOf = (ticks: readonly Tick[]) => ticks.flatMap(({ signals }) => signals)

  it('writes one signal for each price row of each minute, with its reason', async () => {
    const { ended, ticks } = await loop()
    expect(ended).toBe('16 ticks done')
    const signals = await stored()
    expect(signals).toEqual(
      signalsOf(ticks).toSorted((a, b) => a.endMinute - b.endMinute || (a.ticker < b.ticker ? -1 : 1)),
    )
    expect(signals.length).toBeGreaterThan(8)
    for (const { standDown, pModel, pBlend, side, trace } of signals) {
      if (standDown === null) expect([pModel, pBlend, side]).not.toContain(null)
      else expect(STAND_DOWNS).toContain(standDown)
      expect(trace['weight']).toBe(0.6)
    }
    expect(signals.some(({ pModel }) => pModel !== null)).toBe(true)
    const minutes = await runQuery<{ n: number }>(opened.db, 'select count(*) as n from rt_minutes')
    expect(minutes[0]!.n).toBe(new Set(ticks.flatMap((tick) => tick.minutes)).size)
  })

  it('gives the same again from the rows alone, in a replay and in a built dataset, bit for bit', async () => {
    await loop()
    const signals = await stored()
    const span = [signals[0]!.endMinute, signals.at(-1)!.endMinute] as const
    const replayed = await replaySignals(opened.db, [pair], span)
    expect(replayed).toMatchObject({ recorded: signals.length, rebuilt: signals.length, differences: [] })

    const built = await builtDigests(opened.db, pair, ['2025-02-20', '2025-02-21'])
    const withFeatures = signals.filter(({ trace }) => trace['features'] !== null)
    expect(withFeatures.length).toBeGreaterThan(10)
    for (const { endMinute, ticker, trace } of withFeatures) {
      expect([ticker, trace['features']]).toEqual([ticker, built.get(`${endMinute} ${ticker}`)])
    }
  })

  it('tells of every print once and in order, and has each minute written with the signals that its hook makes of them', async () => {
    const events: PriceEvent[] = []
    const minutes: number[] = []
    await loop({
      onPrice: (event) => events.push(event),
      onMinute: async ({ minute: { endMinute }, signals, save }) => {
        minutes.push(endMinute)
        await save((await signals).map((signal) => ({ ...signal, standDown: 'daily_loss' })))
      },
    })
    expect(new Set((await stored()).map(({ standDown }) => standDown))).toEqual(new Set(['daily_loss']))
    const [counted] = await runQuery<{ n: number; standDowns: number }>(
      opened.db,
      'select sum(signals)::integer as n, sum(stand_downs)::integer as "standDowns" from rt_minutes',
    )
    expect(counted).toEqual({ n: (await stored()).length, standDowns: (await stored()).length })
    expect(minutes).toEqual(minutes.map((_, k) => minutes[0]! + k))
    const told = events.flatMap((event) => (event.kind === 'print' ? [event] : []))
    const rows = await runQuery<{ n: number }>(opened.db, 'select count(*) as n from trades')
    expect(told.length).toBe(rows[0]!.n)
    expect(told.length).toBeGreaterThan(20)
  })

  it.each([
    ['fails', () => Promise.reject(new Error('the hook failed')), 'the hook failed'],
    ['writes nothing', () => Promise.resolve(), 'Nobody wrote minute'],
  ])('keeps nothing of a minute whose hook %s', async (_, onMinute, said) => {
    await expect(loop({ onMinute })).rejects.toThrow(said)
    expect(await stored()).toEqual([])
    expect(await lastWorkedMinute(opened.db, loopName([pair]))).toBeNull()
  })

  it('asks a challenger about the same rows and acts on the champion', async () => {
    const other = (await livePair({}, { intercept: -1.5 })).pair
    const both = { ...pair, challengerFor: other.modelFor }
    await loop({ pairs: [both] })
    const seen = (await stored()).filter(({ pModel }) => pModel !== null)
    expect(seen.length).toBeGreaterThan(3)
    for (const { pModel, modelId, trace } of seen) {
      expect(trace['challenger_p_model']).toBeGreaterThan(pModel!)
      expect(trace['challenger_model_id']).not.toBe(modelId)
    }
    const span = [seen[0]!.endMinute, seen.at(-1)!.endMinute] as const
    expect((await replaySignals(opened.db, [both], span)).differences).toEqual([])
    expect((await replaySignals(opened.db, [pair], span)).differences.length).toBeGreaterThan(0)
  })

  it('finds a changed row in a replay', async () => {
    await loop()
    const signals = await stored()
    const { endMinute, ticker } = signals.find(({ pModel }) => pModel !== null)!
    await runQuery(
      opened.db,
      `update trades set price = price + 100 from markets
       where trades.market_id = markets.market_id and ticker = $1 and ts_ms < $2 and ts_ms >= $2 - 60000`,
      [ticker, endMinute * MINUTE],
    )
    const { differences } = await replaySignals(opened.db, [pair], [endMinute, endMinute])
    expect(differences.map(({ field }) => field)).toContain('trace.features')
  })

  it('adds the settled day to the process of its champion, and stands it down by name until the next promotion', async () => {
    const { db } = opened
    const day = 20139
    const models = [(await pair.modelFor(day)).model!.id]
    const start = (promotion_id: number, atMs: number) =>
      changeEProcess(db, { city: 'miami', bracket: 'between' }, atMs, {
        ...{ promotion_id, version: `v${promotion_id}`, model_ids: models, first_day: day },
      })
    await start(1, Date.parse('2025-02-19T20:00:00Z'))
    const told: ChampionNews[] = []
    const onChampions = ({ news }: ChampionsTold) => void told.push(...news)
    await loop({ ticks: 12, onChampions })
    expect(told).toEqual([])
    await replay.setClock({ now: '2025-02-21T14:05:00Z' })
    const { ticks } = await loop({ ticks: 13, onChampions }) // results are asked for in the first tick that knows they lack
    expect(ticks.flatMap(({ faults }) => faults)).toEqual([])
    expect(told.map(({ outcome, day }) => [outcome, day])).toEqual([['day_added', day]])
    const [counted] = await runQuery<{ d: number; n: number }>(
      db,
      `with hours as (
         select avg(case result when 'yes' then ln(p_market) - ln(p_blend) else ln(1 - p_market) - ln(1 - p_blend) end) as d
         from rt_signals join markets on markets.ticker = market_ticker join events using (event_id)
         where day = $1 and p_blend is not null group by market_ticker, ceil(extract(epoch from ts_utc) / 3600))
       select avg(d) as d, count(*)::integer as n from hours`,
      [day],
    )
    const standing = await liveEProcess(db, { city: 'miami', bracket: 'between' })
    expect(counted!.n).toBeGreaterThan(3)
    expect(standing!.days).toMatchObject([{ day, market_hours: counted!.n, clipped: false }])
    expect(standing!.days[0]!.difference).toBeCloseTo(counted!.d, 12)
    const added_ms = Date.parse('2025-02-21T14:20:00Z')
    for (let k = 1; k < 9; k++) {
      await addEProcessDay(db, 1, { day: day + k, difference: 0.5, market_hours: 1, yes_markets: '', added_ms })
    }
    await replay.setClock({ now: '2025-02-21T14:21:00Z' })
    const reasons = async (over: Partial<LoopOptions> = {}) => {
      const found = signalsOf((await loop({ ticks: 3, onChampions, ...over })).ticks).map(({ standDown }) => standDown)
      return new Set(found.filter((reason) => reason !== 'late')) // of the minutes that it was away
    }
    expect(await reasons()).toEqual(new Set(['worse_than_market']))
    expect(told.at(-1)).toMatchObject({ outcome: 'latched', promotion: 1, city: 'miami', bracket: 'between' })
    const minutes = [Date.parse('2025-02-21T14:19:00Z') / MINUTE, Date.parse('2025-02-21T14:30:00Z') / MINUTE] as const
    expect((await replaySignals(db, [pair], minutes)).differences).toEqual([])
    const candidate = { ...pair, candidate: true }
    await replay.setClock({ advanceMs: MINUTE })
    expect(await reasons({ pairs: [candidate], record: false })).not.toContain('worse_than_market')
    await replay.setClock({ advanceMs: MINUTE })
    let isPromoted = false
    const sleep = async () => {
      if (!isPromoted) await start(2, added_ms)
      isPromoted = true
      await replay.setClock({ advanceMs: MINUTE })
    }
    const { ticks: last } = await loop({ ticks: 24, onChampions }, { sleep })
    const found = last.map(({ signals }) => signals.map(({ standDown }) => standDown))
    expect(found.slice(0, 2).flat()).toContain('worse_than_market')
    expect(found.slice(11).flat().length).toBeGreaterThan(0)
    expect(found.slice(11).flat()).not.toContain('worse_than_market')
  })

  it('goes on after a restart without losing or doubling a signal', async () => {
    await loop({ ticks: 20 })
    await replay.setClock({ advanceMs: MINUTE })
    await loop({ ticks: 19 })
    const split = await stored()
    await opened.done()
    opened = await migratedDatabase(kind)
    await replay.setClock({ now: START })
    await loop({ ticks: 40 })
    const whole = await stored()
    const shown = (signals: readonly Signal[]) =>
      signals.map(({ endMinute, ticker, pModel, trace }) => [endMinute, ticker, pModel, trace['features']])
    const end = split.at(-1)!.endMinute
    expect(shown(split)).toEqual(shown(whole.filter(({ endMinute }) => endMinute <= end)))
  })

  it('works through the minutes it missed, and acts on none of them', async () => {
    await loop({ ticks: 4 })
    await replay.setClock({ advanceMs: 20 * MINUTE })
    const { ticks } = await loop({ ticks: 1 })
    expect(ticks[0]!.minutes.length).toBeGreaterThanOrEqual(20)
    const late = ticks[0]!.signals.filter(({ endMinute }) => endMinute < ticks[0]!.atMs / MINUTE - 3)
    expect(late.length).toBeGreaterThan(3)
    expect(new Set(late.map(({ standDown }) => standDown))).toEqual(new Set(['late']))
  })

  it('catches up after hours in ticks that end, and leaves no minute out', async () => {
    await loop({ ticks: 2 })
    await replay.setClock({ advanceMs: 300 * MINUTE })
    const { ticks } = await loop({ ticks: 3 })
    expect(ticks.slice(0, 2).map(({ minutes }) => minutes.length)).toEqual([180, expect.toSatisfy((n) => n > 110)])
    const [row] = await runQuery<{ n: number; span: number }>(
      opened.db,
      'select count(*)::integer as n, max(end_minute) - min(end_minute) + 1 as span from rt_minutes',
    )
    expect(row!.n).toBeGreaterThan(300)
    expect(row!.n).toBe(row!.span)
  })

  it('asks for the last prints of markets that closed while it was away', async () => {
    await loop({ ticks: 2 })
    const known = await runQuery<{ id: number; ticker: string; n: number }>(
      opened.db,
      `select market_id as id, markets.ticker, (select count(*)::integer from trades where trades.market_id = markets.market_id) as n
       from markets join events using (event_id) where day = 20139`,
    )
    await replay.setClock({ now: '2025-02-21T06:30:00Z' }) // an hour and a half after they closed
    await loop({ ticks: 1 })
    let missed = 0
    for (const { id, ticker, n } of known) {
      const asked = await fetch(`${replay.base}/trade-api/v2/markets/trades?ticker=${ticker}&limit=1000`)
      const { trades } = (await asked.json()) as { trades: unknown[] }
      const stored = 'select count(*)::integer as n from trades where market_id = $1'
      expect([ticker, (await runQuery<{ n: number }>(opened.db, stored, [id]))[0]!.n]).toEqual([ticker, trades.length])
      missed += trades.length - n
    }
    expect(missed).toBeGreaterThan(0)
  })

  it('refuses to work beside another process on the same configurations', async () => {
    await loop({ ticks: 4 })
    const minute = (await lastWorkedMinute(opened.db, loopName([pair])))!
    let other = false
    await expect(
      loop(
        {},
        {
          sleep: async () => {
            await replay.setClock({ advanceMs: MINUTE })
            if (other) return
            other = true
            await runQuery(
              opened.db,
              `insert into rt_minutes select $1, m, 0, 0, 0 from generate_series($2::integer, $3::integer) as m on conflict do nothing`,
              [loopName([pair]), minute + 2, minute + 20],
            )
          },
        },
      ),
    ).rejects.toMatchObject({ code: 'RT_ANOTHER_LOOP' })
  })

  it('leaves a minute to the next tick while prices cannot be fetched, and loses none', async () => {
    await replay.setFaults({ error500: { path: 'trades', after: 12, times: 40 } })
    const { ticks } = await loop()
    expect(ticks.some(({ faults }) => faults.length > 0)).toBe(true)
    const minutes = ticks.flatMap((tick) => tick.minutes)
    expect(minutes).toEqual(minutes.map((_, k) => minutes[0]! + k))
    await replay.clearFaults()
    const span = [minutes[0]!, minutes.at(-1)!] as const
    expect((await replaySignals(opened.db, [pair], span)).differences).toEqual([])
  })

  it('stands down when the station has been silent for too long', async () => {
    await replay.setFaults({ error503: { path: '/iem/' } })
    const { ticks } = await loop({ ticks: 6 })
    expect(new Set(signalsOf(ticks).map(({ standDown }) => standDown))).toEqual(new Set(['weather_stale']))
  })

  it('acts on nothing while its clock is not that of the exchange', async () => {
    const behind = (minutes: number) => ({ now: () => Date.parse(START) - minutes * MINUTE })
    await loop({ ticks: 1 }, { clock: behind(40), sources: clients(behind(40)) })
    const { ticks } = await loop({ ticks: 1 }, { clock: behind(7), sources: clients(behind(7)) })
    expect(signalsOf(ticks).length).toBeGreaterThan(3)
    expect(new Set(signalsOf(ticks).map(({ standDown }) => standDown))).toEqual(new Set(['clock_skew']))
  })

  it('ends as stopped, whatever was under way', async () => {
    const ending = new AbortController()
    await replay.setFaults({ latency: { ms: 400, path: 'trades' } })
    setTimeout(() => ending.abort(), 1500)
    const sources = createSources(
      { sources: replay.sources },
      { clock: fixedClock(Date.parse(START)), offline: false, signal: ending.signal },
    )
    expect((await loop({}, { signal: ending.signal, sources })).ended).toBe('stopped')
  })

  it('ends when the stop file is there, before it writes anything', async () => {
    await writeFile(stopFile(home), '')
    expect((await loop()).ended).toMatch(/^stopped: .*STOP is there/)
    expect(await stored()).toEqual([])
  })

  it('acts on nothing while paused, and goes on when told', async () => {
    await addControl(opened.db, { command: 'pause', reason: 'lunch', atMs: 1 })
    const paused = await loop({ ticks: 8 })
    expect(new Set(signalsOf(paused.ticks).map(({ standDown }) => standDown))).toEqual(new Set(['paused']))
    await addControl(opened.db, { command: 'resume', reason: 'back', atMs: 2 })
    await replay.setClock({ advanceMs: MINUTE })
    const resumed = await loop({ ticks: 6 })
    expect(signalsOf(resumed.ticks).some(({ standDown }) => standDown !== 'paused')).toBe(true)
  })

  it('stops when the switch cannot be read', async () => {
    await runQuery(opened.db, 'alter table rt_controls rename to hidden')
    await expect(loop()).rejects.toMatchObject({ code: 'RT_SWITCH_UNREADABLE', exit: 1 })
    expect(await stored()).toEqual([])
  })

  it('raises the alarm within two ticks when the database freezes', async () => {
    const alarms: string[] = []
    const health = new Health(100, () => performance.now())
    const stop = watch(health, {
      everyMs: 10,
      onAlarm: (reason) => alarms.push(reason),
      giveUpMs: 60_000,
      onGiveUp: () => {},
    })
    const frozen = new Proxy(opened.db, {
      get: (target, name) =>
        name === 'executeQuery' ? () => new Promise(() => {}) : (Reflect.get(target, name, target) as unknown),
    })
    void loop({}, { db: frozen })
    for (let k = 0; k < 100 && alarms.length === 0; k++) await new Promise((next) => setTimeout(next, 10))
    stop()
    expect(alarms).toHaveLength(1)
  })

  it('writes nothing in a dry run', async () => {
    const { ticks } = await loop({ record: false, ticks: 8 })
    expect(signalsOf(ticks).length).toBeGreaterThan(0)
    expect(await stored()).toEqual([])
  })
})
