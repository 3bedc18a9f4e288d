import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { migrate } from '../../src/data/database/connection/migrate.ts'
import {
  addEProcessDay,
  changeEProcess,
  type Database,
  inTransaction,
  liveEProcess,
  openDatabase,
  runQuery,
} from '../../src/data/database/index.ts'
import { E_BAR, eValues, growEProcess, startEProcess } from '../../src/domain/scores/index.ts'
import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../support/databases.ts'

const coded = (code: string) => expect.objectContaining({ code })
const FIRST = 20140
const dayOf = (day: number, difference: number, added_ms = 60_000 * day) => ({
  ...{ day, difference, market_hours: 84, yes_markets: 'WAVES-B70', added_ms },
})

describe.each(databaseKinds)('e-processes on the $name database', (kind) => {
  let opened: OpenedDatabase
  let db: Database
  let promotion = 0
  let now = 0
  beforeAll(async () => {
    opened = await migratedDatabase(kind)
    db = opened.db
  })
  afterAll(() => opened?.done())

  const place = { city: 'atlantis', bracket: 'between' } as const
  const startOf = () => ({
    promotion_id: promotion,
    version: `v${promotion}`,
    model_ids: ['m1', 'm2'],
    first_day: FIRST,
  })
  const start = () => inTransaction(db, (trx) => changeEProcess(trx, place, ++now, startOf()))
  beforeEach(async () => {
    promotion++
    await start()
  })

  it('start without a day', async () => {
    expect(await liveEProcess(db, place)).toEqual({
      process: { ...startOf(), ...place, clip: 0.5, started_ms: now, ended_ms: null },
      ...{ days: [], state: startEProcess(0.5), latchedSince: null },
    })
    expect(await liveEProcess(db, { ...place, bracket: 'less' })).toBeNull()
  })

  it('grow as the pure process does, to the last bit, and keep each day', async () => {
    const differences = [0.01, -0.2, 0.7, 1 / 3]
    let state = startEProcess(0.5)
    for (const [k, difference] of differences.entries()) {
      state = growEProcess(state, FIRST + 2 * k, difference)
      expect((await addEProcessDay(db, promotion, dayOf(FIRST + 2 * k, difference))).state).toEqual(state)
    }
    const standing = await liveEProcess(db, place)
    expect(standing!.state).toEqual(state)
    const { eFor, eAgainst } = eValues(state)
    expect(standing!.days.map(({ clipped }) => clipped)).toEqual([false, false, true, false])
    expect(standing!.days.at(-1)).toEqual({
      ...{ promotion_id: promotion, ...dayOf(FIRST + 6, 1 / 3), e_for: eFor, e_against: eAgainst, clipped: false },
    })
  })

  it('latch on the first day at 20 or above, and stay latched below it', async () => {
    let day = FIRST
    let since: number | null = null
    for (; since === null; day++) {
      const { state, latchedSince } = await addEProcessDay(db, promotion, dayOf(day, 0.3))
      expect(latchedSince).toBe(eValues(state).eAgainst >= E_BAR - 1e-9 ? day : null)
      since = latchedSince
    }
    for (let k = 0; k < 10; k++, day++) await addEProcessDay(db, promotion, dayOf(day, -0.5))
    const standing = await liveEProcess(db, place)
    expect(eValues(standing!.state).eAgainst).toBeLessThan(1)
    expect(standing!.latchedSince).toBe(since)
  })

  it('begin anew with the next promotion, and end with a withdrawal', async () => {
    let alone = startEProcess()
    for (let k = 0; k < 9; k++) {
      await addEProcessDay(db, promotion, dayOf(FIRST + k, 0.5))
      alone = growEProcess(alone, FIRST + k, 0.5)
    }
    expect(alone.against_since).not.toBeNull()
    expect((await liveEProcess(db, place))!.latchedSince).toBe(alone.against_since)
    promotion++
    await start()
    expect(await liveEProcess(db, place)).toMatchObject({ days: [], latchedSince: null })
    await expect(addEProcessDay(db, promotion - 1, dayOf(FIRST + 20, 0))).rejects.toEqual(coded('E_PROCESS_ENDED'))
    await changeEProcess(db, place, ++now, null)
    expect(await liveEProcess(db, place)).toBeNull()
    await expect(addEProcessDay(db, promotion, dayOf(FIRST, 0))).rejects.toEqual(coded('E_PROCESS_ENDED'))
  })

  it.each([
    ['a day twice', dayOf(FIRST + 1, 0.1, 9e9), 'E_PROCESS_DAY'],
    ['a day before the last one', dayOf(FIRST, 0.1, 9e9), 'E_PROCESS_DAY'],
    ['a day before the first one', dayOf(FIRST - 1, 0.1, 9e9), 'E_PROCESS_DAY'],
    ['a difference that is no number', dayOf(FIRST + 2, Number.NaN, 9e9), 'E_PROCESS_VALUE'],
    ['a clock that went backwards', dayOf(FIRST + 2, 0.1, 4999), 'E_PROCESS_CLOCK'],
  ])('refuse %s, and stay as they are', async (_, day, code) => {
    const standing = await addEProcessDay(db, promotion, dayOf(FIRST + 1, 0.2, 5000))
    await expect(addEProcessDay(db, promotion, day)).rejects.toEqual(coded(code))
    expect(await liveEProcess(db, place)).toEqual(standing)
  })

  it('take a day from one of several that bring it at once', async () => {
    const all = kind.name === 'embedded' ? [db, db, db] : await Promise.all([1, 2, 3].map(() => openDatabase(opened)))
    const done = await Promise.allSettled(all.map((one) => addEProcessDay(one, promotion, dayOf(FIRST, 0.1))))
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const one of done) if (one.status === 'rejected') expect(one.reason).toEqual(coded('E_PROCESS_DAY'))
    if (kind.name === 'server') await Promise.all(all.map((one) => one.destroy()))
  })

  it.each([
    ['update e_process_days set difference = 0', 'only grows'],
    ['delete from e_process_days', 'only grows'],
    ['truncate e_process_days', 'only grows'],
    ['truncate e_processes cascade', 'only grows'],
    ['delete from e_processes', 'only grows'],
    ['update e_processes set first_day = 0 where ended_ms is null', 'only the end'],
    ['update e_processes set ended_ms = null where ended_ms is not null', 'only the end'],
    [
      `insert into e_process_days select promotion_id, day - 1, 0, 1, 1, 1, false, '', added_ms from e_process_days`,
      'rise',
    ],
    [`insert into e_process_days select promotion_id, day + 9, 0, 1, 1, 1, false, '', 0 from e_process_days`, 'rise'],
    [
      `insert into e_process_days select promotion_id, day + 9, 'nan', 1, 1, 1, false, '', 9e9 from e_process_days`,
      'check',
    ],
    [
      `insert into e_process_days select promotion_id, day, 0, 1, 1, 1, false, '', 9e9 from e_process_days order by promotion_id desc, day desc limit 1`,
      'e_process_days_pkey',
    ],
    [
      `insert into e_processes select 9999, city, bracket, version, model_ids, first_day, clip, started_ms, null
       from e_processes where ended_ms is null`,
      'e_processes_live',
    ],
  ])('refuse: %s', async (statement, reason) => {
    promotion++
    await start()
    await addEProcessDay(db, promotion, dayOf(FIRST + 1, 0.1))
    const before = await liveEProcess(db, place)
    await expect(runQuery(db, statement)).rejects.toThrow(reason)
    expect(await liveEProcess(db, place)).toEqual(before)
  })
})

