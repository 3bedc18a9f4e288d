import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { numbers, readTable, text } from 'kwx/artefacts'
import { loadCity } from 'kwx/cities'
import { loadProductionConfig } from 'kwx/config'
import { type Database, openDatabase } from 'kwx/database'
import type { FeatureSet } from 'kwx/features'
import { NO_HEAD, type PoolChoice } from 'kwx/model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ladderIndex } from '../../plugins/blend/src/services/ladder-index.ts'
import type { PilotRows } from '../../plugins/blend/src/services/pilot-rows.ts'
import { deliverRows } from '../../plugins/blend/src/services/pooled-ladder.ts'
import { readLadders } from '../../plugins/blend/src/services/read-ladders.ts'
import { readPilot } from '../../plugins/blend/src/services/read-pilot.ts'
import { readCityRows } from '../../plugins/rt-loop/src/signals/city-rows.ts'
import { type FittedPool, modelsOf, type Pair } from '../../plugins/rt-loop/src/signals/pair.ts'
import { signalsAt } from '../../plugins/rt-loop/src/signals/signals-at.ts'
import { kwx } from '../support/kwx.ts'
import { repositoryContributions } from '../support/plugins.ts'

/**
 * What the prices are made of, which reading of the market pool and loop take, and how many minutes of the test days are
 * looked at: quotes have all markets in a minute, a tape as a rule one.
 */
const SCENES = [
  { prices: 'candles', benchmark: 'mid', tradesPerHour: 0.25, minutes: 150 },
  { prices: 'candles', benchmark: 'half-way', tradesPerHour: 0.25, minutes: 150 },
  { prices: 'trades', benchmark: 'half-way', tradesPerHour: 4, minutes: 500 },
] as const
type Scene = (typeof SCENES)[number]

const pipelineOf = ({ tradesPerHour }: Scene) => `title: a small decision
params:
  type: object
  properties: { config: { type: string } }
steps:
  - id: simulate
    use: simulate:market
    with: { city: simville, start_date: "2024-03-01", days: 24, seed: 5, edge: 0.5, requote_minutes: 60, trades_per_hour: ${tradesPerHour} }
  - { id: config, use: "config:load", with: { file: "\${{ params.config }}" } }
  - { id: build, use: "dataset:build", needs: [simulate] }
  - { id: train, use: "train:walk-forward" }
  - { id: blend, use: "blend:fit" }
`
// All features, those of the ladder and of the longest look-back among them.
const configOf = ({ prices, benchmark }: Scene) => `city: simville
bracket: between
feature_set: nextgen
start_date: 2024-03-01
end_date: 2024-03-24
train_days: 14
test_days: 5
step_days: 5
trials: 1
cv_splits: 2
price_source: ${prices}
benchmark: ${benchmark}
`

let project: string
let db: Database
let pair: Pair
let pilot: PilotRows
let readings: Readonly<Record<'p_market' | 'p_last' | 'p_middle' | 'p_half_way', Float64Array>>
let delivered: { readonly p: Float64Array; readonly weight: Float64Array }
const before = { cwd: process.cwd(), exit: process.exitCode }

const pool = (choice: Partial<PoolChoice>): FittedPool => ({
  weight: 0.4,
  devig: 'none',
  head: NO_HEAD,
  source: 'planted',
  ...choice,
})

/** Every row of some minutes: what the pool of `kwx blend` delivers and what the loop says. */
async function compared(
  choice: FittedPool,
  wanted: ArrayLike<number>,
  most: number,
  isWanted = (_row: number) => true,
) {
  const { rows } = pilot
  const all = Array.from({ length: rows.n }, (_, i) => i).filter(isWanted)
  const minutes = [...new Set(all.map((i) => rows.endMinute[i]!))].sort((a, b) => a - b)
  const step = Math.max(1, Math.floor(minutes.length / most))
  const some = new Set(minutes.filter((_, k) => k % step === 0))
  const city = await readCityRows(db, pair, [Math.min(...rows.day), Math.max(...rows.day)])
  const loop = new Map<
    string,
    { p: number | null; model: number | null; market: number | null; trace: Record<string, unknown> }
  >()
  for (const minute of some) {
    const signals = await signalsAt({ ...pair, pool: choice }, city, minute, { standDown: null, reason: null })
    for (const { ticker, pBlend, pModel, pMarket, trace } of signals)
      loop.set(`${minute} ${ticker}`, { p: pBlend, model: pModel, market: pMarket, trace })
  }
  return all
    .filter((i) => some.has(rows.endMinute[i]!))
    .map((i) => {
      const found = loop.get(`${rows.endMinute[i]} ${rows.ticker.values[rows.ticker.codes[i]!]}`)
      return { wanted: wanted[i]!, model: rows.model[i]!, market: rows.market[i]!, loop: found! }
    })
}

