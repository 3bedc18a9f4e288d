import { numbers } from 'kwx/artefacts'
import { type Database, ensureMigrated, openDatabase } from 'kwx/database'
import { designNames } from 'kwx/features'
import { type ModelFile, trainingRows } from 'kwx/model'
import { validate } from 'kwx/schema'
import { logLoss } from 'kwx/scores'
import { parseDay } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import baseline from '../../dataset/src/feature-sets/baseline.ts'
import rich from '../../dataset/src/feature-sets/elasticnet_rich.ts'
import schema from '../schemas/10_feature_gate_analysis.json' with { type: 'json' }
import { ablate, type TestedModel } from '../src/services/gates/ablate.ts'
import { auditGates } from '../src/services/gates/audit-gates.ts'
import { gateLines } from '../src/services/gates/gate-lines.ts'
import { type BuiltDataset, built } from './support/built.ts'
import { city, minutesOf, saveEvents, saveObservations, weather } from './support/made-up.ts'

const OFFSET = -300
const FIRST = parseDay('2025-02-01')
const DAYS = [0, 1, 2].map((k) => FIRST + k)
const SPAN = { start_date: '2025-02-01', end_date: '2025-02-03', train_days: 2, test_days: 1, step_days: 1 }

let db: Database
beforeAll(async () => {
  db = await openDatabase({ url: 'pglite:memory' })
  await ensureMigrated(db, 'pglite:memory')
  for (const [id, station, filledEvery] of [
    ['nyc', 'KNYC', 5],
    ['miami', 'KMIA', 0],
    ['austin', 'KAUS', 3],
  ] as const) {
    const prints = (day: number) => minutesOf(day, OFFSET, 47, 3)
    await saveEvents(
      db,
      id,
      DAYS.map((day, k) => ({ day, ticker: `${id.toUpperCase()}-${k}`, paid: k === 1 ? 75 : 70, prints: prints(day) })),
    )
    await saveObservations(db, weather(DAYS, OFFSET, { station, minute: true, filledEvery }))
  }
})
afterAll(() => db.destroy())

/** A model of the built design whose coefficients are 0 but for those given. */
function modelOf({ set }: BuiltDataset, coefficients: Readonly<Record<string, number>>, test: Int32Array): TestedModel {
  const features = designNames(set)
  const model = {
    features,
    scaling: { mean: features.map(() => 0), scale: features.map(() => 1) },
    coefficients: features.map((name) => coefficients[name] ?? 0),
    ...{ intercept: -0.5, calibrator: { method: 'none' }, clip: [1e-6, 1 - 1e-6] },
  } as unknown as ModelFile
  return { model, test }
}

const rowsOf = ({ table, set, labels }: BuiltDataset) => trainingRows(table, designNames(set), labels)
const everyRow = (dataset: BuiltDataset) => Int32Array.from(rowsOf(dataset).label, (_, i) => i)

function audit(id: string, dataset: BuiltDataset, over: Partial<Parameters<typeof auditGates>[0]> = {}) {
  const models = [modelOf(dataset, { dewpoint: 0.05, yes_mid: 0.01 }, everyRow(dataset))]
  const shared = { db, city: city(id), rows: rowsOf(dataset), models, origin: 'real' as const }
  return auditGates({ ...shared, ...dataset, ...over })
}

