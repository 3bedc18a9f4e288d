import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { openDatabase, runQuery } from '../../src/data/database/index.ts'
import { hashesOf, judged, refused } from '../support/hostile.ts'
import { spawned } from '../support/kwx.ts'
import { smallProject } from '../support/small-pilot.ts'
import { tinyDisk } from '../support/tiny-disk.ts'

const disk = tinyDisk(120_000)
const readOnly = disk && tinyDisk(1000)
let cwd: string
let undisturbed: unknown
beforeAll(async () => {
  cwd = await smallProject()
  await writeFile(join(cwd, 'file'), '')
  undisturbed = hashesOf(await judged(cwd))
  readOnly?.readOnly(true)
}, 120_000)
afterAll(async () => {
  disk?.release()
  readOnly?.release()
  await rm(cwd, { recursive: true, force: true })
})

const small = ['run', 'small']
const at = (folder: string) => ({
  KWX_HOME: join(folder, 'home'),
  KWX_MODELS_DIR: join(folder, 'models'),
  KWX_REPORTS_DIR: join(folder, 'reports'),
})

describe('a file where a folder is needed', () => {
  it.each([
    ['KWX_HOME', 'file/home', 'STORAGE_NO_FOLDER'],
    ['KWX_HOME', 'file', 'STORAGE_NO_FOLDER'],
    ['KWX_MODELS_DIR', 'file/models', 'STORAGE_NO_FOLDER'],
    ['KWX_REPORTS_DIR', 'file/reports', 'REPORTS_UNWRITABLE'],
  ])('is named: %s=%s', async (name, value, code) => {
    const error = await refused(small, { cwd, env: { [name]: value } })
    expect(error).toMatchObject({
      code,
      exit: 1,
      message: expect.stringContaining('file is a file; expected a folder'),
    })
  })

  it('stops a new configuration too', async () => {
    const argv = ['config', 'init', 'file/new.yaml', '--city', 'miami', '--bracket', 'between']
    expect(await refused(argv, { cwd })).toMatchObject({ code: 'STORAGE_NO_FOLDER', exit: 1 })
  })

  it('is not made a database, and neither is a folder of something else', async () => {
    for (const place of ['file', '.']) {
      const error = await refused(['db', 'migrate'], { cwd, env: { DATABASE_URL: `pglite:${place}` } })
      expect(error).toMatchObject({
        code: 'DATABASE_UNREACHABLE',
        message: expect.stringMatching(/expected a (folder|database)/),
      })
    }
    expect((await refused(['db', 'migrate'], { cwd, env: { DATABASE_URL: 'pglite:.' } })).message).toContain('configs')
  })
})

if (disk && readOnly) {
  describe('a full disk', () => {
    it('stops a run with STORAGE_FULL wherever it is met; with space it ends with equal bytes', async () => {
      const options = { cwd, env: at(disk.folder) }
      // Room for the migrated database alone, then for little more, then for the rows but not for what is made of them.
      disk.resize(37_000)
      expect(await refused(small, options)).toMatchObject({ code: 'STORAGE_FULL', exit: 1 })
      disk.resize(120_000)
      expect((await spawned('run.js', ['db', 'migrate'], options)).status).toBe(0)
      disk.resize(disk.usedKilobytes() + 1000)
      expect(await refused(small, options)).toMatchObject({ code: 'STORAGE_FULL', exit: 1 })
      disk.resize(120_000)
      expect((await spawned('run.js', [...small, '--to', 'simulate'], options)).status).toBe(0)
      disk.resize(disk.usedKilobytes() + 100)
      expect(await refused(small, options)).toMatchObject({ code: 'STORAGE_FULL', exit: 1 })
      disk.resize(120_000)
      expect(hashesOf(await judged(cwd, options))).toEqual(undisturbed)
    }, 180_000)

    it('does not leave a transaction waiting when the database dies of it', async () => {
      const url = `pglite:${join(disk.folder, 'dying')}`
      let db = await openDatabase({ url })
      await runQuery(db, 'create table kept as select generate_series(1, 1000) as n')
      disk.resize(disk.usedKilobytes() + 8000) // less than one segment of its log
      const work = db.transaction().execute(async (trx) => {
        for (;;) await runQuery(trx, 'insert into kept select n + 1000 from kept limit 1000; select pg_switch_wal()')
      })
      await expect(work).rejects.toThrow(/no space left on device/i)
      await db.destroy()
      await expect(openDatabase({ url })).rejects.toMatchObject({ code: 'STORAGE_FULL', exit: 1 })
      disk.resize(120_000)
      db = await openDatabase({ url })
      expect(await runQuery(db, 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }])
      await db.destroy()
    }, 60_000)
  })

  describe('a read-only disk', () => {
    it.each([
      ['KWX_HOME', 'STORAGE_READ_ONLY'],
      ['KWX_MODELS_DIR', 'STORAGE_READ_ONLY'],
      ['KWX_REPORTS_DIR', 'REPORTS_UNWRITABLE'],
    ])('under %s is named before the work', async (name, code) => {
      const error = await refused(small, { cwd, env: { [name]: join(readOnly.folder, 'new') } })
      expect(error).toMatchObject({
        code,
        exit: 1,
        message: expect.stringContaining(`${readOnly.folder} cannot be written`),
      })
    })

    it('is enough to work in', async () => {
      const argv = ['run', join(cwd, 'configs/pipelines/small.yaml'), '--config', join(cwd, 'small.yaml'), '--json']
      const { status, stdout } = await spawned('run.js', argv, { cwd: readOnly.folder, env: at(cwd) })
      expect([0, 3], stdout).toContain(status)
    })
  })
}