describe.each(SCENES)('what the loop delivers by $benchmark of $prices', (scene) => {
  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'kwx-delivered-'))
    await mkdir(join(project, 'configs/pipelines'), { recursive: true })
    await writeFile(join(project, 'configs/pipelines/decide.yaml'), pipelineOf(scene))
    await writeFile(join(project, 'between.yaml'), configOf(scene))
    process.chdir(project)
    const { stdout } = await kwx('blend', '--config', 'between.yaml', '--offline', '--json')
    const { folder } = (JSON.parse(stdout) as { result: { folder: string } }).result
    const table = await readTable(join(folder, 'delivered.parquet'))
    delivered = {
      p: numbers(table, 'p_delivered') as Float64Array,
      weight: numbers(table, 'weight') as Float64Array,
    }
    expect(new Set(text(table, 'window').values).size).toBe(2)

    db = await openDatabase({ url: `pglite:${join(project, '.kwx/database')}` })
    const contributions = repositoryContributions('simulate')
    const loaded = await loadProductionConfig(join(project, 'between.yaml'), contributions)
    const city = await loadCity(contributions, 'simville')
    const set = await contributions.load<FeatureSet>('featureSets', 'nextgen')
    const models = join(project, 'models/pilots/simville/between/between')
    const { modelFor } = modelsOf({ loaded, city, set }, models)
    pair = { loaded, city, set, station: city.station, pool: pool({}), candidate: true, modelFor }
    const predictions = await readPilot(models, loaded.config)
    const first = await readTable(join(models, predictions.windows[0]!.window, 'predictions.parquet'))
    const reading = (name: string) => numbers(first, name) as Float64Array
    readings = {
      p_market: reading('p_market'),
      p_last: reading('p_last'),
      p_middle: reading('p_middle'),
      p_half_way: reading('p_half_way'),
    }
    const days = [...new Set(predictions.rows.day)].sort((a, b) => a - b)
    const { ladders, devigged } = await ladderIndex(
      predictions,
      readLadders(db, city, loaded.config, days),
      loaded.config.benchmark,
    )
    const about = {
      name: 'between',
      city: city.id,
      bracket: 'between',
      pilot: 'x',
      origin: 'simulated',
      embargoDays: 0,
    }
    pilot = { ...about, windows: predictions.windows, rows: { ...predictions.rows, devigged }, ladders }
  }, 300_000)
  afterAll(async () => {
    await db?.destroy()
    process.chdir(before.cwd)
    process.exitCode = before.exit
    await rm(project, { recursive: true, force: true })
  })

  it.each<[string, Partial<PoolChoice>]>([
    ['the price as it is and no head', {}],
    ['no weight', { weight: 0, devig: 'power', head: { method: 'softmax', temperature: 0.9 } }],
    ['an overround', { devig: 'power' }],
    ['a head', { head: { method: 'cumulative', temperature: 1 } }],
    ['both', { weight: 0.7, devig: 'proportional', head: { method: 'softmax', temperature: 1.25 } }],
  ])('is what the pool delivers with %s, bit for bit', async (_, planted) => {
    const choice = pool(planted)
    const rows = await compared(choice, deliverRows(pilot, 0, pilot.rows.n, choice), scene.minutes)
    expect(rows.length).toBeGreaterThan(300)
    for (const { wanted, model, market, loop } of rows) {
      expect([loop.model, loop.market, loop.p]).toEqual([model, market, wanted])
    }
    const coupled = rows.filter(({ loop }) => loop.trace['head_refused'] === null).length
    const moved = rows.filter(({ loop, market }) => loop.trace['p_market_side'] !== market).length
    if (choice.head.method !== 'none' && choice.weight > 0) {
      expect(coupled).toBeGreaterThan(20)
      expect(rows.length - coupled).toBeGreaterThan(20)
    }
    expect(moved > 20).toBe(choice.devig !== 'none' && choice.weight > 0)
  })

  it("has the configuration's reading for the market's, and others beside it", () => {
    const { p_market, p_last, p_middle, p_half_way } = readings
    const own = { mid: p_middle, 'half-way': p_half_way }[scene.benchmark]
    const differing = (a: Float64Array, b: Float64Array) => a.filter((p, i) => !Object.is(p, b[i]) && !Number.isNaN(p))
    expect(differing(own, p_market)).toHaveLength(0)
    expect(differing(p_last, p_market).length).toBeGreaterThan(100)
    if (scene.benchmark === 'half-way') expect(differing(p_middle, p_market).length).toBeGreaterThan(100)
  })

  it('is what delivered.parquet holds, for the weight of each window', async () => {
    for (const weight of new Set(delivered.weight)) {
      const rows = await compared(pool({ weight }), delivered.p, scene.minutes, (i) => delivered.weight[i] === weight)
      for (const { wanted, loop } of rows) expect(loop.p).toBe(wanted)
    }
  })
})
