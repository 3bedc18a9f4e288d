import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { numbers, readTable, type Table, text } from 'kwx/artefacts'
import { parseDay } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { sharedFolder } from '../../../test/support/shared.ts'
import richSet from '../src/feature-sets/elasticnet_rich.ts'
import { type Built, buildDataset } from '../src/services/build/build-dataset.ts'
import { city, config } from './support/setup.ts'
import { tapeData } from './support/tape.ts'

const PYTHON = '/usr/bin/python3'
const shared = sharedFolder()

function pandas(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import pandas, sklearn'], { stdio: 'ignore' })
    return true
  } catch {
    process.stderr.write(`Skipped: ${PYTHON} has no pandas and scikit-learn, which the reference needs.\n`)
    return false
  }
}

interface Case {
  city: string
  /** What the reference calls it. */
  tapeCity: string
  bracket: 'between' | 'greater' | 'less'
  station: string
  start: string
  end: string
}
const cases: Case[] = [
  { city: 'miami', tapeCity: 'miami', bracket: 'between', station: 'KMIA', start: '2024-11-20', end: '2025-02-25' },
  // Older tickers, no close times before 2024-08-16, results derived from official maxima, daylight saving's end, a proxy.
  { city: 'chicago', tapeCity: 'chicago', bracket: 'greater', station: 'KORD', start: '2024-07-15', end: '2024-11-10' },
  { city: 'austin', tapeCity: 'austin', bracket: 'less', station: 'KAUS', start: '2024-10-20', end: '2025-01-31' },
]
const hasPandas = shared !== null && pandas()

describe.skipIf(!shared).each(cases)('the dataset of the recorded $city tape, $bracket', (one) => {
  let folder: string
  let built: Built
  let table: Table

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kwx-reference-'))
    const data = tapeData(shared!, one.tapeCity, one.station, parseDay(one.start), parseDay(one.end))
    const { city: id, bracket, station, start: start_date, end: end_date } = one
    const settings = config({ city: id, bracket, observation_station: station, start_date, end_date })
    built = await buildDataset({ city: city(id), config: settings, set: richSet, data, folder })
    table = await readTable(join(folder, 'features.parquet'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  if (one.city === 'miami') {
    // Golden: bench/reference_pilot.py miami between 2024-11-20 prints test_rows 17157 over 8 windows.
    it('has the test rows of the reference', () => {
      const tests = built.completeness.splits.filter(({ split }) => split === 'test')
      expect(tests).toHaveLength(8)
      expect(tests.reduce((sum, { rows_after }) => sum + rows_after, 0)).toBe(17_157)
    })

    it('reports the one event that the archive settles otherwise, and trusts the exchange', () => {
      const differences = built.labels.archive_differences.map(({ event_day, archive }) => [event_day, archive])
      expect(differences).toEqual([['2024-11-27', 81]])
      expect(built.completeness.labels.counts['quarantined']).toBe(0)
    })
  }

  it('says that no source of this city is gated', () => {
    expect(built.completeness.gate).toMatchObject({ status: 'not-applicable', gated_rows: 0 })
  })

  it.skipIf(!hasPandas)('holds the values of the reference, row by row', async () => {
    const csv = join(folder, 'reference.csv')
    const script = fileURLToPath(new URL('support/reference-rows.py', import.meta.url))
    execFileSync(PYTHON, [script, shared!, one.tapeCity, one.bracket, one.start, one.end, csv])
    const lines = (await readFile(csv, 'utf8')).trimEnd().split('\n')
    const names = lines[0]!.split(',').slice(4)
    expect(names).toEqual(richSet.features.map(({ name }) => name))
    const { codes, values } = text(table, 'market')
    const endMinute = numbers(table, 'end_minute')
    const row = new Map(Array.from(codes, (code, i) => [`${values[code]} ${endMinute[i]}`, i]))
    expect(lines.length - 1).toBe(codes.length)

    const labels = new Map(built.labels.labels.map(({ market, label }) => [market, label]))
    const columns = names.map((name) => ({
      name,
      value: numbers(table, name),
      isNa: table.get(`${name}_is_na`) as Uint8Array | undefined,
    }))
    const wrong: string[] = []
    for (const line of lines.slice(1)) {
      const [market, minute, , y, ...cells] = line.split(',')
      const i = row.get(`${market} ${minute}`)
      if (i === undefined || labels.get(market!) !== Number(y)) {
        wrong.push(`${market} ${minute}: row ${i}, label ${labels.get(market!)}`)
        continue
      }
      columns.forEach(({ name, value, isNa }, k) => {
        // The reference's volatility is pandas' online variance.
        const tolerance = name === 'vol_15m' ? 1e-6 : 1e-9
        const cell = cells[k]!
        const same =
          cell === ''
            ? isNa?.[i] === 1 && value[i] === 0
            : isNa?.[i] !== 1 && Math.abs(value[i]! - Number(cell)) <= tolerance
        if (!same) wrong.push(`${market} ${minute} ${name}: ${value[i]} (NA ${isNa?.[i]}), reference ${cell}`)
      })
    }
    expect(wrong.slice(0, 10)).toEqual([])
  })
})
