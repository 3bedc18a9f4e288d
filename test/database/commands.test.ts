import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { databaseKinds } from '../support/databases.ts'
import { spawned } from '../support/kwx.ts'

describe.each(databaseKinds)('kwx db on the $name database', (kind) => {
  let env: NodeJS.ProcessEnv
  let drop = async () => {}
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kwx-db-'))
    const made = kind.name === 'embedded' ? { url: `pglite:${join(folder, 'db')}`, drop } : await kind.create()
    drop = made.drop
    env = { DATABASE_URL: made.url, KWX_HOME: folder }
  })
  afterAll(() => drop())

  const json = async (...argv: string[]) => {
    const { status, stdout } = await spawned('dev.js', [...argv, '--json'], { env })
    return { status, ...JSON.parse(stdout) }
  }

  it('status exits 2 before the first migration and changes nothing', async () => {
    const before = await json('db', 'status')
    expect(before).toMatchObject({ ok: true, status: 2, result: { kind: kind.name, rows: {} } })
    expect((await json('db', 'status')).result).toEqual(before.result)
  })

  it('migrate applies everything once, and rollback takes the last back', async () => {
    const { result } = await json('db', 'migrate')
    expect(result.applied.length).toBeGreaterThan(3)
    expect((await json('db', 'migrate')).result).toEqual({ applied: [] })
    expect(await json('db', 'status')).toMatchObject({ status: 0, result: { rows: { candles: 0 } } })
    expect((await json('db', 'rollback')).result).toEqual({
      applied: [{ name: result.applied.at(-1).name, direction: 'down' }],
    })
    expect(await json('db', 'status')).toMatchObject({ status: 2 })
  })
})

describe('kwx db', () => {
  it('says where nothing answers, with exit 1 and without the password', async () => {
    const { status, stdout, stderr } = await spawned('dev.js', ['db', 'status'], {
      env: { DATABASE_URL: 'postgres://me:s3cret@127.0.0.1:1/none' },
    })
    expect(status).toBe(1)
    expect(stderr).toContain('127.0.0.1:1')
    expect(stdout + stderr).not.toContain('s3cret')
  })
})