describe('an audit of gated features', () => {
  it('passes New York where its gate hides forward-filled minutes, and counts what it hides', async () => {
    const report = await audit('nyc', await built(db, city('nyc'), rich, SPAN))
    expect(await validate(schema, structuredClone(report))).toEqual([])
    expect(report.verdict.outcome).toBe('pass')
    expect(report).toMatchObject({
      rows_violating: 0,
      faults: [],
      gates: [{ source: 'visual-crossing', by: 'manifest' }],
    })
    expect(report.rows_exposed).toBeGreaterThan(50)
    const [dew] = report.features
    expect(dew).toMatchObject({ feature: 'dewpoint', field: 'dew_f', gated: true })
    expect(dew!.built.largest).toBeLessThanOrEqual(40)
    expect(dew!.readings_hidden).toBe(report.minute_rows)
    const minutes = report.station_days.filter(({ source }) => source === 'visual-crossing')
    expect(minutes.length).toBeGreaterThanOrEqual(5)
    expect(minutes[2]).toMatchObject({ minute: true, rows: 288, share: 230 / 288, gated_by: 'manifest' })
    const reports = report.station_days.filter(({ source }) => source === 'iem-asos')
    expect(reports.every(({ minute, gated_by, share }) => !minute && gated_by === null && share === 0)).toBe(true)
    expect([...gateLines(report)].join('\n')).toContain('gate of the manifest: visual-crossing')
  })

  it('catches a gate that leaks', async () => {
    const open = { ...city('nyc'), gates: [] }
    const leaking = await built(db, open, rich, { ...SPAN, excluded_vc_cities: [] }, (data) => ({
      ...data,
      observations: data.observations.map((row) => ({ ...row, forward_filled: false })),
    }))
    const report = await audit('nyc', leaking)
    expect(report.verdict.outcome).toBe('fail')
    expect(report.rows_violating).toBeGreaterThan(50)
    expect(report.features[0]!.built).toMatchObject({ largest: 99 })
    expect(report.faults.join(' ')).toMatch(/rows show a dewpoint that no permitted report explains/)
    expect(report.faults.join(' ')).toContain(
      'The manifest excludes visual-crossing, but the dataset was built without that gate.',
    )
  })

  it('catches one row that shows what it must not', async () => {
    const dataset = await built(db, city('nyc'), rich, SPAN)
    const dewpoint = Float64Array.from(numbers(dataset.table, 'dewpoint'))
    dewpoint[7] = 99
    const report = await audit('nyc', { ...dataset, table: new Map([...dataset.table, ['dewpoint', dewpoint]]) })
    expect(report).toMatchObject({ rows_violating: 1, verdict: { outcome: 'fail' } })
  })

  it('is not applicable to a city without gates, and never a pass', async () => {
    const report = await audit('miami', await built(db, city('miami'), rich, SPAN))
    expect(report.verdict).toEqual({
      outcome: 'not-applicable',
      sentence: 'No source of miami is gated, and no day repeats too much.',
    })
    expect(report.features.map(({ gated, built }) => [gated, built.exposed])).toEqual([
      [false, 0],
      [false, 0],
      [false, 0],
    ])
    expect(report.ablation.difference).not.toBeNull()
  })

  it('is not applicable where no feature reads moisture', async () => {
    const report = await audit('nyc', await built(db, city('nyc'), baseline, SPAN))
    expect(report).toMatchObject({ verdict: { outcome: 'not-applicable' }, features: [] })
    expect(report.ablation).toMatchObject({ difference: null, reason: expect.stringContaining('reads no dew point') })
  })

  it('closes days of any city in which minutes repeat too much, and says that repeats did it', async () => {
    const report = await audit('austin', await built(db, city('austin'), rich, SPAN))
    expect(report.verdict.outcome).toBe('pass')
    expect(new Set(report.station_days.filter(({ minute }) => minute).map(({ gated_by }) => gated_by))).toEqual(
      new Set(['repeats']),
    )
  })

  it('names a gate that the configuration adds', async () => {
    const over = { ...SPAN, excluded_vc_cities: ['nyc', 'miami'] }
    const report = await audit('miami', await built(db, city('miami'), rich, over))
    expect(report).toMatchObject({ verdict: { outcome: 'pass' }, gates: [{ by: 'configuration' }] })
  })
})

describe('an ablation', () => {
  it('is the change of log loss on the test rows with the columns at their training mean', async () => {
    const dataset = await built(db, city('miami'), rich, SPAN)
    const rows = rowsOf(dataset)
    const test = everyRow(dataset)
    const found = ablate([modelOf(dataset, { dewpoint: 0.02 }, test)], rows, ['dewpoint', 'dewpoint_is_na'], 's')
    const dew = numbers(dataset.table, 'dewpoint')
    const p = (beta: number) => Float64Array.from(test, (i) => 1 / (1 + Math.exp(0.5 - beta * dew[i]!)))
    expect(found.log_loss).toBeCloseTo(logLoss(rows.label, p(0.02)), 12)
    expect(found.log_loss_without).toBeCloseTo(logLoss(rows.label, p(0)), 12)
    expect(found.difference).toBeCloseTo(found.log_loss_without! - found.log_loss!, 12)
    expect(found).toMatchObject({ days: 3, windows_using: 1, windows: 1, reason: null })
    expect(found.low!).toBeLessThanOrEqual(found.difference!)
    expect(found.high!).toBeGreaterThanOrEqual(found.difference!)
  })

  it('is nothing for a model that does not use the columns', async () => {
    const dataset = await built(db, city('miami'), rich, SPAN)
    const found = ablate([modelOf(dataset, { yes_mid: 0.02 }, everyRow(dataset))], rowsOf(dataset), ['dewpoint'], 's')
    expect(found).toMatchObject({ difference: 0, low: 0, high: 0, windows_using: 0 })
  })

  it('says why it has no figure without test rows, or with one day', async () => {
    const dataset = await built(db, city('miami'), rich, SPAN)
    expect(ablate([], rowsOf(dataset), ['dewpoint'], 's')).toMatchObject({
      difference: null,
      reason: expect.stringContaining('No window'),
    })
    const one = modelOf(dataset, { dewpoint: 0.02 }, Int32Array.of(0, 1, 2))
    expect(ablate([one], rowsOf(dataset), ['dewpoint'], 's')).toMatchObject({
      days: 1,
      low: null,
      reason: expect.stringContaining('One test day'),
    })
  })
})
