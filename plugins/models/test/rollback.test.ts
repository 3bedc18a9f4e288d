import { existsSync } from 'node:fs'
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { KwxError } from 'kwx'
import { loadModelForDate } from 'kwx/model-store'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { readHistory, renderHistory } from '../src/services/history.ts'
import { promote } from '../src/services/promote.ts'
import { repair } from '../src/services/repair.ts'
import { rollback, withdraw } from '../src/services/rollback.ts'
import { which } from '../src/services/which.ts'
import { listPromotions } from '../src/storage/registry.ts'
import { CITY, madePilot, PLACE, type Project, project, promotion } from './support/project.ts'

let database: OpenedDatabase
let at: Project
beforeAll(async () => {
  database = await migratedDatabase(databaseKinds[0]!)
})
afterAll(() => database?.done())
beforeEach(async () => {
  at = await project(database)
})
afterEach(() => at.close())

/** Promotes a pilot with that intercept on that day of January 2025. */
async function promoted(intercept: number, day: number) {
  const { published: folder } = await madePilot(at, { name: `p${intercept}`, intercept })
  const done = await promote(on(day), { folder, ...promotion, override: 'a test of going back' })
  return done.promotion!
}

const on = (day: number) => at.world({ now: `2025-01-${day}T12:00:00Z` })
const live = async () =>
  (await loadModelForDate(CITY, 'between', '2025-01-20', join(at.models, 'trained'))).model.intercept
const versionFile = (version: string, file: string) =>
  join(at.models, '.versions', version, 'win_20250108_20250124', file)

describe('rollback', () => {
  it('goes back one promotion at a time, not to and fro, until there is nothing', async () => {
    const [one] = [await promoted(1, 10), await promoted(2, 11), await promoted(3, 12)]
    const back = await rollback(on(13), PLACE, { reason: 'worse than the one before' })
    expect(back).toMatchObject({ action: 'rollback', returns_to: 2, reason: 'worse than the one before', sequence: 4 })
    expect(await live()).toBe(2)
    expect(await rollback(on(14), PLACE, {})).toMatchObject({ returns_to: one.promotion_id, version: one.version })
    expect(await live()).toBe(1)
    await expect(rollback(on(15), PLACE, {})).rejects.toMatchObject({ code: 'ROLLBACK_NOTHING', exit: 5 })
    await promoted(4, 16)
    expect(await rollback(on(17), PLACE, {})).toMatchObject({ returns_to: one.promotion_id })
    const actions = (await listPromotions(database.db)).map(({ action }) => action)
    expect(actions).toEqual(['promote', 'promote', 'promote', 'rollback', 'rollback', 'promote', 'rollback'])
  })

  it('goes to a promotion that is named', async () => {
    const one = await promoted(1, 10)
    await promoted(2, 11)
    const three = await promoted(3, 12)
    await rollback(on(13), PLACE, { to: one.promotion_id })
    expect(await live()).toBe(1)
    // A rollback that is named stands for what it went back to.
    await rollback(on(14), PLACE, { to: three.promotion_id })
    await rollback(on(15), PLACE, { to: 4 })
    expect((await listPromotions(database.db)).at(-1)).toMatchObject({ returns_to: one.promotion_id })
    for (const to of [one.promotion_id, 99]) {
      await expect(rollback(on(16), PLACE, { to })).rejects.toMatchObject({ code: 'ROLLBACK_UNKNOWN', exit: 2 })
    }
    const challenger = { ...PLACE, role: 'challenger' } as const
    await expect(rollback(on(16), challenger, { to: 2 })).rejects.toMatchObject({ code: 'ROLLBACK_UNKNOWN' })
  })

  it('has nothing to go back to after one promotion, or none', async () => {
    await expect(rollback(on(10), PLACE, {})).rejects.toMatchObject({ code: 'ROLLBACK_NOTHING' })
    await promoted(1, 11)
    await expect(rollback(on(12), PLACE, {})).rejects.toMatchObject({ code: 'ROLLBACK_NOTHING' })
    expect(await live()).toBe(1)
  })

  it.each<[string, (file: (name: string) => string) => Promise<unknown>, string]>([
    [
      'an edited model',
      async (file) =>
        writeFile(file('model.json'), (await readFile(file('model.json'), 'utf8')).replace('"seed": 42', '"seed": 43')),
      'MODEL_EDITED',
    ],
    ['edited predictions', (file) => appendFile(file('predictions.parquet'), '.'), 'MODEL_EDITED'],
    ['lost parameters', (file) => rm(file('parameters.json')), 'MODEL_PARAMETERS_MISSING'],
    ['files that are gone', (file) => rm(join(file('x'), '../..'), { recursive: true }), 'MODELS_VERSION_MISSING'],
  ])('loads before it moves: %s stay where they are', async (_, spoil, code) => {
    const one = await promoted(1, 10)
    await promoted(2, 11)
    await spoil((name) => versionFile(one.version!, name))
    await expect(rollback(on(12), PLACE, {})).rejects.toMatchObject({ code })
    expect(await live()).toBe(2)
    expect(await listPromotions(database.db)).toHaveLength(2)
  })
})

