import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureMigrated, openDatabase } from 'kwx/database'
import { fixedClock } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { simulateMarket } from '../src/services/simulate-market.ts'
import { storedDigest } from './stored-digest.ts'
import { parameters, simville } from './support.ts'

const script = join(import.meta.dirname, 'fixtures/simulate.ts')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kwx-simulate-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs the simulation in a process of its own and kills it a while after the given line; resolves to its lines. */
function runKilledAt(url: string, line: string, afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--conditions=kwx-source', script, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.on('data', (data) => {
    out += data
    if (out.split('\n').includes(line)) setTimeout(() => child.kill('SIGKILL'), afterMs)
  })
  return new Promise((done) => child.on('close', () => done(out.trim().split('\n'))))
}

describe('a simulation that was killed', () => {
  it('ends with the rows of an uninterrupted one when it is run again', async () => {
    const whole = await openDatabase({ url: 'pglite:memory' })
    await ensureMigrated(whole, 'pglite:memory')
    const context = { clock: fixedClock(0), signal: new AbortController().signal, progress() {} }
    await simulateMarket(whole, simville, parameters({ days: 25, trades_per_hour: 0.2 }), context)
    const expected = await storedDigest(whole, simville)
    await whole.destroy()

    const url = `pglite:${join(folder, 'database')}`
    for (const [line, afterMs] of [
      ['19', 0],
      ['19', 100],
      ['25', 0],
    ] as const) {
      await runKilledAt(url, line, afterMs)
    }
    expect(await runKilledAt(url, 'never', 0)).toContain('finished')
    const db = await openDatabase({ url })
    expect(await storedDigest(db, simville)).toBe(expected)
    await db.destroy()
  }, 300_000)
})
