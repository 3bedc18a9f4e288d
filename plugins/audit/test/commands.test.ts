import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readJson } from 'kwx/artefacts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kwx } from '../../../test/support/kwx.ts'

interface Envelope {
  ok: boolean
  result?: { exit: number; audits: { city: string; verdict: { outcome: string } }[] }
  error?: { code: string; exit: number; hint: string }
}

// The pipeline decide without what nobody waits for here: the market is simulated and nothing is judged.
const DECIDE = `title: up to the audits
params: { type: object, properties: { config: { type: string } } }
steps:
  - { id: config, use: "config:load", with: { file: "\${{ params.config }}" } }
  - { id: build, use: "dataset:build" }
  - { id: time, use: "audit:time" }
  - { id: train, use: "train:walk-forward" }
  - { id: gates, use: "audit:gates" }
  - { id: blend, use: "blend:fit" }
`
const SMALL = `city: simville
bracket: between
feature_set: elasticnet_rich
start_date: 2024-03-01
end_date: 2024-03-12
train_days: 10
test_days: 2
trials: 2
cv_splits: 2
`

let home: string
const before = { ...process.env }
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kwx-audits-'))
  process.env['KWX_HOME'] = home
  process.env['KWX_REPORTS_DIR'] = join(home, 'reports')
  process.env['KWX_MODELS_DIR'] = join(home, 'models')
  process.env['KWX_PIPELINES_DIR'] = join(home, 'pipelines')
  await mkdir(join(home, 'pipelines'))
  await writeFile(join(home, 'pipelines', 'decide.yaml'), DECIDE)
  await writeFile(join(home, 'small.yaml'), SMALL)
})
afterAll(async () => {
  process.env = before
  process.exitCode = 0
  await rm(home, { recursive: true, force: true })
})

/** Runs a command and parses its one JSON document. */
async function json(...argv: string[]): Promise<Envelope & { status: unknown }> {
  process.exitCode = 0
  const { stdout } = await kwx(...argv, '--json')
  return { ...(JSON.parse(stdout) as Envelope), status: process.exitCode }
}

describe('kwx audit on an empty database', () => {
  it.each(['time', 'leak', 'labels'])('%s ends with 5 and the command that fetches', async (audit) => {
    const { ok, error, status } = await json(
      'audit',
      audit,
      '--city',
      'miami',
      '--from',
      '2025-02-01',
      '--to',
      '2025-02-03',
    )
    expect({ ok, status }).toEqual({ ok: false, status: 5 })
    expect(error).toMatchObject({
      code: 'AUDIT_EMPTY',
      hint: expect.stringContaining('kwx ingest all --city miami --from 2025-02-01 --to 2025-02-03'),
    })
  })

  it('is told so without a city too', async () => {
    expect((await json('audit', 'labels')).error).toMatchObject({ code: 'AUDIT_EMPTY', exit: 5 })
  })

  it('refuses a city that nobody contributes, a date that is none, and a span that ends before it begins', async () => {
    expect((await json('audit', 'labels', '--city', 'atlantis')).error).toMatchObject({
      code: 'CONTRIBUTION_UNKNOWN',
      exit: 2,
    })
    expect((await json('audit', 'time', '--from', '2025-02-30')).error).toMatchObject({ code: 'AUDIT_SPAN', exit: 2 })
    const swapped = await json('audit', 'leak', '--from', '2025-02-03', '--to', '2025-02-01')
    expect(swapped.error).toMatchObject({ code: 'AUDIT_SPAN', hint: 'Swap them: --from 2025-02-01 --to 2025-02-03.' })
  })

  it('refuses a configuration together with a city', async () => {
    expect((await json('audit', 'leak', '--config', 'x.yaml', '--city', 'miami')).error).toMatchObject({ exit: 2 })
  })
})

