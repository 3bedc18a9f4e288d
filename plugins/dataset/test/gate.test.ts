import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { numbers, readTable } from 'kwx/artefacts'
import { featureRows, gateObservations, marketView, weatherSeries } from 'kwx/features'
import { civilTime } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import baseline from '../src/feature-sets/baseline.ts'
import rich from '../src/feature-sets/elasticnet_rich.ts'
import { buildDataset } from '../src/services/build/build-dataset.ts'
import { GateAuditor } from '../src/services/build/gate-audit.ts'
import { madeUp, observation } from './support/made-up.ts'
import { city, config } from './support/setup.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kwx-gate-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Builds and gives the gate's verdict and the largest dew point of any row: minute data says 99, METAR at most 40. */
async function build(over: Parameters<typeof config>[0], data = madeUp(), set = rich) {
  const span = { start_date: '2025-02-01', end_date: '2025-02-03', train_days: 1, test_days: 1, step_days: 1 }
  const built = await buildDataset({ city: city(over.city!), config: config({ ...span, ...over }), set, data, folder })
  const table = await readTable(join(folder, 'features.parquet'))
  const largest = table.has('dewpoint') ? Math.max(...numbers(table, 'dewpoint')) : 0
  return { gate: built.completeness.gate, largest, table }
}

describe('the gate of New York', () => {
  it('hides minute moisture, keeps that of station reports and all temperatures, and passes on the built data', async () => {
    const { gate, largest, table } = await build({ city: 'nyc' })
    expect(largest).toBeLessThanOrEqual(40)
    expect(Math.max(...(table.get('dewpoint_is_na') as Uint8Array))).toBe(0)
    expect(gate).toMatchObject({ status: 'pass', rows_violating: 0 })
    expect(gate.gated_rows).toBe(gate.minute_rows)
    expect(gate.rows_exposed).toBeGreaterThan(300)
    // METAR comes once an hour: a new temperature every ten minutes is the minute data's.
    const temp = numbers(table, 'temp_now')
    expect(new Set(temp.subarray(50, 62)).size).toBe(12)
  })

  it('is not lifted by a configuration', async () => {
    expect((await build({ city: 'nyc', excluded_vc_cities: [] })).largest).toBeLessThanOrEqual(40)
  })

  it('has nothing to judge where the features read no moisture', async () => {
    expect((await build({ city: 'nyc' }, madeUp(), baseline)).gate).toMatchObject({ status: 'not-applicable' })
  })

  it('fails when a value gets past it', () => {
    const { observations, markets } = madeUp()
    const rules = { city: city('nyc'), excludedVcCities: [], useVcMinutes: true }
    const gate = gateObservations(observations, rules)
    const at = Math.floor(observations.at(-400)!.valid_ms / 60_000)
    const endMinute = Int32Array.of(at + 7, at + 8)
    const one = Float64Array.of(50, 50)
    const rowsWith = (weather: ReturnType<typeof weatherSeries>) => {
      const shared = {
        civil: civilTime('America/New_York', at, at + 10),
        standardOffset: -300,
        rungs: () => null,
        yesterday: undefined,
      }
      const prices = { endMinute, mid: one, bid: one, ask: one, volume: one }
      return featureRows(rich, marketView(markets[0]!, prices, { ...shared, weather }))
    }
    const auditor = () => new GateAuditor(rich, observations, gate.audit, -300)
    const honest = auditor()
    honest.check(rowsWith(weatherSeries(gate.rows, gate.hides)))
    expect(honest.verdict()).toMatchObject({ status: 'pass', rows_checked: 2, rows_exposed: 2 })
    const leaking = auditor()
    leaking.check(rowsWith(weatherSeries(observations)))
    expect(leaking.verdict()).toMatchObject({ status: 'fail', rows_violating: 2 })
  })
})

describe('the gate of another city', () => {
  it('does not apply, and is never called a pass', async () => {
    const { gate, largest } = await build({ city: 'miami' })
    expect(gate).toMatchObject({
      status: 'not-applicable',
      gated_rows: 0,
      sentence: 'No source of this city is gated.',
    })
    expect(largest).toBe(99)
  })

  it('can be added by a configuration', async () => {
    const { gate, largest } = await build({ city: 'miami', excluded_vc_cities: ['nyc', 'miami'] })
    expect(gate.status).toBe('pass')
    expect(largest).toBeLessThanOrEqual(40)
  })

  it('can be added under an alias', async () => {
    expect((await build({ city: 'la', excluded_vc_cities: ['los_angeles'] })).gate.status).toBe('pass')
  })

  it('closes for a day in which more than a fifth of the rows repeat', async () => {
    const { gate, largest } = await build({ city: 'miami' }, madeUp({ filledEvery: 4 }))
    expect(gate.status).toBe('pass')
    expect(gate.filled_days.length).toBeGreaterThanOrEqual(3)
    expect(largest).toBeLessThanOrEqual(40)
    expect((await build({ city: 'miami' }, madeUp({ filledEvery: 5 }))).largest).toBe(99)
  })

  it('leaves minute data out whole where the configuration does not use it', async () => {
    const { gate, largest, table } = await build({ city: 'miami', use_vc_minutes: false })
    expect(gate).toMatchObject({ status: 'not-applicable', minute_rows: 0 })
    expect(gate.unused_rows).toBeGreaterThan(800)
    expect(largest).toBeLessThanOrEqual(40)
    expect(new Set(numbers(table, 'temp_now').subarray(50, 62)).size).toBeLessThanOrEqual(3)
  })
})

describe('gateObservations', () => {
  const rules = { city: city('nyc'), excludedVcCities: [], useVcMinutes: true }

  it('nulls the fields that the manifest names and nothing else', () => {
    const minute = observation(0, { source: 'visual-crossing', report_type: 'minute' })
    const { rows, audit } = gateObservations([minute, observation(0)], rules)
    expect(rows[0]).toEqual({ ...minute, dew_f: null, humidity_pct: null, wind_mph: null })
    expect(rows[1]).toEqual(observation(0))
    expect(audit).toMatchObject({ minute_rows: 1, gated_rows: 1, values_hidden: 1 })
  })

  it('takes every row of the source for minute data, whatever it is called', () => {
    expect(gateObservations([observation(0, { source: 'visual-crossing' })], rules).audit.gated_rows).toBe(1)
  })
})
