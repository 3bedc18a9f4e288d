import { addEProcessDay, liveEProcess } from 'kwx/database'
import { formatDay, parseDay } from 'kwx/time'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { listModels } from '../src/services/list-models.ts'
import { promote } from '../src/services/promote.ts'
import { renderList, renderShown } from '../src/services/render.ts'
import { rollback, withdraw } from '../src/services/rollback.ts'
import { showModel } from '../src/services/show-model.ts'
import { listPromotions, recordPromotion } from '../src/storage/registry.ts'
import { madePilot, madeReport, PLACE, type Project, project, promotion } from './support/project.ts'

const FIRST = parseDay('2025-01-21')

describe.each(databaseKinds)('the e-process of a promoted model on the $name database', (kind) => {
  let opened: OpenedDatabase
  let at: Project
  beforeAll(async () => {
    opened = await migratedDatabase(kind)
  })
  afterAll(() => opened?.done())
  beforeEach(async () => {
    at = await project(opened)
  })

  const live = () => liveEProcess(opened.db, PLACE)
  async function promoted(name: string, intercept: number, now?: string, role: 'champion' | 'challenger' = 'champion') {
    const pilot = await madePilot(at, { name, intercept })
    await madeReport(at, pilot.hash)
    const world = at.world(now === undefined ? {} : { now })
    return promote(world, { ...promotion, role, folder: pilot.published })
  }
  const addDays = async (difference: number, n: number) => {
    const { process } = (await live())!
    for (let k = 0; k < n; k++) {
      const day = { day: FIRST + k, difference, market_hours: 90, yes_markets: '', added_ms: process.started_ms + k }
      await addEProcessDay(opened.db, process.promotion_id, day)
    }
  }

  it('starts with the promotion, on the climate day after it, and knows its models', async () => {
    // 05:30 UTC is still the day before in Chicago.
    const { promotion: made, version, windows } = await promoted('one', 1, '2025-01-20T05:30:00Z')
    expect((await live())!.process).toMatchObject({
      ...{ promotion_id: made!.promotion_id, version, first_day: parseDay('2025-01-20'), started_ms: made!.at_ms },
      ...{ model_ids: windows.map(({ id }) => id), city: 'chicago', bracket: 'between', clip: 0.5, ended_ms: null },
    })
  })

  it('begins anew with a rollback, ends with a withdrawal, and is not for a challenger', async () => {
    const one = await promoted('one', 1)
    const two = await promoted('two', 2)
    await promoted('three', 3, undefined, 'challenger')
    expect((await live())!.process.version).toBe(two.version)
    const back = await rollback(at.world(), PLACE, {})
    expect((await live())!.process).toMatchObject({
      ...{ promotion_id: back.promotion_id, version: one.version, model_ids: one.windows.map(({ id }) => id) },
    })
    await withdraw(at.world(), PLACE, 'the week is over')
    expect(await live()).toBeNull()
  })

  it('stays what it was when the promotion is not written', async () => {
    await promoted('one', 1)
    const before = await live()
    const [row] = await listPromotions(opened.db, PLACE)
    const { promotion_id: _, ...again } = row!
    await expect(recordPromotion(opened.db, 0, again, [], 0)).rejects.toMatchObject({ code: 'PROMOTION_RACE' })
    // The number is taken, which the statement that would write the row finds: what went before is taken back.
    await expect(recordPromotion(opened.db, 1, again, [], 0)).rejects.toMatchObject({ code: 'PROMOTION_RACE' })
    expect(await live()).toEqual(before)
  })

  it('is shown with its days, its means and what it stands at', async () => {
    const { version, promotion: made } = await promoted('one', 1)
    const shown = async () => (await showModel(at.world(), version)).e_process
    expect(await shown()).toEqual({
      ...{ promotion: made!.promotion_id, state: 'no day yet', first_day: '2025-01-21', days: 0, last_day: null },
      ...{ e_for: 1, e_against: 1, peak_for: 1, peak_against: 1, clip: 0.5, clipped: 0 },
      ...{ mean: null, low: null, high: null, level: 0.95, latched_since: null },
    })
    await addDays(0.01, 3)
    const standing = await shown()
    expect(standing).toMatchObject({ state: 'growing', days: 3, last_day: '2025-01-23', latched_since: null })
    expect(standing!.mean).toBeCloseTo(0.01, 12)
    expect(standing!.low!).toBeLessThan(0)
    expect(standing!.high!).toBeGreaterThan(0.01)
    expect(standing!.e_against).toBeGreaterThan(1)
    const listed = await listModels(at.world(), {})
    expect(listed.map(({ kind, e_process }) => [kind, e_process])).toEqual([
      ['pilot', standing],
      ['champion', standing],
    ])
    expect(renderShown(await showModel(at.world(), version)).join('\n')).toMatch(
      /e-process of promotion 1: growing, 3 settled days from 2025-01-21 to 2025-01-23.*\n {2}for 0\.9\d.*\n {2}mean difference of log loss 0\.0100/,
    )
  })

  it('says since when the model is stood down', async () => {
    const { version } = await promoted('one', 1)
    await addDays(0.5, 8)
    const since = formatDay((await live())!.latchedSince!)
    const shown = await showModel(at.world(), version)
    expect(shown.e_process).toMatchObject({ state: 'stood down', latched_since: since })
    expect(renderShown(shown).join('\n')).toContain(`worse than the market since ${since}`)
    expect(renderList(await listModels(at.world(), {})).join('\n')).toContain(
      `Stood down: worse than the market since ${since}.`,
    )
  })
})
