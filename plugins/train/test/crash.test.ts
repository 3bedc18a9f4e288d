import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { randomFrom } from 'kwx/random'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { hashes } from '../../../test/support/step-context.ts'

const script = fileURLToPath(new URL('support/train-once.ts', import.meta.url))
const argv = (home: string) => ['--conditions=kwx-source', '--no-warnings', script, home]
const KILLS = 6

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kwx-crash-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

const finish = async (home: string) => hashes(execFileSync(process.execPath, argv(home), { encoding: 'utf8' }))
const published = async (home: string) =>
  hashes(await realpath(join(home, 'models', 'pilots', 'atlantis', 'between', 'waves_between')))

/** Starts training and kills it with SIGKILL after so many milliseconds; true when it was still running. */
async function killAfter(home: string, ms: number): Promise<boolean> {
  const child = spawn(process.execPath, argv(home), { stdio: 'ignore' })
  const ended = new Promise<NodeJS.Signals | null>((done) => child.on('exit', (_, signal) => done(signal)))
  await setTimeout(ms)
  child.kill('SIGKILL')
  return (await ended) === 'SIGKILL'
}

describe('train:walk-forward, killed', () => {
  it(`ends with the bytes of an uninterrupted run after SIGKILL at ${KILLS} random points`, async () => {
    const whole = join(root, 'whole')
    const before = performance.now()
    const expected = await finish(whole)
    const duration = performance.now() - before
    expect(Object.keys(expected)).toContain('win_20250116_20250219/model.json')

    const random = randomFrom('crash')
    let killed = 0
    for (let round = 0; killed < KILLS && round < 4 * KILLS; round++) {
      const home = join(root, `round-${round}`)
      // the second kill may hit the recovery from the first
      if (await killAfter(home, duration * random.uniform())) killed++
      if (await killAfter(home, duration * random.uniform())) killed++
      expect(await finish(home)).toEqual(expected)
      expect(await published(home)).toEqual(expected)
    }
    expect(killed).toBeGreaterThanOrEqual(KILLS)
  }, 180_000)
})
