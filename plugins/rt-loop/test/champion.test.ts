import { addEProcessDay, type Database, liveEProcess, openDatabase, runQuery } from 'kwx/database'
import { climateDayEnd, minuteToMs } from 'kwx/time'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { ChampionWatch } from '../src/champion/champion-watch.ts'
import type { Pair } from '../src/signals/pair.ts'
import {
  championPair,
  FIRST,
  morningAfter,
  noisyDays,
  placeOf,
  promote,
  recordDay,
  recordMarkets,
  simpleDay,
  tickerOf,
} from './champion-world.ts'

const ALL = 2 ** 31 - 1
const { signal } = new AbortController()

describe.each(databaseKinds)('the process of a champion on the $name database', (kind) => {
  let opened: OpenedDatabase
  let db: Database
  let pair: Pair
  beforeAll(async () => {
    pair = await championPair('miami')
  })
  beforeEach(async () => {
    opened = await migratedDatabase(kind)
    db = opened.db
    await promote(db, pair, 1)
  })
  afterEach(() => opened?.done())

  const watching = async (on: Database = db, pairs: readonly Pair[] = [pair]) => {
    const watch = new ChampionWatch({ db: on, signal }, pairs)
    await watch.load()
    return watch
  }
  /** Lets it grow until there is no more to do, and answers what it told. */
  async function grown(watch: ChampionWatch, nowMs: number, worked: number | null = ALL) {
    await watch.load()
    for (let time = 0; time < 40; time++) await watch.grow(worked, nowMs)
    const { news, faults } = watch.take()
    expect(faults).toEqual([])
    return news.map(({ outcome, day }) => `${outcome} ${day === null ? '' : day - FIRST}`.trim())
  }
  const days = async () => (await liveEProcess(db, placeOf(pair)))!.days

  it('adds settled days, each with the mean over its market-hours', async () => {
    for (const recorded of noisyDays('days', 5, [0.8, 0.4])) await recordDay(db, pair, recorded)
    const watch = await watching()
    expect(await grown(watch, morningAfter(pair, FIRST + 4))).toEqual([0, 1, 2, 3, 4].map((k) => `day_added ${k}`))
    const counted = await runQuery<{ day: number; d: number; n: number; yes: string }>(
      db,
      `with hours as (
         select events.day, market_ticker, result, ceil(extract(epoch from ts_utc) / 3600) as hour,
           avg(case result when 'yes' then ln(market) - ln(blend) else ln(1 - market) - ln(1 - blend) end) as d
         from rt_signals join markets on markets.ticker = market_ticker join events using (event_id),
           lateral (select least(1 - 1e-6, greatest(1e-6, p_market)) as market,
             least(1 - 1e-6, greatest(1e-6, p_blend)) as blend) as clipped
         group by events.day, market_ticker, result, hour)
       select day, avg(d) as d, count(*)::integer as n,
         coalesce((select string_agg(m.ticker, ',') from markets as m join events using (event_id)
           where events.day = hours.day and m.result = 'yes'), '') as yes
       from hours group by day order by day`,
    )
    const added = await days()
    expect(added.map(({ day, market_hours, yes_markets }) => [day, market_hours, yes_markets])).toEqual(
      counted.map(({ day, n, yes }) => [day, n, yes]),
    )
    for (const [k, { difference }] of added.entries()) expect(difference).toBeCloseTo(counted[k]!.d, 12)
    expect(added[0]!.market_hours).toBe(56)
  })

  it('takes three days at a time, so that a tick ends', async () => {
    for (let k = 0; k < 7; k++) await recordDay(db, pair, simpleDay(FIRST + k, 0.5))
    const watch = await watching()
    const counts: number[] = []
    for (let time = 0; time < 4; time++) {
      await watch.grow(ALL, morningAfter(pair, FIRST + 6))
      counts.push((await days()).length)
    }
    expect(counts).toEqual([3, 6, 7, 7])
  })

  it('counts only what the promoted version said, from the first day on', async () => {
    const plain = simpleDay(FIRST, 0.5)
    const wrong = { market: 0, pBlend: 0.001, pMarket: 0.9 }
    await recordDay(db, pair, {
      ...plain,
      rows: [
        ...plain.rows,
        { ...wrong, minute: -5 }, // the evening before the first day
        { ...wrong, minute: 0 }, // midnight closes the day before
        { ...wrong, minute: 33, modelId: 'another' },
        { ...wrong, minute: 34, candidate: true },
        { ...wrong, minute: 35, pMarket: null },
        { ...wrong, minute: 36, pBlend: null },
      ],
    })
    await grown(await watching(), morningAfter(pair, FIRST))
    expect(await days()).toMatchObject([{ day: FIRST, difference: 0, market_hours: 4 }])
  })

  it('counts a later day from the evening before on', async () => {
    const { rows } = simpleDay(FIRST + 1, 0.5)
    await recordDay(db, pair, {
      day: FIRST + 1,
      won: 0,
      rows: rows.map((row) => ({ ...row, minute: row.minute - 300 })),
    })
    await grown(await watching(), morningAfter(pair, FIRST + 1))
    expect(await days()).toMatchObject([{ day: FIRST + 1, market_hours: 4 }])
  })

  it('waits for the morning after, for the last minute and for every result, and later days wait too', async () => {
    await recordDay(db, pair, { ...simpleDay(FIRST, 0.5), status: 'closed' })
    await recordDay(db, pair, simpleDay(FIRST + 1, 0.5))
    const watch = await watching()
    const late = morningAfter(pair, FIRST + 1)
    expect(await grown(watch, late)).toEqual([])
    await recordMarkets(db, pair, simpleDay(FIRST, 0.5))
    await runQuery(db, `update markets set result = 'yes' where ticker = $1`, [tickerOf(pair.city, FIRST, 3)])
    expect(await grown(watch, late)).toEqual([]) // two of one event say yes
    await recordMarkets(db, pair, simpleDay(FIRST, 0.5))
    const last = climateDayEnd(FIRST, pair.city.standardOffset)
    expect(await grown(watch, late, last - 2)).toEqual([])
    expect(await grown(watch, late, null)).toEqual([])
    expect(await grown(watch, morningAfter(pair, FIRST) - 1)).toEqual([])
    expect(await grown(watch, minuteToMs(last) - 1)).toEqual([])
    expect(await grown(watch, late)).toEqual(['day_added 0', 'day_added 1'])
  })

  it('leaves out a day without signals, and one whose results did not come for a week, and says so once', async () => {
    await recordDay(db, pair, { ...simpleDay(FIRST, 0.5), status: 'closed' })
    await recordDay(db, pair, { ...simpleDay(FIRST + 1, 0.5), rows: [] })
    await recordDay(db, pair, simpleDay(FIRST + 3, 0.5))
    const watch = await watching()
    const week = 7 * 24 * 3_600_000
    expect(await grown(watch, morningAfter(pair, FIRST) + week)).toEqual([])
    const told = ['result_missing 0', 'no_signals 1', 'no_signals 2', 'day_added 3']
    expect(await grown(watch, morningAfter(pair, FIRST) + week + 1)).toEqual([
      ...told,
      'no_signals 4',
      'no_signals 5',
      'no_signals 6',
      'no_signals 7',
    ])
    expect(await grown(watch, morningAfter(pair, FIRST) + week + 2)).toEqual([])
    expect((await days()).map(({ day }) => day)).toEqual([FIRST + 3])
  })

  it('adds nothing while the clock is behind, says so, and goes on when it is right', async () => {
    await recordDay(db, pair, simpleDay(FIRST, 0.5))
    await recordDay(db, pair, simpleDay(FIRST + 1, 0.5))
    const watch = await watching()
    await grown(watch, morningAfter(pair, FIRST) + 1000)
    expect(await grown(watch, morningAfter(pair, FIRST))).toEqual(['clock_backwards'])
    expect(await grown(watch, morningAfter(pair, FIRST))).toEqual([])
    expect(await grown(watch, morningAfter(pair, FIRST + 1))).toEqual(['day_added 1'])
  })

  it('lets a day stand whose result changes, and says so once', async () => {
    await recordDay(db, pair, simpleDay(FIRST, 0.7))
    const watch = await watching()
    await grown(watch, morningAfter(pair, FIRST))
    const before = await days()
    await recordMarkets(db, pair, { ...simpleDay(FIRST, 0.7), won: 2 })
    expect(await grown(watch, morningAfter(pair, FIRST) + 1)).toEqual(['result_changed 0'])
    expect(await grown(watch, morningAfter(pair, FIRST) + 2)).toEqual([])
    expect(await days()).toEqual(before)
  })

  it('is one process for two loops: the second takes over what the first added', async () => {
    const other = kind.name === 'embedded' ? db : await openDatabase(opened)
    try {
      const [one, two] = [await watching(), await watching(other)]
      for (let k = 0; k < 2; k++) await recordDay(db, pair, simpleDay(FIRST + k, 0.5))
      const now = morningAfter(pair, FIRST + 1)
      await Promise.all([one.grow(ALL, now), two.grow(ALL, now)])
      const told = [one.take(), two.take()]
      expect(told.flatMap(({ faults }) => faults)).toEqual([])
      expect((await days()).map(({ day }) => day)).toEqual([FIRST, FIRST + 1])
      const outcomes = told.map(({ news }) => news.map(({ outcome }) => outcome))
      expect(outcomes.flat().filter((outcome) => outcome === 'day_added')).toHaveLength(2)
      expect(outcomes.flat()).toContain('changed_elsewhere')
      await Promise.all([grown(one, now), grown(two, now)])
      expect(two.take().champions).toEqual(one.take().champions)
    } finally {
      if (other !== db) await other.destroy()
    }
  })

  describe('that was worse than the market', () => {
    beforeEach(async () => {
      for (let k = 0; k < 9; k++) await recordDay(db, pair, simpleDay(FIRST + k, 0.3, 0.6))
    })

    it('is stood down by name, and says so once', async () => {
      const watch = await watching()
      expect(watch.standDownOf(pair)).toBeNull()
      const told = await grown(watch, morningAfter(pair, FIRST + 8))
      const latched = told.find((one) => one.startsWith('latched'))!
      const since = (await liveEProcess(db, placeOf(pair)))!.latchedSince!
      expect(latched).toBe(`latched ${since - FIRST}`)
      expect(watch.standDownOf(pair)).toMatch(
        /^worse than the market since 2025-02-2\d, by the e-process of promotion 1$/,
      )
      expect(await grown(watch, morningAfter(pair, FIRST + 8))).toEqual([])
    })

    it('stays so after a restart and after days that are better, until the next promotion; a candidate never is', async () => {
      await grown(await watching(), morningAfter(pair, FIRST + 8))
      const again = await watching()
      expect(again.standDownOf(pair)).toMatch(/^worse than the market/)
      expect(again.take().news.map(({ outcome }) => outcome)).toEqual(['latched'])
      for (let k = 9; k < 19; k++) await recordDay(db, pair, simpleDay(FIRST + k, 0.95, 0.5))
      await grown(again, morningAfter(pair, FIRST + 18))
      expect((await days()).at(-1)!.e_against).toBeLessThan(1)
      expect(again.standDownOf(pair)).toMatch(/^worse than the market/)
      const candidate = await championPair('miami', true)
      const beside = await watching(db, [candidate])
      expect([beside.standDownOf(candidate), beside.take().champions]).toEqual([null, []])
      await promote(db, pair, 2, morningAfter(pair, FIRST + 18))
      await again.load()
      expect(again.standDownOf(pair)).toBeNull()
    })

    it('is stood down by a day that another process added', async () => {
      const watch = await watching()
      for (let k = 0; k < 8; k++) {
        const day = { day: FIRST + k, difference: 0.5, market_hours: 1, yes_markets: '', added_ms: 9e12 }
        await addEProcessDay(db, 1, day)
      }
      await watch.load()
      expect(watch.standDownOf(pair)).toMatch(/^worse than the market/)
    })
  })

  it('costs the others nothing when it fails, and stands its own city down while it was never read', async () => {
    const chicago = await championPair('chicago')
    await promote(db, chicago, 2)
    await runQuery(db, 'alter table e_processes disable trigger user')
    await runQuery(db, 'alter table e_processes drop constraint e_processes_clip_check')
    await runQuery(db, `update e_processes set clip = 'infinity' where promotion_id = 2`)
    await recordDay(db, pair, simpleDay(FIRST, 0.5))
    const watch = await watching(db, [chicago, pair])
    expect(watch.standDownOf(chicago)).toMatch(/^its e-process cannot be read: Differences of days are clipped/)
    expect(watch.standDownOf(pair)).toBeNull()
    await watch.grow(ALL, morningAfter(pair, FIRST))
    const { news, faults } = watch.take()
    expect(news.map(({ outcome }) => outcome)).toEqual(['day_added'])
    expect(faults).toEqual([expect.stringMatching(/^e-process of chicago between: Differences/)])
    await runQuery(db, 'update e_processes set clip = 0.5 where promotion_id = 2')
    await watch.load()
    expect(watch.standDownOf(chicago)).toBeNull()
  })

  it('is nothing where no champion was promoted', async () => {
    const chicago = await championPair('chicago')
    const watch = await watching(db, [chicago])
    await watch.grow(ALL, 9e12)
    expect(watch.standDownOf(chicago)).toBeNull()
    expect(watch.take()).toEqual({ news: [], faults: [], champions: [{ ...placeOf(chicago), standing: null }] })
  })
})

describe('a champion with twice the noise of the market', () => {
  let opened: OpenedDatabase
  beforeAll(async () => {
    opened = await migratedDatabase(databaseKinds[0]!)
  })
  afterAll(() => opened?.done())

  it('is stood down by its own signals, and one with the noise of the market is not', async () => {
    const pairs = await Promise.all(['miami', 'chicago'].map((id) => championPair(id)))
    const watch = new ChampionWatch({ db: opened.db, signal }, pairs)
    for (const [k, pair] of pairs.entries()) {
      await promote(opened.db, pair, k + 1)
      const noise = k === 0 ? 1.6 : 0.8
      for (const recorded of noisyDays(`champion ${k}`, 45, [noise, 0.8])) await recordDay(opened.db, pair, recorded)
    }
    await watch.load()
    for (let time = 0; time < 15; time++) await watch.grow(ALL, morningAfter(pairs[1]!, FIRST + 44))
    const { champions, faults } = watch.take()
    expect(faults).toEqual([])
    expect(champions.map(({ standing }) => standing!.days.length)).toEqual([45, 45])
    expect(pairs.map((pair) => watch.standDownOf(pair) !== null)).toEqual([true, false])
  })
})