describe.each(databaseKinds)(
  'a champion that was live before there were e-processes, on the $name database',
  (kind) => {
    it('gets one that begins after its promotion; what was withdrawn and challengers get none', async () => {
      const { db, done } = await migratedDatabase(kind)
      try {
        while ((await migrate(db, 'down'))[0]!.name !== '0013-e-processes');
        const at = 20140 * 86_400_000 + 5
        const one = (city: string, role: string, sequence: number, action: string, version: string | null) =>
          runQuery(
            db,
            `insert into promotions (city, bracket, role, sequence, at_ms, action, version, pilot, overridden, kwx_version)
           values ($1, 'between', $2, $3, $4, $5, $6, case when $6::text is null then null else 'p' end, '[]', '0')`,
            [city, role, sequence, at + sequence, action, version],
          )
        await one('atlantis', 'champion', 1, 'promote', 'v1')
        await one('atlantis', 'champion', 2, 'promote', 'v2')
        await one('atlantis', 'challenger', 1, 'promote', 'v3')
        await one('mu', 'champion', 1, 'promote', 'v1')
        await one('mu', 'champion', 2, 'withdraw', null)
        await migrate(db)
        const live = { city: 'atlantis', bracket: 'between' } as const
        expect((await liveEProcess(db, live))!.process).toMatchObject({
          ...{ version: 'v2', first_day: 20142, started_ms: at + 2, model_ids: [], clip: 0.5 },
        })
        expect(await liveEProcess(db, { ...live, city: 'mu' })).toBeNull()
      } finally {
        await done()
      }
    })
  },
)
