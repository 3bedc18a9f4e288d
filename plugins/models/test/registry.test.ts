import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Database, openDatabase, runQuery } from '../../../src/data/database/index.ts'
import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import {
  latestPromotion,
  listPromotions,
  type NewPromotion,
  promotionAt,
  readModels,
  readPromotion,
  recordPromotion,
  withRegistryLock,
} from '../src/storage/registry.ts'
import type { ModelsTable } from '../src/storage/tables.ts'

const coded = (code: string) => expect.objectContaining({ code })

function promotion(parts: Partial<NewPromotion> = {}): NewPromotion {
  return {
    ...{ city: 'atlantis', bracket: 'between', role: 'champion', sequence: 1, at_ms: 1000, action: 'promote' },
    ...{ version: 'v1', from_version: null, returns_to: null, pilot: 'p1', report: 'r1', joint: null },
    ...{ verdict: 'pass', origin: 'real', overridden: [], reason: null, kwx_version: '0.1.0' },
    ...parts,
  } as NewPromotion
}

const model = (version: string): ModelsTable => ({
  ...{ version, wf_window: 'win_20250101_20250117', model_id: 'm1', pilot: 'p1', name: 'waves', city: 'atlantis' },
  ...{ bracket: 'between', feature_set: 'waves', feature_set_version: '1', first_training_day: 20089 },
  ...{ last_seen_day: 20098, first_test_day: 20099, last_test_day: 20105, features: 'f', labels: 'l' },
  ...{ parameters: 'a', origin: 'real', kwx_version: '0.1.0' },
})

describe.each(databaseKinds)('the registry on the $name database', (kind) => {
  let opened: OpenedDatabase
  let db: Database
  beforeAll(async () => {
    opened = await migratedDatabase(kind)
    db = opened.db
  })
  afterAll(() => opened?.done())

  const place = { city: 'atlantis', bracket: 'between', role: 'champion' } as const

  it('numbers changes and keeps the windows of each version once', async () => {
    expect(await latestPromotion(db, place)).toBeNull()
    const first = await recordPromotion(db, 0, promotion(), [model('v1')], 0)
    const override = [{ requirement: 'skill', sentence: 'None was shown.' }]
    const changed = { sequence: 2, at_ms: 2000, version: 'v2', from_version: 'v1', overridden: override }
    const second = await recordPromotion(db, 1, promotion({ ...changed, reason: 'a trial run' }), [model('v2')], 0)
    const back = { sequence: 3, at_ms: 3000, action: 'rollback', returns_to: first.promotion_id } as const
    await recordPromotion(db, 2, promotion(back), [model('v1')], 0)
    expect(second.promotion_id).toBeGreaterThan(first.promotion_id)
    expect(await readPromotion(db, second.promotion_id)).toEqual(second)
    expect(second.overridden).toEqual(override)
    expect(await latestPromotion(db, place)).toMatchObject({ sequence: 3, version: 'v1' })
    expect(await readModels(db, 'v1')).toEqual([model('v1')])
    expect((await listPromotions(db, place)).map(({ action }) => action)).toEqual(['promote', 'promote', 'rollback'])
  })

  it.each([
    [999, null],
    [1000, 'v1'],
    [1999, 'v1'],
    [2000, 'v2'],
    [2999, 'v2'],
    [3000, 'v1'],
    [9e12, 'v1'],
  ])('answers what was live at %d', async (at, version) => {
    expect((await promotionAt(db, place, at))?.version ?? null).toBe(version)
  })

  it('gives each role, bracket and city a history of its own', async () => {
    await recordPromotion(db, 0, promotion({ role: 'challenger', version: 'v3' }), [], 0)
    expect(await latestPromotion(db, { ...place, role: 'challenger' })).toMatchObject({ version: 'v3', sequence: 1 })
    expect(await latestPromotion(db, { ...place, bracket: 'less' })).toBeNull()
    expect(await latestPromotion(db, place)).toMatchObject({ version: 'v1', sequence: 3 })
  })

  it('writes neither row when another change came first', async () => {
    await expect(recordPromotion(db, 2, promotion({ sequence: 3, version: 'v9' }), [model('v9')], 0)).rejects.toEqual(
      coded('PROMOTION_RACE'),
    )
    expect(await readModels(db, 'v9')).toEqual([])
    expect(await listPromotions(db, place)).toHaveLength(3)
  })

  it('writes neither row when the database refuses one', async () => {
    const nameless = promotion({ city: 'mu', action: 'withdraw' })
    await expect(recordPromotion(db, 0, nameless, [model('v8')], 0)).rejects.toMatchObject({ code: '23514' })
    expect(await readModels(db, 'v8')).toEqual([])
  })

  it.each([
    `update promotions set reason = 'another'`,
    `update promotions set reason = 'none' where false`,
    'delete from promotions',
    'truncate promotions cascade',
    `update models set origin = 'simulated'`,
    'delete from models',
    'truncate models',
  ])('refuses: %s', async (statement) => {
    const before = await listPromotions(db)
    await expect(runQuery(db, statement)).rejects.toThrow('only grows')
    expect(await listPromotions(db)).toEqual(before)
  })

  it('lets one process at a time change it', async () => {
    if (kind.name === 'embedded') {
      expect(await withRegistryLock(db, { wait: true }, async () => 'alone')).toBe('alone')
      return
    }
    const other = await openDatabase({ url: opened.url })
    try {
      const seen = await withRegistryLock(db, { wait: true }, () =>
        withRegistryLock(other, { wait: false }, async () => 'both'),
      )
      expect(seen).toBeNull()
      expect(await withRegistryLock(other, { wait: false }, async () => 'after')).toBe('after')
    } finally {
      await other.destroy()
    }
  })

  it('gives one of many changes at once the next number, and tells the others', async () => {
    const all = kind.name === 'embedded' ? [db, db, db] : await Promise.all([1, 2, 3].map(() => openDatabase(opened)))
    const results = await Promise.allSettled(
      all.map((one, i) => recordPromotion(one, 0, promotion({ city: 'lemuria', version: `w${i}` }), [], 0)),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toEqual(coded('PROMOTION_RACE'))
    expect(await listPromotions(db, { city: 'lemuria' })).toHaveLength(1)
    if (kind.name === 'server') await Promise.all(all.map((one) => one.destroy()))
  })
})
