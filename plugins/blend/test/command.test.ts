import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

import { contentHash, numbers, readJson, readTable, rowsOf, text } from 'kwx/artefacts'
import type { BlendGridFile } from 'kwx/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { kwx } from '../../../test/support/kwx.ts'
import type { BlendAnswer } from '../src/services/blend-answer.ts'

const PIPELINE = `title: a small decision
params:
  type: object
  properties: { config: { type: string } }
steps:
  - id: simulate
    use: simulate:market
    with: { city: simville, start_date: "2024-03-01", days: 32, seed: 5, edge: 0.5, requote_minutes: 60, trades_per_hour: 0.25 }
  - { id: config, use: "config:load", with: { file: "\${{ params.config }}" } }
  - { id: build, use: "dataset:build", needs: [simulate] }
  - { id: train, use: "train:walk-forward" }
  - { id: blend, use: "blend:fit" }
`
const configOf = (bracket: string, set = 'baseline') => `city: simville
bracket: ${bracket}
feature_set: ${set}
start_date: 2024-03-01
end_date: 2024-04-01
train_days: 14
test_days: 6
step_days: 6
trials: 1
cv_splits: 2
`

interface Answer {
  readonly status: typeof process.exitCode
  readonly answer: BlendAnswer
}

let project: string
let between: Answer
let joint: Answer
const before = { cwd: process.cwd(), exit: process.exitCode }

async function blend(...argv: string[]): Promise<Answer> {
  const { stdout } = await kwx('blend', ...argv, '--offline', '--json')
  return { status: process.exitCode, answer: (JSON.parse(stdout) as { result: BlendAnswer }).result }
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'kwx-blend-'))
  await mkdir(join(project, 'configs/pipelines'), { recursive: true })
  await writeFile(join(project, 'configs/pipelines/decide.yaml'), PIPELINE)
  for (const bracket of ['between', 'greater']) await writeFile(join(project, `${bracket}.yaml`), configOf(bracket))
  await writeFile(join(project, 'other.yaml'), configOf('between', 'ridge_conservative'))
  process.chdir(project)
  between = await blend('--config', 'between.yaml')
  joint = await blend('--config', 'between.yaml', '--config', 'other.yaml', '--config', 'greater.yaml')
}, 300_000)
afterAll(async () => {
  process.chdir(before.cwd)
  process.exitCode = before.exit
  await rm(project, { recursive: true, force: true })
})

const fileOf = ({ answer }: Answer) => readJson<BlendGridFile>(join(answer.folder, '08_blend_grid.json'))

describe('kwx blend', () => {
  it('writes the grid from the market alone to the model alone, and no number that is none', async () => {
    const file = await fileOf(between)
    expect(file.grid.map(({ weight }) => weight)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
    expect(file.grid[0]).toMatchObject({ log_loss: file.scores.market.log_loss, difference: { mean: 0 } })
    expect(file).toMatchObject({ origin: 'simulated', city: 'simville', bracket: 'between', n_windows: 3 })
    expect(file.pilots).toHaveLength(1)
    expect(file.pilots[0]!.pilot).toBe(file.pilot)
    expect(await readFile(join(between.answer.folder, '08_blend_grid.json'), 'utf8')).not.toMatch(/NaN|Infinity/)
  })

  it('delivers one row per test row, the price bit for bit where the weight is 0', async () => {
    const file = await fileOf(between)
    const table = await readTable(join(between.answer.folder, 'delivered.parquet'))
    expect(rowsOf(table)).toBe(file.total_test_rows)
    const [p, price, weight] = [numbers(table, 'p_delivered'), numbers(table, 'p_market'), numbers(table, 'weight')]
    const untouched = Array.from(weight, (w, i) => (w === 0 ? i : -1)).filter((i) => i >= 0)
    expect(untouched.length).toBeGreaterThan(0)
    for (const i of untouched) expect(Object.is(p[i], price[i])).toBe(true)
    expect(new Set(text(table, 'window').values).size).toBe(3)
  })

  it('takes the overround out of whole ladders, tails included', async () => {
    const { devig, total_test_rows } = await fileOf(between)
    expect(devig.rows_complete).toBeGreaterThan(0)
    expect(devig.rows_complete + devig.rows_incomplete).toBe(total_test_rows)
  })

  it('scores whole ladders', async () => {
    const { ladders } = (await fileOf(between)).head
    expect(ladders!.ladders).toBeGreaterThan(0)
    expect(ladders!.events_without_outcome).toBe(0)
    expect(ladders!.market.rps).toBeLessThan(1.5)
  })

  it('publishes the pool of one pilot or of several under the hash of its content, as promotion asks', async () => {
    for (const { answer } of [between, joint]) {
      expect(answer.folder).toMatch(/acceptance_reports\/joint_[0-9a-f]{12}$/)
      const published = await realpath(answer.folder)
      expect(basename(published)).toBe(await contentHash(published))
    }
  })

  it('exits with the verdict', () => {
    const exits = { pass: 0, fail: 3, 'not-enough-evidence': 4, 'not-applicable': 0, stale: 5 }
    for (const { status, answer } of [between, joint]) {
      expect([status, answer.exit]).toEqual(Array(2).fill(exits[answer.verdict.outcome]))
    }
  })

  it('fits one weight over several pilots and publishes it under the name of their set', async () => {
    const file = await fileOf(joint)
    expect(joint.answer.folder).toMatch(/acceptance_reports\/joint_[0-9a-f]{12}$/)
    expect(file).toMatchObject({ pilot: null, bracket: 'between+greater', city: 'simville', total_test_days: 18 })
    // A date counts once for each pilot; one bracket has too few outcomes in some of its windows.
    expect(file.pilots.map(({ name, days }) => [name, days])).toEqual([
      ['between', 18],
      ['other', 18],
      ['greater', 6],
    ])
    expect(file.total_event_days).toBe(42)
    expect(file.pilots.map(({ pilot }) => pilot)).toContain((await fileOf(between)).pilot)
    const table = await readTable(join(joint.answer.folder, 'delivered.parquet'))
    expect(text(table, 'pilot').values.slice(0, 2)).toEqual(['between', 'other'])
  })
})
