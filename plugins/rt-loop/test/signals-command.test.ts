import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ensureMigrated, openDatabase } from 'kwx/database'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kwx } from '../../../test/support/kwx.ts'
import { saveMinute } from '../src/storage/save-minute.ts'
import type { Signal } from '../src/storage/signals.ts'
import { paperWorld } from './paper-world.ts'

const MINUTE = 28_999_000
const at = (minute: number, standDown: string | null): Signal => ({
  endMinute: minute,
  ticker: 'KXHIGHMIA-25FEB20-B60.5',
  city: 'miami',
  bracket: 'between',
  pModel: 0.9,
  pMarket: 0.8,
  pBlend: standDown === null ? 0.85 : null,
  edgeCents: standDown === null ? 4.25 : null,
  kellyFraction: null,
  sizeFraction: null,
  spreadCents: 2,
  minutesToClose: 600,
  modelId: null,
  window: null,
  side: standDown === null ? 'yes' : null,
  standDown,
  candidate: false,
  trace: {},
})

describe('kwx signals', () => {
  let folder: string
  const before = { ...process.env }
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kwx-signals-'))
    const url = `pglite:${join(folder, 'db')}`
    const db = await openDatabase({ url })
    await ensureMigrated(db, url)
    await paperWorld(db, { minutes: 1 }) // its markets
    // The one to act on is the oldest, behind more of the others than are asked for.
    for (let i = 0; i < 4; i++) {
      const minute = { loop: 'a', endMinute: MINUTE + i, endedMs: 0 }
      await saveMinute(db, minute, [at(MINUTE + i, i === 0 ? null : 'no_weight')])
    }
    await db.destroy()
    Object.assign(process.env, { DATABASE_URL: url, KWX_HOME: join(folder, 'home') })
  })
  afterAll(async () => {
    process.env = before
    await rm(folder, { recursive: true, force: true })
  })

  it('names its columns and shows the newest, the last one last', async () => {
    const lines = (await kwx('signals', '--limit', '2')).stdout.trimEnd().split('\n')
    expect(lines).toEqual([
      expect.stringMatching(/^minute ended +market +model {2}price {3}pool {2}to do, or why not$/),
      expect.stringContaining('no_weight'),
      '2025-02-19T04:43:00.000Z  KXHIGHMIA-25FEB20-B60.5     0.900  0.800      -  no_weight',
    ])
  })

  it('finds the ones to act on, however many others are newer', async () => {
    const lines = (await kwx('signals', '--acting', '--limit', '2')).stdout.trimEnd().split('\n')
    expect(lines).toEqual([expect.any(String), expect.stringMatching(/ yes \+4\.25 cents$/)])
  })

  it('does not say that nothing was recorded where only nothing is asked for', async () => {
    const { stdout } = await kwx('signals', '--acting', '--city', 'chicago')
    expect(stdout).toBe(
      'There is no signal to act on of chicago; without --acting all are shown, with the reason why not.\n',
    )
  })
})
