import { readFileSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Artefact } from 'kwx'
import { readTable, rowsOf, type Table, writeTable } from 'kwx/artefacts'
import type { BacktestAcceptanceFile, LabelsFile } from 'kwx/contracts'
import { type Database, openDatabase } from 'kwx/database'
import type { RunResult } from 'kwx/pipeline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { validate } from '../../../src/base/schema/index.ts'
import { kwx } from '../../../test/support/kwx.ts'
import { root } from '../../../test/support/root.ts'
import { SMALL, smallProject } from '../../../test/support/small-pilot.ts'
import { hashes, stepContext } from '../../../test/support/step-context.ts'
import step from '../src/steps/run.ts'

const PIPELINE = `title: a small decision
params:
  type: object
  properties: { config: { type: string } }
steps:
  - id: simulate
    use: simulate:market
    with: { city: simville, start_date: "2024-03-01", days: 35, seed: 5, edge: 0.5 }
  - { id: config, use: "config:load", with: { file: "\${{ params.config }}" } }
  - { id: build, use: "dataset:build", needs: [simulate] }
  - { id: train, use: "train:walk-forward" }
  - { id: blend, use: "blend:fit" }
  - { id: backtest, use: "backtest:run" }
`
const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'))
const schema = json(join(root, 'plugins/backtest/schemas/07_backtest_acceptance.json')) as object

let project: string
let home: string
let result: RunResult
let status: typeof process.exitCode
let db: Database
const before = { cwd: process.cwd(), exit: process.exitCode }

beforeAll(async () => {
  project = await smallProject()
  await writeFile(join(project, 'configs/pipelines/decide.yaml'), PIPELINE)
  await writeFile(
    join(project, 'small.yaml'),
    SMALL.replace('2024-04-11', '2024-04-04').replace('trials: 3', 'trials: 1'),
  )
  process.chdir(project)
  const { stdout } = await kwx('backtest', '--config', 'small.yaml', '--offline', '--json')
  status = process.exitCode
  result = (JSON.parse(stdout) as { result: RunResult }).result
  home = join(project, '.kwx')
  db = await openDatabase({ url: `pglite:${join(home, 'database')}` })
}, 120_000)
afterAll(async () => {
  await db?.destroy()
  process.chdir(before.cwd)
  process.exitCode = before.exit
  await rm(project, { recursive: true, force: true })
})

const made = (name: string): Artefact => {
  const all = Object.assign({}, ...result.steps.map(({ artefacts }) => artefacts)) as Record<string, Artefact>
  return { ...all[name]!, files: {}, origin: 'simulated' }
}

/** The step with other delivered probabilities, into a store of its own. */
async function runWith(
  change: (table: Map<string, Float64Array>, rows: number, label: Uint8Array) => void,
  labels?: (file: LabelsFile) => void,
) {
  const place = await mkdtemp(join(tmpdir(), 'kwx-backtest-'))
  await cp(made('blend').folder, join(place, 'blend'), { recursive: true })
  await cp(made('labels').folder, join(place, 'labels'), { recursive: true })
  const file = join(place, 'blend/delivered.parquet')
  const table = new Map(await readTable(file)) as Map<string, never>
  change(table, rowsOf(table as unknown as Table), table.get('label') as unknown as Uint8Array)
  await writeTable(file, table as unknown as Table)
  if (labels) {
    const sealed = json(join(place, 'labels/labels.json')) as LabelsFile
    labels(sealed)
    await writeFile(join(place, 'labels/labels.json'), JSON.stringify(sealed))
  }
  const load = async (kind: string) =>
    kind === 'cities' ? json(join(root, 'plugins/simulate/cities/simville.json')) : schema
  const ctx = {
    ...stepContext(place),
    database: async () => db,
    contributions: { load, list: () => [], find: () => ({ plugin: 'simulate' }) },
  } as unknown as Parameters<typeof step.run>[0]
  const inputs = {
    config: made('config'),
    features: made('features'),
    pilot: made('pilot'),
    labels: { ...made('labels'), folder: join(place, 'labels') },
    blend: { ...made('blend'), folder: join(place, 'blend') },
  }
  const { artefacts } = await step.run(ctx, {}, inputs)
  const { folder } = artefacts['backtest']!
  return { folder, file: json(join(folder, '07_backtest_acceptance.json')) as BacktestAcceptanceFile }
}

/** Moves every price towards what came out: no such thing is known before it happens. */
const oracle = (table: Map<string, Float64Array>, rows: number, label: Uint8Array) => {
  const [market, p] = [table.get('p_market')!, new Float64Array(rows)]
  for (let i = 0; i < rows; i++) p[i] = 0.8 * market[i]! + 0.2 * label[i]!
  table.set('p_delivered', p)
}