describe('kwx audit on a simulated market', () => {
  beforeAll(async () => {
    const span = ['--city', 'simville', '--start-date', '2024-03-01', '--days', '12', '--seed', '5']
    const { error } = await kwx('simulate', ...span)
    if (error) throw error
  })

  it.each([
    ['time', 'pass', 0],
    ['labels', 'pass', 0],
  ])('%s answers for each city that is loaded', async (audit, outcome, exit) => {
    const { result, status } = await json('audit', audit)
    expect(result).toMatchObject({ exit, audits: [{ city: 'simville', origin: 'simulated', verdict: { outcome } }] })
    expect(status).toBe(exit)
  })

  it('leak rebuilds rows of a dataset that it builds itself', async () => {
    const { result } = await json('audit', 'leak', '--city', 'simville', '--rows', '50')
    expect(result).toMatchObject({
      exit: 0,
      audits: [{ rows_sampled: 50, rows_equal: 50, verdict: { outcome: 'pass' } }],
    })
  })

  it('time answers with the report of a run, and its file', async () => {
    const { result } = await json('audit', 'time', '--config', join(home, 'small.yaml'))
    expect(result).toMatchObject({
      exit: 0,
      audits: [{ bracket: 'between', faults: [], verdict: { outcome: 'pass' } }],
    })
    const { file, audits } = result as unknown as { file: string; audits: { rows: { built: { rows: number } } }[] }
    expect(await readJson(file)).toEqual(audits[0])
    expect(audits[0]!.rows.built.rows).toBeGreaterThan(100)
  })

  it('gates answers with what it found, and 0 where nothing is gated', async () => {
    const { result, status } = await json('audit', 'gates', '--config', join(home, 'small.yaml'))
    expect(result).toMatchObject({
      exit: 0,
      run_id: expect.any(String),
      file: expect.stringContaining('10_feature_gate_analysis.json'),
      audits: [{ city: 'simville', origin: 'simulated', verdict: { outcome: 'not-applicable' }, rows_violating: 0 }],
    })
    expect(status).toBe(0)
  })

  it('leak and labels take the dataset of a configuration', async () => {
    const config = join(home, 'small.yaml')
    const leak = await json('audit', 'leak', '--config', config, '--rows', '20')
    expect(leak.result).toMatchObject({
      audits: [{ rows_equal: 20, trained: { embargo_days: 1, windows: 1, late: 0 } }],
    })
    const labels = await json('audit', 'labels', '--config', config)
    expect(labels.result).toMatchObject({ audits: [{ bracket: 'between', verdict: { outcome: 'pass' } }] })
  })

  it('leak holds the latest pilot and pool of the same configuration and dataset against the clock', async () => {
    const config = join(home, 'small.yaml')
    const leakOf = async (file: string) => {
      const { result, status } = await json('audit', 'leak', '--config', file, '--rows', '20')
      const [audit] = result!.audits as unknown as { trained: Record<string, unknown> | null; labels_checked: number }[]
      return { status, ...audit! }
    }
    process.exitCode = 0
    await kwx('run', 'decide', '--config', config, '--offline')
    expect(await leakOf(config)).toMatchObject({
      status: 0,
      labels_checked: 48,
      trained: { embargo_days: 1, windows: 1, pool_windows: 1, late: 0 },
    })
    // Another embargo is another configuration: nothing was trained by it yet, and then all of the span.
    const open = join(home, 'open.yaml')
    await writeFile(open, `${SMALL}embargo_days: 0\n`)
    expect((await leakOf(open)).trained).toBeNull()
    await kwx('run', 'decide', '--config', open, '--offline')
    expect(await leakOf(open)).toMatchObject({ status: 0, trained: { embargo_days: 0 } })
    const { stdout } = await kwx('audit', 'leak', '--config', open, '--rows', '20')
    expect(stdout).toMatch(/embargo, days +0\n.*uses of a day.s labels +20/)
  })

  it('prints a table for people', async () => {
    const { stdout } = await kwx('audit', 'time', '--city', 'simville')
    expect(stdout).toMatch(
      /simville, 2024-03-01 to 2024-03-12, America\/Chicago, climate day at UTC -6 h, simulated rows: pass/,
    )
    expect(stdout).toContain('6 a.m. moves')
    // 2024-03-10 springs forward inside the span.
    expect(stdout).toContain('2024-03-10 springs-forward')
  })
})
