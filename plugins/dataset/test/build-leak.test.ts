import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { numbers, readTable, type Table, text } from 'kwx/artefacts'
import { climateDayStart, parseDay } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import nextgen from '../src/feature-sets/nextgen.ts'
import { buildDataset } from '../src/services/build/build-dataset.ts'
import type { DatasetData } from '../src/services/build/data.ts'
import { cutAt, madeUp } from './support/made-up.ts'
import { city, config } from './support/setup.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kwx-leak-'))
})
afterAll(() => rm(folder, { recursive: true }))

const span = { start_date: '2025-02-01', end_date: '2025-02-03', train_days: 1, test_days: 1, step_days: 1 }
const build = async (data: DatasetData, over: Parameters<typeof config>[0] = {}) => {
  const options = { city: city('nyc'), config: config({ city: 'nyc', ...span, ...over }), set: nextgen, data, folder }
  const built = await buildDataset(options)
  return { built, table: await readTable(join(folder, 'features.parquet')) }
}

/** Every row as `market minute -> values`. */
function rowsOf(table: Table): Map<string, number[]> {
  const { codes, values } = text(table, 'market')
  const end = numbers(table, 'end_minute')
  const columns = [...table.keys()].slice(3).map((name) => numbers(table, name))
  return new Map(Array.from(codes, (code, i) => [`${values[code]} ${end[i]}`, columns.map((column) => column[i]!)]))
}

describe('a built row', () => {
  it('is the same when it is built from what was in the database at its minute', async () => {
    const whole = rowsOf((await build(madeUp())).table)
    const first = climateDayStart(parseDay('2025-02-01'), -300)
    for (const minute of [first + 10, first + 333, first + 1440 + 77, first + 2 * 1440 + 610, first + 3 * 1440]) {
      const then = rowsOf((await build(cutAt(madeUp(), minute))).table)
      expect(then.size).toBeGreaterThan(0)
      for (const [key, values] of then) expect(values).toEqual(whole.get(key))
    }
  })

  it('shows the maximum of the day before from its issue on', async () => {
    const { table } = await build(madeUp())
    const [minutes, na] = [numbers(table, 'end_minute'), numbers(table, 'prior_day_tmax_is_na')]
    const issued = climateDayStart(parseDay('2025-02-01'), -300) + 60
    expect([...na.subarray(0, 8)]).toEqual(Array.from(minutes.subarray(0, 8), (minute) => Number(minute < issued)))
  })

  it('shares its file with no label', async () => {
    const { built, table } = await build(madeUp())
    const labels = new Map(built.labels.labels.map(({ market, label }) => [market, label]))
    expect(new Set(labels.values())).toEqual(new Set([0]))
    const less = await build(madeUp(), { bracket: 'less' })
    expect(new Set(less.built.labels.labels.map(({ label }) => label))).toEqual(new Set([1]))
    expect([...table.keys()].filter((name) => /label|result|settle|tmax$/.test(name))).toEqual(['prior_day_tmax'])
  })
})

describe('buildDataset', () => {
  it('gives equal bytes for equal data', async () => {
    await build(madeUp())
    const once = await readFile(join(folder, 'features.parquet'))
    await build(madeUp())
    expect((await readFile(join(folder, 'features.parquet'))).equals(once)).toBe(true)
  })

  it('orders rows by day, market and minute, and counts what it leaves out', async () => {
    const { built, table } = await build(madeUp())
    const { rows, dropped, splits } = built.completeness
    expect(rows).toEqual({ before: 3 * 144, after: 3 * 144 })
    expect(dropped).toEqual({})
    expect(splits.map(({ window, split, rows_after }) => [window, split, rows_after])).toEqual([
      ['win_20250201_20250202', 'train', 144],
      ['win_20250201_20250202', 'test', 144],
      ['win_20250202_20250203', 'train', 144],
      ['win_20250202_20250203', 'test', 144],
    ])
    expect([...numbers(table, 'event_day')]).toEqual([...numbers(table, 'event_day')].sort((a, b) => a - b))
    expect(built.features['rows']).toBe(432)
  })

  it('refuses rows of several origins', async () => {
    const data = madeUp()
    const mixed = {
      ...data,
      markets: data.markets.map((market, i) => (i === 0 ? { ...market, origin: 'simulated' as const } : market)),
    }
    await expect(build(mixed)).rejects.toMatchObject({ code: 'DATASET_MIXED_ORIGINS', exit: 1 })
  })

  it('says what is missing, and how to fetch it, with exit 5', async () => {
    const data = madeUp()
    const nothing = { ...data, async *prices() {} }
    for (const lacking of [{ ...data, markets: [] }, { ...data, observations: [] }, nothing]) {
      await expect(build(lacking)).rejects.toMatchObject({
        code: 'DATASET_EMPTY',
        exit: 5,
        hint: expect.stringContaining('kwx ingest all --city nyc --from 2025-02-01 --to 2025-02-03'),
      })
    }
  })

  it('takes the weather of a declared proxy only', async () => {
    const { built } = await build(madeUp(), { observation_station: 'KLGA' })
    expect(built.features).toMatchObject({ observation_station: 'KLGA', proxy: true })
    await expect(build(madeUp(), { observation_station: 'KJFK' })).rejects.toMatchObject({
      code: 'DATASET_STATION_UNKNOWN',
      exit: 2,
    })
  })
})
