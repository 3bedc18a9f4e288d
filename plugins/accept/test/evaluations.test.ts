import type { ProductionConfig } from 'kwx/config'
import { type Database, runQuery } from 'kwx/database'
import { parseInstant } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { configurationHash, countInLedger } from '../src/services/evaluations.ts'

const CONFIG = {
  ...{ city: 'chicago', bracket: 'between', feature_set: 'baseline', trials: 5, seed: 42 },
  ...{ model_dir: null, pilot_dir: null, pilot_windows: null, pilot_total_test_rows: null },
} as unknown as ProductionConfig

describe('configurationHash', () => {
  it('leaves names and paths out, and nothing else', () => {
    const hash = configurationHash(CONFIG)
    const elsewhere = { model_dir: 'elsewhere', pilot_dir: 'there', pilot_windows: 3, pilot_total_test_rows: 9 }
    expect(configurationHash({ ...CONFIG, ...elsewhere })).toBe(hash)
    expect(configurationHash({ ...CONFIG, trials: 6 })).not.toBe(hash)
    expect(configurationHash({ ...CONFIG, seed: 43 })).not.toBe(hash)
  })
})

describe.each(databaseKinds)('the ledger of evaluations on the $name database', (kind) => {
  let opened: OpenedDatabase
  let db: Database
  beforeAll(async () => {
    opened = await migratedDatabase(kind)
    db = opened.db
  })
  afterAll(() => opened.done())

  const empty = async () => {
    await runQuery(db, 'alter table evaluations disable trigger user')
    await runQuery(db, 'truncate evaluations restart identity')
    await runQuery(db, 'alter table evaluations enable trigger user')
  }
  const count = (day: number[], config: Partial<ProductionConfig> = {}, now = '2025-03-01T10:00:00Z') =>
    countInLedger(
      async () => db,
      () => parseInstant(now),
    )({ config: { ...CONFIG, ...config }, day })
  const rows = () => runQuery<{ days: number[]; first_seen_ms: number }>(db, 'select * from evaluations order by 1')

  it('counts the first evaluation as one, of which nothing is known before', async () => {
    await empty()
    expect(await count([11, 10, 10, 11])).toEqual({
      count: 1,
      unknown_before: '2025-03-01',
      sentence: '1 evaluation of 1 configuration on these days, this one included; unknown before 2025-03-01.',
    })
    expect((await rows()).map(({ days }) => days)).toEqual([[10, 11]])
  })

  it('takes a repeat of one configuration on the same days for no new evaluation, whenever it is', async () => {
    await empty()
    const first = await count([10, 11])
    expect(await count([11, 10], {}, '2025-04-01T10:00:00Z')).toEqual(first)
    expect(await rows()).toHaveLength(1)
  })

  it('counts each configuration on each set of days that shares a day, in their city', async () => {
    await empty()
    await count([1, 2, 3])
    await count([3, 4], { trials: 6 })
    await count([2, 3], { trials: 6 })
    await count([9], { trials: 7 })
    await count([1, 2, 3], { city: 'miami' } as Partial<ProductionConfig>)
    const third = await count([3])
    expect(third.count).toBe(4)
    expect(third.sentence).toContain('4 evaluations of 2 configurations on these days')
    expect((await count([1])).count).toBe(2)
    expect((await count([4, 9])).count).toBe(3)
    expect((await count([3], { bracket: 'less' })).count).toBe(5)
  })

  it('dates what is unknown by its first row', async () => {
    await empty()
    await count([1], { city: 'miami' } as Partial<ProductionConfig>, '2025-01-05T23:59:59Z')
    expect((await count([1])).unknown_before).toBe('2025-01-05')
  })

  it('writes nothing where no day was tested', async () => {
    await empty()
    expect(await count([])).toMatchObject({ count: 0, unknown_before: null })
    expect(await rows()).toEqual([])
  })

  it.each(['update evaluations set first_seen_ms = 0', 'delete from evaluations', 'truncate evaluations'])(
    'only grows: %s is refused',
    async (text) => {
      await count([1])
      await expect(runQuery(db, text)).rejects.toThrow('the table evaluations only grows')
    },
  )

  it('counts two processes that judge at once, once each', async () => {
    await empty()
    await Promise.all([count([1]), count([1]), count([1], { trials: 6 }), count([1], { trials: 6 })])
    expect(await rows()).toHaveLength(2)
    expect((await count([1])).count).toBe(2)
  })

  it('names a database that refuses the row', async () => {
    await empty()
    const readOnly = db.transaction().execute(async (trx) => {
      await runQuery(trx, 'set transaction read only')
      return countInLedger(
        async () => trx as unknown as Database,
        () => 0,
      )({ config: CONFIG, day: [1] })
    })
    await expect(readOnly).rejects.toMatchObject({ code: 'EVALUATIONS_UNWRITABLE', exit: 1 })
    expect(await rows()).toEqual([])
  })
})
