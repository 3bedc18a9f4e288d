import { numbers, rowsOf } from 'kwx/artefacts'
import { type Database, ensureMigrated, openDatabase, runQuery } from 'kwx/database'
import { defineFeatureSet, type Feature, type FeatureSet, tempNow } from 'kwx/features'
import { climateDayStart, parseDay } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { pluginOf } from '../../../test/support/plugins.ts'
import rich from '../../dataset/src/feature-sets/elasticnet_rich.ts'
import nextgen from '../../dataset/src/feature-sets/nextgen.ts'
import { auditLeak } from '../src/services/leak/audit-leak.ts'
import { leakLines } from '../src/services/leak/leak-lines.ts'
import { type BuiltDataset, built } from './support/built.ts'
import {
  city,
  minutesOf,
  observation,
  saveEvents,
  saveObservations,
  saveSettlements,
  settlement,
  weather,
} from './support/made-up.ts'

const miami = city('miami')
const OFFSET = -300
const FIRST = parseDay('2025-02-01')
const DAYS = Array.from({ length: 24 }, (_, k) => FIRST + k)
const SPAN = { start_date: '2025-02-01', end_date: '2025-02-24', train_days: 20, test_days: 2, step_days: 2 }

let db: Database
beforeAll(async () => {
  db = await openDatabase({ url: 'pglite:memory' })
  await ensureMigrated(db, 'pglite:memory')
  const events = DAYS.map((day, k) => ({
    day,
    paid: k % 2 === 0 ? 70 : 60,
    prints: minutesOf(day, OFFSET, 53, 3),
  }))
  await saveEvents(db, 'miami', events)
  await saveObservations(db, weather(DAYS, OFFSET, { station: 'KMIA' }))
  await saveSettlements(
    db,
    DAYS.map((day, k) => settlement('miami', day, k % 2 === 0 ? 70 : 60)),
  )
})
afterAll(() => db.destroy())

const audit = (dataset: BuiltDataset, rows = 100, over: object = {}) =>
  auditLeak({ db, city: miami, rows, seed: 7, trained: null, ...dataset, ...over })
const kindsOf = ({ leaks }: Awaited<ReturnType<typeof audit>>) => leaks.map(({ kind, subject }) => `${kind} ${subject}`)

/** The rich set with one more feature. */
const with_ = (name: string, compute: Feature['compute']): FeatureSet =>
  defineFeatureSet({
    ...rich,
    features: [...rich.features, { name, unit: '1', inputs: [], lookBackMinutes: 0, missing: 'never', compute }],
  })

/** Changes rows, audits, and takes the change back. */
async function planted<Value>(
  change: () => Promise<unknown>,
  undo: () => Promise<unknown>,
  work: () => Promise<Value>,
) {
  await change()
  try {
    return await work()
  } finally {
    await undo()
  }
}