describe('kwx backtest', () => {
  it('exits 4 where the pool gives the model no weight: nothing is traded, and that is no pass', async () => {
    expect(status).toBe(4)
    const { folder, kind } = made('backtest')
    expect(kind).toBe('backtest')
    const file = json(join(folder, '07_backtest_acceptance.json')) as BacktestAcceptanceFile
    expect(file).toMatchObject({
      passed: false,
      verdict: { outcome: 'not-enough-evidence' },
      origin: 'simulated',
      city: 'simville',
      bracket: 'between',
      metrics: { n_trades: 0, sharpe: null },
      data: { signals_with_view: 0, book: 'recorded' },
      span: { first_day: '2024-03-29', last_day: '2024-04-04', days: 7 },
    })
    expect(Object.values(file.gates).some(({ passed }) => passed)).toBe(false)
    expect(result.exit).toBe(0) // the pipeline's own verdict is for its last step to give
    expect(json(join(project, 'acceptance_reports/backtest_simville_between/07_backtest_acceptance.json'))).toEqual(
      file,
    )
  })
})

describe('backtest:run', () => {
  it('trades on probabilities of their own, fits its schema, and repeats its bytes', async () => {
    const first = await runWith(oracle)
    expect(await validate(schema, structuredClone(first.file))).toEqual([])
    const { file } = first
    expect(file.metrics.n_trades).toBeGreaterThan(0)
    expect(file.metrics.total_pnl_cents).toBeGreaterThan(0)
    expect(file.metrics.total_pnl_cents).toBeCloseTo(file.metrics.gross_pnl_cents - file.metrics.total_fees_cents, 6)
    const { pessimistic, queue_last, touch } = file.bands
    expect(pessimistic.metrics.n_trades).toBeLessThanOrEqual(touch.metrics.n_trades)
    expect(queue_last.days.all).toBe(7)
    expect(file.latency.map(({ delay_minutes }) => delay_minutes)).toEqual([0, 1, 2, 5])
    expect(file.alternatives.map(({ probability }) => probability)).toEqual(['model', 'market'])
    const ended = Object.values(pessimistic.signals).reduce((a, b) => a + b)
    expect(ended).toBe(file.data.signals)
    const fills = await readTable(join(first.folder, 'fills.parquet'))
    expect(rowsOf(fills)).toBe(pessimistic.fills + queue_last.fills + touch.fills)
    const second = await runWith(oracle)
    const [a, b] = await Promise.all([hashes(first.folder), hashes(second.folder)])
    expect(a).toEqual(b)
  })

  it('leaves positions open whose settlement is missing or contradicts, and says how many', async () => {
    const { file } = await runWith(oracle, ({ labels }) => {
      for (const [i, label] of labels.entries()) {
        const quarantine = i % 2 ? 'no result and no official maximum' : 'the result contradicts the value'
        Object.assign(label, { label: null, quarantine })
      }
    })
    const { unsettled, contradictory, metrics } = file.bands.pessimistic
    expect(unsettled + contradictory).toBeGreaterThan(0)
    expect(metrics.ece).toBeNull()
    expect(file.passed).toBe(false)
    expect(file.data.markets_unsettled + file.data.markets_contradictory).toBe(file.data.markets)
  })

  it('refuses a probability that is none', async () => {
    await expect(runWith((table) => (table.get('p_delivered')![3] = 1.5) as never)).rejects.toMatchObject({
      code: 'BACKTEST_SIGNAL_INVALID',
    })
  })

  it('writes one page that stands alone: balanced tags, named drawings, tables, no script, nothing from elsewhere', async () => {
    const { folder, file } = await runWith(oracle)
    const page = await readFile(join(folder, 'report.html'), 'utf8')
    expect(unbalanced(page)).toEqual([])
    expect(page).not.toMatch(/<script|<link|<img|src=|url\(|@import|https?:\/\/(?!www\.w3\.org\/2000\/svg)/)
    const drawings = page.match(/<svg viewBox[\s\S]*?<\/svg>/g)!
    expect(drawings).toHaveLength(7)
    for (const drawing of drawings)
      expect(drawing).toMatch(
        /role="img" aria-labelledby="(\S+) (\S+)"[\s\S]*<title id="\1">[^<]+<\/title>\s*<desc id="\2">[^<]+<\/desc>/,
      )
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
    expect(page.match(/<table>/g)!.length).toBeGreaterThanOrEqual(drawings.length)
    expect(page).toContain(`<td>${(file.metrics.total_pnl_cents / 100).toFixed(2)}</td>`)
    expect(page).toContain('prefers-color-scheme: dark')
    const { low, high } = file.bands.pessimistic.sharpe_interval
    expect(page).toContain(`trade-through (pessimistic): ${file.metrics.sharpe!.toFixed(2)}, ${low!.toFixed(2)} to`)
    expect(page).toContain(`<td>${low!.toFixed(2)}</td><td>${high!.toFixed(2)}</td>`)
  })
})

/** Tags that do not close in the order they opened. */
function unbalanced(page: string): string[] {
  const open: string[] = []
  const wrong: string[] = []
  for (const [, end, name, , self] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:\s[^<>]*?)?)(\/?)>/gi)) {
    if (self || ['meta'].includes(name!)) continue
    if (!end) open.push(name!)
    else if (open.pop() !== name) wrong.push(name!)
  }
  return [...wrong, ...open]
}