describe('withdraw', () => {
  it('takes the live model away, and rollback brings it back', async () => {
    const one = await promoted(1, 10)
    const gone = await withdraw(on(11), PLACE, 'the first of all was bad')
    expect(gone).toMatchObject({ action: 'withdraw', version: null, from_version: one.version })
    await expect(live()).rejects.toMatchObject({ code: 'MODEL_NONE' })
    await expect(withdraw(on(12), PLACE, 'once more to be sure')).rejects.toMatchObject({ code: 'ROLLBACK_NOTHING' })
    await rollback(on(13), PLACE, {})
    expect(await live()).toBe(1)
  })
})

describe('which --at', () => {
  it('answers what was live whatever came later, from files of that promotion', async () => {
    await promoted(1, 10)
    await promoted(2, 12)
    await rollback(on(14), PLACE, {})
    await withdraw(on(16), PLACE, 'no model any more')
    await rm(join(at.models, 'pilots'), { recursive: true })
    const then = async (at: string) => {
      const found = await which(on(18), PLACE, { at, date: '2025-01-20' })
      return [JSON.parse(await readFile(found.file, 'utf8')).intercept, found.promotion]
    }
    expect(await then('2025-01-10T12:00:00Z')).toEqual([1, 1])
    expect(await then('2025-01-12T11:59:59.999Z')).toEqual([1, 1])
    expect(await then('2025-01-12T06:00:00-06:00')).toEqual([2, 2])
    expect(await then('2025-01-15T00:00:00Z')).toEqual([1, 3])
    for (const when of ['2025-01-10T11:59:59Z', '2025-01-16T12:00:00Z']) {
      await expect(then(when)).rejects.toMatchObject({ code: 'MODEL_NONE', exit: 5 })
    }
  })

  it('takes the climate day of the instant', async () => {
    await promoted(1, 19)
    // 05:30 UTC on the 20th is 23:30 on the 19th in Chicago.
    const late = await which(on(25), PLACE, { at: '2025-01-20T05:30:00Z' })
    expect(late.date).toBe('2025-01-19')
  })

  it.each([
    ['2025-01-20 05:30', 'not an instant'],
    ['2025-01-20T05:30:00', 'not an instant'],
    ['yesterday', 'not an instant'],
    ['2025-02-01T00:00:00Z', 'has not come'],
  ])('does not take %s', async (instant, why) => {
    await expect(which(on(20), PLACE, { at: instant })).rejects.toMatchObject({
      code: 'MODELS_DATE',
      exit: 2,
      message: expect.stringContaining(why),
    })
  })

  it('says when the files of that promotion are gone, and repair makes them from the store', async () => {
    const { version } = await promoted(1, 10)
    await rm(join(at.models, '.versions', version!), { recursive: true })
    const ask = () => which(on(11), PLACE, { at: '2025-01-10T12:00:00Z', date: '2025-01-20' })
    await expect(ask()).rejects.toMatchObject({ code: 'MODELS_VERSION_MISSING', exit: 5 })
    expect((await readHistory(on(11), {})).disagreements).toHaveLength(1)
    expect(await repair(on(11))).toMatchObject([{ outcome: 'repaired', recorded: version }])
    expect((await ask()).version).toBe(version)
    expect(await repair(on(11))).toEqual([])
  })
})

