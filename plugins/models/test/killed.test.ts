import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

import type { Artefact } from 'kwx/artefacts'
import { type Database, ensureMigrated, openDatabase } from 'kwx/database'
import { loadModelForDate } from 'kwx/model-store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseKinds } from '../../../test/support/databases.ts'
import { recover } from '../src/services/pending.ts'
import { promote } from '../src/services/promote.ts'
import type { Moment } from '../src/services/world.ts'
import { latestPromotion, listPromotions } from '../src/storage/registry.ts'
import { CITY, madePilot, PLACE, type Project, projectAt, promotion } from './support/project.ts'

const KILLED = `${import.meta.dirname}/support/killed.ts`

const signalOf = (given: object) =>
  new Promise<{ signal: string | null; stderr: string }>((done) => {
    const child = spawn(process.execPath, ['--conditions=kwx-source', KILLED, JSON.stringify(given)])
    let stderr = ''
    child.stderr.on('data', (chunk) => (stderr += chunk))
    child.on('close', (_, signal) => done({ signal, stderr }))
  })

describe.each(databaseKinds)('a promotion that is killed, on the $name database', (kind) => {
  let root: string
  let url: string
  let drop = async () => {}
  let at: Project
  let pilots: (Artefact & { published: string })[]

  /** The embedded database takes one process at a time, so it is open only between the kills. */
  async function withDatabase<Value>(work: (db: Database) => Promise<Value>): Promise<Value> {
    const db = await openDatabase({ url })
    try {
      at = projectAt({ db, url }, root)
      return await work(db)
    } finally {
      await db.destroy()
    }
  }
  const promoted = (folder: string) => promote(at.world(), { folder, ...promotion, override: 'promoted to be killed' })
  const liveIntercept = async () =>
    (await loadModelForDate(CITY, 'between', '2025-01-20', join(root, 'models/trained'))).model.intercept

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'kwx-killed-'))
    if (kind.name === 'embedded') url = `pglite:${join(root, 'database')}`
    else ({ url, drop } = await kind.create())
    await withDatabase(async (db) => {
      await ensureMigrated(db, url)
      pilots = [await madePilot(at, { name: 'p0', intercept: 0 })]
      await promoted(pilots[0]!.published)
    })
  }, 120_000)
  afterAll(async () => {
    await rm(root, { recursive: true, force: true })
    await drop()
  })

  it.each<[Moment, boolean]>([
    ['pending', false],
    ['staged', false],
    ['recorded', true],
    ['linked', true],
  ])(
    'when it is %s leaves the old or the new state, and the next command ends in: new %s',
    async (moment, isNew) => {
      const n = pilots.length
      const pilot = await madePilot(at, { name: `p${n}`, intercept: n })
      const before = await liveIntercept()
      const { signal, stderr } = await signalOf({ root, url, folder: pilot.published, moment })
      expect(signal, stderr).toBe('SIGKILL')
      // A reader that knows nothing of the crash loads one of the two, whole.
      expect([before, n]).toContain(await liveIntercept())
      await withDatabase(async (db) => {
        const versions = join(root, 'models/.versions')
        await writeFile(join(versions, 'f.tmp-1-0'), '') // what a kill in the middle of copying leaves
        await symlink('nowhere', join(root, 'models/trained', CITY, 'between.tmp-1-0'))
        expect(existsSync(join(root, 'models/.pending.json'))).toBe(true)
        const finished = await recover(at.world())
        expect(finished?.moved ?? false).toBe(moment === 'recorded')
        expect(await liveIntercept()).toBe(isNew ? n : before)
        const latest = await latestPromotion(db, PLACE)
        expect(basename(await readlink(join(root, 'models/trained', CITY, 'between')))).toBe(latest!.version)
        expect(existsSync(join(root, 'models/.pending.json'))).toBe(false)
        expect((await readdir(versions)).filter((name) => name.includes('.tmp-'))).toEqual([])
        expect(await readdir(join(root, 'models/trained', CITY))).toEqual(['between'])
        // The same command again ends in the new state with one entry for it.
        expect(await promoted(pilot.published)).toMatchObject({ outcome: isNew ? 'already-live' : 'promoted' })
        const entries = await listPromotions(db, PLACE)
        expect(entries.filter((one) => one.pilot === pilot.hash)).toHaveLength(1)
        expect(await liveIntercept()).toBe(n)
      })
      pilots.push(pilot)
    },
    120_000,
  )
})