describe('an audit for leaks', () => {
  it('passes an honest dataset, every bit of every sampled row', async () => {
    for (const set of [rich, nextgen]) {
      const found = await audit(await built(db, miami, set, SPAN))
      expect(found.leaks).toEqual([])
      expect(found).toMatchObject({ rows_sampled: 100, rows_equal: 100, rows_differing: 0, columns_judged: true })
      expect(found.verdict).toMatchObject({ outcome: 'pass' })
    }
  })

  it('draws other rows with another seed and the same with the same', async () => {
    const dataset = await built(db, miami, rich, SPAN)
    const [one, again] = [await audit(dataset), await audit(dataset)]
    expect(one).toEqual(again)
    expect(await audit(dataset, 1_000_000)).toMatchObject({ rows_sampled: rowsOf(dataset.table) })
  })

  it('catches a feature set of a plugin that peeks at the next price', async () => {
    const contributions = await pluginOf({
      featureSets: {
        peeker: `export default { id: 'peeker', title: 'peeks', version: '1', features: [{
          name: 'drift', unit: 'cents', inputs: ['price'], lookBackMinutes: 0, missing: 'never',
          compute: ({ mid, n }, out) => { for (let i = 0; i < n; i++) out[i] = mid[Math.min(i + 1, n - 1)] - mid[i] } }] }`,
      },
    })
    const set = await contributions.load<FeatureSet>('featureSets', 'peeker')
    const found = await audit(await built(db, miami, set, SPAN))
    expect(kindsOf(found)).toEqual(['row-differs drift'])
    expect(found.verdict.outcome).toBe('fail')
    expect(found.rows_differing).toBeGreaterThan(75)
    expect([...leakLines(found)].join('\n')).toContain('row-differs: drift differs in')
  })

  it('catches a feature that knows how many rows a day will have', async () => {
    const set = with_('busy', ({ n }, out) => void out.fill(n))
    expect(kindsOf(await audit(await built(db, miami, set, SPAN)))).toEqual(['row-differs busy'])
  })

  it('catches a label in disguise, which rebuilds to equal bytes', async () => {
    const yes = new Set(DAYS.filter((_, k) => k % 2 === 0))
    const set = with_('mood', ({ eventDay }, out) => void out.fill(yes.has(eventDay) ? 0.7 : 0.2))
    const found = await audit(await built(db, miami, set, SPAN))
    expect(kindsOf(found)).toEqual(['column-tells-outcome mood'])
    expect(found).toMatchObject({ rows_differing: 0, verdict: { outcome: 'fail' } })
  })

  it('catches a label column among the features', async () => {
    const dataset = await built(db, miami, rich, SPAN)
    const label = new Map(dataset.labels.map((one) => [one.market, one.label]))
    const { codes, values } = dataset.table.get('market') as { codes: Int32Array; values: string[] }
    const table = new Map([
      ...dataset.table,
      ['settled_yes', Float64Array.from(codes, (code) => label.get(values[code]!)!)],
    ])
    expect(kindsOf(await audit({ ...dataset, table }))).toEqual([
      'column-named-after-target settled_yes',
      'column-tells-outcome settled_yes',
      'column-unexplained settled_yes',
    ])
  })

  it('catches a builder that joins reports at the time they are about', async () => {
    const dataset = await built(db, miami, rich, SPAN, (data) => ({
      ...data,
      observations: data.observations.map((row) => ({ ...row, known_ms: row.valid_ms })),
    }))
    const kinds = kindsOf(await audit(dataset, 400))
    expect(kinds).toContain('row-differs temp_now')
    expect(kinds.every((kind) => kind.startsWith('row-differs'))).toBe(true)
  })

  it('catches a builder that knows yesterday\u2019s maximum before it is issued', async () => {
    const dataset = await built(db, miami, nextgen, SPAN, (data) => ({
      ...data,
      settlements: data.settlements.map((row) => ({ ...row, issued_ms: row.issued_ms! - 5 * 3_600_000 })),
    }))
    expect(kindsOf(await audit(dataset, 400))).toContain('row-differs prior_day_tmax')
  })

  it('catches readings that are known too early, forecasts among them', async () => {
    const at = climateDayStart(FIRST + 3, OFFSET) * 60_000
    const early = observation(at, { station: 'KMIA', report_type: 'special', known_ms: at + 60_000 })
    const forecast = observation(at + 86_400_000, { station: 'KMIA', source: 'daily-forecast', known_ms: at })
    const found = await planted(
      () => saveObservations(db, [early, forecast]),
      () => runQuery(db, `delete from observations where valid_ms = ${at} or source = 'daily-forecast'`, []),
      async () => audit(await built(db, miami, rich, SPAN)),
    )
    expect(kindsOf(found)).toEqual(['known-too-early daily-forecast', 'known-too-early iem-asos'])
    expect(found.leaks[0]!.sentence).toContain('known before the time they are about, the first by 1440 minutes')
    expect(found.leaks[1]!.sentence).toContain('1 minutes after its time; expected at least 5 minutes')
  })

  it('catches a maximum issued before its day was over', async () => {
    const early = settlement('miami', FIRST + 5, 70, {
      product_id: 'early',
      issued_ms: climateDayStart(FIRST + 5, OFFSET) * 60_000,
    })
    const found = await planted(
      () => saveSettlements(db, [early]),
      () => runQuery(db, `delete from settlements where product_id = 'early'`, []),
      async () => audit(await built(db, miami, rich, SPAN)),
    )
    expect(kindsOf(found)).toEqual(['settlement-too-early nws-cli final'])
  })

  it('names rows of a market that the database has no more', async () => {
    const dataset = await built(db, miami, rich, SPAN)
    const { codes, values } = dataset.table.get('market') as { codes: Int32Array; values: string[] }
    const market = { codes, values: values.map((name, k) => (k === 0 ? 'KXHIGHX-GONE' : name)) }
    const found = await audit({ ...dataset, table: new Map([...dataset.table, ['market', market]]) }, 1_000_000)
    expect(kindsOf(found)).toEqual(['row-unknown KXHIGHX-GONE'])
  })

  it('catches one changed bit', async () => {
    const dataset = await built(db, miami, rich, SPAN)
    const column = Float64Array.from(numbers(dataset.table, tempNow.name))
    column[5]! += 1e-13
    const found = await audit({ ...dataset, table: new Map([...dataset.table, [tempNow.name, column]]) }, 1_000_000)
    expect(found.leaks).toMatchObject([{ kind: 'row-differs', subject: tempNow.name, rows: 1 }])
  })

  it('catches a middle of the market that somebody filled in', async () => {
    const dataset = await built(db, miami, rich, SPAN)
    const column = Float64Array.from(numbers(dataset.table, 'market_middle'))
    const row = column.findIndex(Number.isNaN)
    expect(row).toBeGreaterThanOrEqual(0)
    column[row] = 50
    const found = await audit({ ...dataset, table: new Map([...dataset.table, ['market_middle', column]]) }, 1_000_000)
    expect(found.leaks).toMatchObject([{ kind: 'row-differs', subject: 'market_middle', rows: 1 }])
  })

  it('counts rows apart that were gated for what their whole day showed', async () => {
    const minute = weather(DAYS.slice(3, 5), OFFSET, { station: 'KMIA', minute: true }).filter(
      ({ source }) => source === 'visual-crossing',
    )
    const noon = climateDayStart(FIRST + 3, OFFSET) + 720
    const rows = minute.map((row) => ({
      ...row,
      forward_filled: row.valid_ms > noon * 60_000 && row.valid_ms < (noon + 720) * 60_000,
    }))
    const found = await planted(
      () => saveObservations(db, rows),
      () => runQuery(db, `delete from observations where source = 'visual-crossing'`, []),
      async () => audit(await built(db, miami, rich, SPAN), 1_000_000),
    )
    expect(found.leaks).toEqual([])
    expect(found.rows_gated_by_whole_day).toBeGreaterThan(10)
  })

  it('judges no column where too few markets settled either way', async () => {
    const set = with_('mood', ({ eventDay }, out) => void out.fill(eventDay % 2))
    const span = { start_date: '2025-02-01', end_date: '2025-02-06', train_days: 4, test_days: 2, step_days: 2 }
    expect(await audit(await built(db, miami, set, span))).toMatchObject({ columns_judged: false, leaks: [] })
  })
})
