import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openDatabase } from 'kwx/database'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { spawned } from '../../../test/support/kwx.ts'
import { type ReplayExchange, replayExchange } from '../../../test/support/replay-exchange.ts'
import { root } from '../../../test/support/root.ts'
import { sharedFolder } from '../../../test/support/shared.ts'
import { ingestedRows } from './support/ingested-rows.ts'

const KILLS = 5
const ARGV = [
  'ingest',
  'all',
  '--city',
  'miami',
  '--from',
  '2025-01-14',
  '--to',
  '2025-01-21',
  '--price-source',
  'trades',
]

describe.skipIf(!sharedFolder())('kwx ingest all, killed again and again', () => {
  let replay: ReplayExchange
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kwx-ingest-'))
    replay = await replayExchange('--now', '2025-02-20T18:00:00Z', '--cutoff', '2025-01-19T20:00:00Z')
  })
  afterAll(async () => {
    await replay?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const environment = (home: string, requestsPerSecond: number) => ({
    ...replay.environment,
    KWX_KALSHI_RPS: String(requestsPerSecond),
    KWX_HOME: join(folder, home),
    DATABASE_URL: `pglite:${join(folder, home, 'database')}`,
  })
  const rowsOf = async (home: string) => {
    const db = await openDatabase({ url: environment(home, 1).DATABASE_URL })
    try {
      return await ingestedRows(db)
    } finally {
      await db.destroy()
    }
  }

  // With the condition dev.js does not start itself again, so that the signal reaches the one that works.
  /** SIGKILL some time after the first line of news; true when it came before the end. */
  const killed = (home: string, afterMs: number): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ['--conditions=kwx-source', join(root, 'bin/dev.js'), ...ARGV], {
        cwd: root,
        env: { PATH: process.env['PATH'], HOME: folder, ...environment(home, 12) },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      child.stderr.once('data', () => setTimeout(() => child.kill('SIGKILL'), afterMs))
      child.stderr.resume()
      child.on('error', reject)
      child.on('close', (_status, signal) => resolve(signal === 'SIGKILL'))
    })

  it('ends with the rows of an undisturbed run', async () => {
    const whole = spawned('dev.js', ARGV, { env: environment('whole', 1000) })
    const delays = Array.from({ length: KILLS }, () => Math.floor(Math.random() * 700))
    const outcomes: boolean[] = []
    for (const afterMs of delays) outcomes.push(await killed('killed', afterMs))
    expect(outcomes.filter(Boolean).length, `killed ${delays} ms after the first line`).toBe(KILLS)
    expect(await whole).toMatchObject({ status: 0 })
    const last = await spawned('dev.js', ARGV, { env: environment('killed', 1000) })
    expect(last).toMatchObject({ status: 0 })
    const [expected, found] = [await rowsOf('whole'), await rowsOf('killed')]
    expect(expected.trades.length).toBeGreaterThan(5000)
    expect(found).toEqual(expected)
  }, 120_000)
})
