import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { randomFrom } from '../../src/base/random/index.ts'
import { spawned } from '../support/kwx.ts'

const KILLS = 5

const PIPELINE = `title: a small pilot
steps:
  - id: simulate
    use: simulate:market
    with: { city: simville, start_date: "2024-03-01", days: 42, seed: 5, edge: 0.5 }
  - { id: config, use: "config:load", with: { file: small.yaml } }
  - { id: build, use: "dataset:build", needs: [simulate] }
  - { id: train, use: "train:walk-forward" }
  - { id: verify, use: "verify:pilot" }
  - { id: accept, use: "accept:report" }
`

const CONFIG = `city: simville
bracket: between
feature_set: elasticnet_rich
start_date: 2024-03-01
end_date: 2024-04-11
train_days: 28
test_days: 7
step_days: 7
trials: 3
cv_splits: 3
`

interface Run {
  result: { steps: { name: string; artefacts: Record<string, { hash: string }>; duration_ms: number }[] }
}

const folders: string[] = []

async function project(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kwx-killed-'))
  folders.push(folder)
  await mkdir(join(folder, 'configs/pipelines'), { recursive: true })
  await writeFile(join(folder, 'configs/pipelines/small.yaml'), PIPELINE)
  await writeFile(join(folder, 'small.yaml'), CONFIG)
  return folder
}

const run = (cwd: string, argv: readonly string[], killAfterMs?: number) =>
  spawned('run.js', ['run', 'small', ...argv, '--json'], {
    cwd,
    ...(killAfterMs === undefined ? {} : { killAfterMs }),
  })

/** That step again, whatever is stored; steps before it are taken as they are. */
const only = (step: string) => (step === 'simulate' ? ['--to', step] : ['--from', step, '--to', step, '--force'])

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

const hashes = (stdout: string) =>
  (JSON.parse(stdout) as Run).result.steps.map(({ name, artefacts }) => [
    name,
    Object.entries(artefacts)
      .map(([output, { hash }]) => `${output} ${hash}`)
      .sort(),
  ])

let reference: string
let expected: unknown
beforeAll(async () => {
  reference = await project()
  const { stdout, stderr } = await run(reference, ['--to', 'accept'])
  expected = hashes(stdout || stderr)
}, 120_000)
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

describe('a run that is killed', () => {
  it('goes on from the last finished unit and ends with the bytes of an uninterrupted run', async () => {
    const folder = await project()
    const random = randomFrom('killed')
    for (const step of ['simulate', 'build', 'train', 'accept']) {
      let duration = await timeOf(() => run(reference, only(step)))
      let killed = 0
      for (let attempt = 0; killed < KILLS && attempt < 8 * KILLS; attempt++) {
        // The first third of a run opens the embedded database.
        const delay = duration * (0.3 + 0.65 * random.uniform())
        let status: number | null = 0
        const took = await timeOf(async () => {
          status = (await run(folder, only(step), delay)).status
        })
        if (status === null) killed++
        else duration = took // it was faster than thought
      }
      expect(killed, step).toBe(KILLS)
      // Let the step finish, so that the next kills hit the next step.
      expect((await run(folder, ['--to', step])).status, step).not.toBe(1)
    }
    const { stdout, stderr } = await run(folder, ['--to', 'accept'])
    expect(hashes(stdout || stderr)).toEqual(expected)
  }, 400_000)
})
