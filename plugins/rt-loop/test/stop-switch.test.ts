import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from 'kwx/database'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { databaseKinds, emptyTables, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { readSwitch, stopFile } from '../src/loop/stop-switch.ts'
import { addControl } from '../src/storage/signals.ts'

/** Whoever asks it anything fails. */
const SILENT = null as unknown as Database

describe('the stop switch', () => {
  let opened: OpenedDatabase
  let home: string
  beforeAll(async () => {
    opened = await migratedDatabase(databaseKinds[0]!)
  })
  afterAll(() => opened?.done())
  beforeEach(async () => {
    await emptyTables(opened.db)
    home = await mkdtemp(join(tmpdir(), 'kwx-home-'))
  })
  afterEach(() => rm(home, { recursive: true, force: true }))
  const command = (word: 'stop' | 'pause' | 'resume') =>
    addControl(opened.db, { command: word, reason: `a test says ${word}`, atMs: 1 })

  it('says go where nobody ever said anything', async () => {
    expect(await readSwitch(home, opened.db)).toEqual({ state: 'go', reason: null })
  })

  it('says what the newest command says', async () => {
    for (const [word, state] of [
      ['pause', 'pause'],
      ['resume', 'go'],
      ['stop', 'stop'],
    ] as const) {
      await command(word)
      expect(await readSwitch(home, opened.db)).toEqual({
        state,
        reason: state === 'go' ? null : `a test says ${word}`,
      })
    }
  })

  it('is thrown by a file, without a word to a database that may not answer', async () => {
    await writeFile(stopFile(home), '')
    expect(await readSwitch(home, SILENT)).toEqual({ state: 'stop', reason: `${stopFile(home)} is there` })
  })

  it('is thrown by a file that cannot be looked at', async () => {
    const notFolder = join(home, 'a file')
    await writeFile(notFolder, '')
    expect(await readSwitch(notFolder, SILENT)).toEqual({
      state: 'stop',
      reason: `${stopFile(notFolder)} cannot be looked at: ENOTDIR`,
    })
  })

  it('fails where its table cannot be read', async () => {
    await expect(readSwitch(home, SILENT)).rejects.toMatchObject({ code: 'RT_SWITCH_UNREADABLE', exit: 1 })
  })
})