describe('a change that was cut off', () => {
  const pending = () => join(at.models, '.pending.json')

  it('is left alone while its database is another one', async () => {
    await promoted(1, 10)
    await writeFile(pending(), JSON.stringify({ ...PLACE, database: 'postgres://elsewhere/kwx' }))
    const ask = which(on(11), PLACE, { date: '2025-01-20' })
    await expect(ask).rejects.toMatchObject({
      code: 'MODELS_PENDING_ELSEWHERE',
      message: expect.stringContaining('postgres://elsewhere/kwx'),
    })
    await expect(promoted(2, 12)).rejects.toMatchObject({ code: 'MODELS_PENDING_ELSEWHERE' })
    expect(await live()).toBe(1)
  })

  it('is left to the process that has the embedded database, and readers go on', async () => {
    await promoted(1, 10)
    await writeFile(pending(), JSON.stringify({ ...PLACE, database: database.url }))
    const busy = new KwxError('Process 1 has it open.', { code: 'DATABASE_BUSY', exit: 1 })
    const news: string[] = []
    const world = { ...on(11), database: () => Promise.reject(busy), news: (line: string) => news.push(line) }
    expect(await which(world, PLACE, { date: '2025-01-20' })).toMatchObject({ exit: 0 })
    expect(news).toEqual([expect.stringContaining('under way')])
    expect(existsSync(pending())).toBe(true)
  })

  it('stays open when nobody knows whether it was recorded', async () => {
    await promoted(1, 10)
    const { published: folder } = await madePilot(at, { name: 'p2', intercept: 2 })
    const lost = () => {
      throw new Error('Connection terminated unexpectedly')
    }
    const world = { ...on(11), reached: (moment: string) => (moment === 'staged' ? lost() : undefined) }
    const options = { folder, ...promotion, override: 'a test of lost answers' }
    await expect(promote(world, options)).rejects.toThrow('Connection terminated')
    expect(existsSync(pending())).toBe(true)
    expect(await promote(on(12), options)).toMatchObject({ outcome: 'promoted' })
    expect(existsSync(pending())).toBe(false)
  })
})

describe('repair', () => {
  it('makes a link that was changed by hand follow the history', async () => {
    await promoted(1, 10)
    await promoted(2, 11)
    await rm(join(at.models, 'trained', CITY, 'between'))
    expect(await repair(on(12))).toMatchObject([{ outcome: 'repaired', found: null }])
    expect(await live()).toBe(2)
  })

  it('brings back versions that a rollback would need', async () => {
    const one = await promoted(1, 10)
    await promoted(2, 11)
    await rm(join(at.models, '.versions', one.version!), { recursive: true })
    await expect(rollback(on(12), PLACE, {})).rejects.toMatchObject({ code: 'MODELS_VERSION_MISSING' })
    expect(await repair(on(12))).toEqual([])
    expect(await rollback(on(12), PLACE, {})).toMatchObject({ version: one.version })
  })

  it('leaves what another database made live, and history names it', async () => {
    await promoted(1, 10)
    const other = await project(database, at.root) // the same files, and a registry in which nothing is
    const there = other.world({ now: '2025-01-12T12:00:00Z' })
    const sentence = expect.stringContaining('promoted with another one')
    expect(await repair(there)).toMatchObject([{ ...PLACE, outcome: 'left', in_history: false, sentence }])
    expect(renderHistory(await readHistory(there, {}))).toEqual([
      'Nothing was ever promoted.',
      expect.stringContaining('kwx models repair'),
    ])
    expect(await live()).toBe(1)
  })

  it('leaves what cannot be made again, and says so', async () => {
    const { version } = await promoted(1, 10)
    await rm(join(at.models, '.versions', version!), { recursive: true })
    await rm(join(at.root, 'home'), { recursive: true })
    expect(await repair(on(12))).toMatchObject([{ outcome: 'left', sentence: expect.stringContaining('are not in') }])
  })
})
