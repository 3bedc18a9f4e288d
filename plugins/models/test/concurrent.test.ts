import { openDatabase } from 'kwx/database'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { liveVersion } from '../src/services/live-link.ts'
import { promote } from '../src/services/promote.ts'
import { rollback } from '../src/services/rollback.ts'
import type { World } from '../src/services/world.ts'
import { listPromotions } from '../src/storage/registry.ts'
import { madePilot, PLACE, type Project, project, projectAt, promotion } from './support/project.ts'

/** Lets nobody go on to change anything until all have seen what is live. */
function together(worlds: readonly World[]): World[] {
  let arrived = 0
  let open = () => {}
  const gate = new Promise<void>((done) => {
    open = done
  })
  return worlds.map((world) => {
    let asked = 0
    const database = async () => {
      if (++asked === 2) {
        if (++arrived === worlds.length) open()
        await gate
      }
      return world.database()
    }
    return { ...world, database }
  })
}

describe.each(databaseKinds)('changes at once on the $name database', (kind) => {
  let first: OpenedDatabase
  let second: OpenedDatabase
  let at: Project
  beforeAll(async () => {
    first = await migratedDatabase(kind)
    const db = kind.name === 'server' ? await openDatabase(first) : first.db
    second = { ...first, db }
    at = await project(first)
  })
  afterAll(async () => {
    await at?.close()
    if (kind.name === 'server') await second.db.destroy()
    await first?.done()
  })

  it('end with one that won, and one that is told', async () => {
    const override = 'all of them at once'
    const pilots = await Promise.all([1, 2].map((n) => madePilot(at, { name: `p${n}`, intercept: n })))
    const worlds = together([at.world(), projectAt(second, at.root).world()])
    const results = await Promise.allSettled(
      worlds.map((world, i) => promote(world, { folder: pilots[i]!.published, ...promotion, override })),
    )
    const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const told = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    expect(won).toMatchObject([{ outcome: 'promoted' }])
    expect(told).toMatchObject([{ code: 'PROMOTION_RACE', exit: 1, message: expect.stringContaining('came first') }])
    expect(await listPromotions(first.db)).toMatchObject([{ version: won[0]!.version }])
    expect(await liveVersion(at.world(), PLACE)).toBe(won[0]!.version)
    // The one that was told looks again and decides anew.
    const loser = pilots.find(({ hash }) => hash !== won[0]!.pilot)!
    expect(await promote(at.world(), { folder: loser.published, ...promotion, override })).toMatchObject({
      outcome: 'promoted',
    })
  })

  it('end with one of two rollbacks', async () => {
    const worlds = together([at.world(), projectAt(second, at.root).world()])
    const results = await Promise.allSettled(worlds.map((world) => rollbackAfterLook(world)))
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await listPromotions(first.db)).map(({ action }) => action)).toEqual(['promote', 'promote', 'rollback'])
  })
})

const rollbackAfterLook = (world: World) => rollback(world, PLACE, {})
