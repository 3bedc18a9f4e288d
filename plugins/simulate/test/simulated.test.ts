import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import {
  type Database,
  readMarkets,
  saveMarkets,
  saveObservations,
  saveSettlements,
} from '../../../src/data/database/index.ts'
import { databaseKinds, emptyTables, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { event, market, observation, settlement } from '../../../test/support/row-examples.ts'
import { deleteSimulated, readTruth, saveTruth } from '../src/storage/simulated.ts'
import type { SimulateTables } from '../src/storage/tables.ts'

describe.each(databaseKinds)('simulated rows on the $name database', (kind) => {
  let opened: OpenedDatabase
  let db: Database
  beforeAll(async () => {
    opened = await migratedDatabase(kind)
    db = opened.db
  })
  afterAll(() => opened?.done())
  beforeEach(() => emptyTables(db))

  const fill = async (origin: 'simulated' | 'real') => {
    const ids = await saveMarkets(db, [
      event('S1', 20_000, [market('S1-A')], { city: 'almond', seriesTicker: 'SIM', origin }),
    ])
    const id = ids.get('S1-A')!
    await saveTruth(db, {
      marketId: Int32Array.of(id, id),
      endMinute: Int32Array.of(8, 7),
      p: Float64Array.of(0.25, 1),
    })
    await saveObservations(db, [observation({ station: 'KALM', origin })])
    await saveSettlements(db, [settlement({ city: 'almond', origin })])
    return id
  }

  it('come back as they were saved', async () => {
    const id = await fill('simulated')
    expect(await readTruth(db, [id])).toEqual({
      marketId: Int32Array.of(id, id),
      endMinute: Int32Array.of(7, 8),
      p: Float64Array.of(1, 0.25),
    })
  })

  it('are deleted for one city only', async () => {
    await saveMarkets(db, [event('E1', 20_000, [market('E1-A')])])
    await fill('simulated')
    await deleteSimulated(db, 'almond', 'KALM')
    for (const table of ['simulated_truth', 'observations', 'settlements'] as const) {
      expect(await db.withTables<SimulateTables>().selectFrom(table).selectAll().execute()).toEqual([])
    }
    expect(await readMarkets(db, { city: 'almond', fromDay: 0, toDay: 30_000 })).toEqual([])
    expect(await readMarkets(db, { city: 'miami', fromDay: 0, toDay: 30_000 })).toHaveLength(1)
  })

  it('are not deleted where the city has others', async () => {
    await fill('real')
    await expect(deleteSimulated(db, 'almond')).rejects.toMatchObject({ code: 'DATABASE_NOT_SIMULATED', exit: 2 })
    expect(await readMarkets(db, { city: 'almond', fromDay: 0, toDay: 30_000 })).toHaveLength(1)
  })
})
