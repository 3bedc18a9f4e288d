import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Artefact, Origin, StepContext } from 'kwx'
import { readJson, writeJson } from 'kwx/artefacts'
import { type Database, ensureMigrated, openDatabase, saveObservations } from 'kwx/database'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import nextgen from '../src/feature-sets/nextgen.ts'
import { buildDataset } from '../src/services/build/build-dataset.ts'
import { describeDataset, readDataset } from '../src/services/show-dataset.ts'
import build from '../src/steps/build.ts'
import { madeUp, observation } from './support/made-up.ts'
import { save } from './support/save.ts'
import { city, config } from './support/setup.ts'

const loaded = config({
  city: 'nyc',
  feature_set: 'nextgen',
  price_source: 'candles',
  start_date: '2025-02-01',
  end_date: '2025-02-03',
  train_days: 1,
  test_days: 1,
  step_days: 1,
})

let folder: string
let db: Database
let context: StepContext
const origins: (Origin | undefined)[] = []
const artefact = (kind: string, at: string): Artefact => ({ kind, hash: '', folder: at, files: {}, origin: null })
let inputs: Record<string, Artefact>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kwx-build-'))
  db = await openDatabase({ url: 'pglite:memory' })
  await ensureMigrated(db, 'pglite:memory')
  await save(db, 'nyc', madeUp())
  await writeJson(join(folder, 'config.json'), { name: 'test', file: 'test.yaml', config: loaded, origins: {} })
  inputs = { config: artefact('config', folder) }
  const find = (kind: string, id: string) => (kind === 'cities' && id === 'nyc' ? { plugin: 'test' } : undefined)
  const load = async (kind: string) => (kind === 'cities' ? city('nyc') : nextgen)
  context = {
    contributions: { find, load, list: () => [] },
    database: async () => db,
    signal: new AbortController().signal,
    progress: () => {},
    async write(kind: string, fill: (at: string) => Promise<void>, options?: { origin?: Origin }) {
      origins.push(options?.origin)
      const at = join(folder, kind)
      await mkdir(at, { recursive: true })
      await fill(at)
      return artefact(kind, at)
    },
  } as unknown as StepContext
})
afterAll(async () => {
  await db.destroy()
  await rm(folder, { recursive: true })
})

describe('dataset:build', () => {
  it('writes features, sealed labels and completeness with the origin of the rows', async () => {
    const { artefacts, summary } = await build.run(context, {}, inputs)
    expect(Object.keys(artefacts)).toEqual(['features', 'labels', 'completeness'])
    expect(origins).toEqual(['real', 'real', 'real'])
    expect(summary).toBe('432 of 432 rows, 56 features, gate pass')
    const features = await readJson<{ rows: number; design: string[]; proxy: boolean }>(
      join(folder, 'features/features.json'),
    )
    expect(features).toMatchObject({ rows: 432, proxy: false })
    const { labels } = await readJson<{ labels: { label: number }[] }>(join(folder, 'labels/labels.json'))
    expect(labels.map(({ label }) => label)).toEqual([0, 0, 0])
  })

  it('reads from the database what was put into it, to the byte', async () => {
    const direct = join(folder, 'direct')
    await mkdir(direct, { recursive: true })
    await buildDataset({ city: city('nyc'), config: loaded, set: nextgen, data: madeUp(), folder: direct })
    const [stored, straight] = await Promise.all(
      [join(folder, 'features'), direct].map((at) => readFile(join(at, 'features.parquet'))),
    )
    expect(stored!.equals(straight!)).toBe(true)
  })

  it('shows it to a person', async () => {
    const lines = [...describeDataset(await readDataset([join(folder, 'features'), join(folder, 'completeness')]))]
    expect(lines[0]).toBe('nyc between, nextgen 1 on candles, weather of KNYC')
    expect(lines).toContain('Rows: 432 of 432, 0.0 % YES')
    expect(lines.find((line) => line.startsWith('win_20250201_20250202'))).toMatch(/train +1 +144 +144 +0.0 %$/)
    expect(lines.at(-1)).toMatch(/^Gate: pass\. None of 432 rows/)
    await expect(readDataset([folder])).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND', exit: 2 })
  })

  // Last: it changes the database.
  it('has another fingerprint when a report of the span changes', async () => {
    const before = await build.fingerprint!(context, {}, inputs)
    expect(await build.fingerprint!(context, {}, inputs)).toBe(before)
    const { observations } = madeUp()
    await saveObservations(db, [observation(observations[500]!.valid_ms + 1, { temp_f: 61 })])
    expect(await build.fingerprint!(context, {}, inputs)).not.toBe(before)
  })
})
