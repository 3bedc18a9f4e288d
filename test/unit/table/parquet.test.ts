import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import {
  openTableWriter,
  ROW_GROUP,
  readTable,
  readTableMetadata,
  writeTable,
} from '../../../src/base/table/parquet.ts'
import { rowsOf, type Table, type TextColumn } from '../../../src/base/table/table.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kwx-parquet-'))
})
afterAll(() => rm(folder, { recursive: true }))

const words = ({ codes, values }: TextColumn) => Array.from(codes, (code) => values[code]!)

const small: Table = new Map<string, Float64Array | Int32Array | Uint8Array | TextColumn>([
  ['market', { codes: Int32Array.of(0, 1, 0), values: ['KXHIGHMIA-25FEB20-B80.5', 'ü'] }],
  ['event_day', Int32Array.of(20_139, -5, 2_147_483_647)],
  ['p', Float64Array.of(0.1, Number.NaN, Number.POSITIVE_INFINITY)],
  ['label', Uint8Array.of(0, 1, 255)],
])

describe('writeTable and readTable', () => {
  it('give every type back', async () => {
    const file = join(folder, 'small.parquet')
    await writeTable(file, small, { made: 'by hand' })
    const table = await readTable(file)
    expect([...table.keys()]).toEqual(['market', 'event_day', 'p', 'label'])
    expect(words(table.get('market') as TextColumn)).toEqual([
      'KXHIGHMIA-25FEB20-B80.5',
      'ü',
      'KXHIGHMIA-25FEB20-B80.5',
    ])
    expect(table.get('event_day')).toEqual(small.get('event_day'))
    expect(table.get('p')).toEqual(small.get('p'))
    expect(table.get('label')).toEqual(small.get('label'))
    expect(await readTableMetadata(file)).toEqual({ rows: 3, metadata: { made: 'by hand' } })
  })

  it('read only the columns asked for, in that order', async () => {
    const file = join(folder, 'some.parquet')
    await writeTable(file, small)
    expect([...(await readTable(file, ['label', 'event_day'])).keys()]).toEqual(['label', 'event_day'])
    await expect(readTable(file, ['labels'])).rejects.toMatchObject({ code: 'TABLE_COLUMN_MISSING' })
  })

  it('give equal bytes for equal tables', async () => {
    const [one, two] = [join(folder, 'one.parquet'), join(folder, 'two.parquet')]
    await writeTable(one, small)
    await writeTable(two, small)
    expect(await readFile(one)).toEqual(await readFile(two))
  })

  it('keep doubles to the bit over several row groups', async () => {
    const file = join(folder, 'large.parquet')
    const n = 2 * ROW_GROUP + 7
    const value = Float64Array.from({ length: n }, (_, i) => Math.sin(i) / 3)
    const few = Float64Array.from({ length: n }, (_, i) => (i % 199) / 2)
    await writeTable(
      file,
      new Map([
        ['value', value],
        ['few', few],
      ]),
    )
    const table = await readTable(file)
    expect(Buffer.from((table.get('value') as Float64Array).buffer).equals(Buffer.from(value.buffer))).toBe(true)
    expect(Buffer.from((table.get('few') as Float64Array).buffer).equals(Buffer.from(few.buffer))).toBe(true)
  })

  it('keep any table', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.double({ noNaN: false }),
            fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
            fc.string({ unit: 'grapheme' }),
          ),
        ),
        async (rows) => {
          const file = join(folder, 'any.parquet')
          const values = [...new Set(rows.map(([, , word]) => word))]
          await writeTable(
            file,
            new Map<string, Float64Array | Int32Array | TextColumn>([
              ['d', Float64Array.from(rows, ([d]) => d + 0)],
              ['i', Int32Array.from(rows, ([, i]) => i)],
              ['t', { codes: Int32Array.from(rows, ([, , word]) => values.indexOf(word)), values }],
            ]),
          )
          const table = await readTable(file)
          expect(rowsOf(table)).toBe(rows.length)
          expect(Array.from(table.get('d') as Float64Array)).toEqual(rows.map(([d]) => d + 0))
          expect(Array.from(table.get('i') as Int32Array)).toEqual(rows.map(([, i]) => i))
          expect(words(table.get('t') as TextColumn)).toEqual(rows.map(([, , word]) => word))
        },
      ),
      { numRuns: 50 },
    ))

  it('write what a plain Parquet reader reads', async () => {
    const file = join(folder, 'plain.parquet')
    await writeTable(file, small)
    const bytes = await readFile(file)
    const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer })
    expect(rows[0]).toEqual({ market: 'KXHIGHMIA-25FEB20-B80.5', event_day: 20_139, p: 0.1, label: 0 })
  })

  it('leave no temporary file, and refuse bytes that are not Parquet', async () => {
    const writer = await openTableWriter(join(folder, 'gone.parquet'), small)
    await writer.append(small)
    await writer.abort()
    await writeFile(join(folder, 'bad.parquet'), 'not a table at all')
    expect((await readdir(folder)).filter((name) => name.includes('tmp') || name.includes('gone'))).toEqual([])
    await expect(readTable(join(folder, 'bad.parquet'))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })
})
