import { type Database, saveCompleteness, saveSettlements } from 'kwx/database'

import { day, decimal, orNull } from './fields.ts'
import { cityNamed, type FileReport, type ImportOptions, isWanted, Tally } from './options.ts'
import { type CsvFile, readCsv } from './read-csv.ts'

const SOURCE = 'archive'

/** Official daily maxima of one file into the database, as `archive` values: used where no final report is known. */
export async function importSettlements(db: Database, options: ImportOptions, file: CsvFile): Promise<FileReport> {
  const rows = new Map<string, { city: string; day: number; tmax_f: number | null }>()
  const tally = new Tally()
  const reading = readCsv(file, ['city', 'event_date', 'tmax_f'], ([cityName, date, tmax]) => {
    const city = cityNamed(options.cities, cityName!)
    const row = {
      city: city.id,
      day: day('event_date', date!),
      tmax_f: orNull(tmax!, (text) => decimal('tmax_f', text, -100, 150)),
    }
    const before = rows.get(`${row.city} ${row.day}`)
    if (before && before.tmax_f !== row.tmax_f)
      throw new RangeError(`${row.city} ${date} has ${tmax} and, above, ${before.tmax_f}`)
    if (before) tally.add('repeated')
    else if (isWanted(options, row.city, row.day) || isWanted(options, row.city, row.day + 1))
      rows.set(`${row.city} ${row.day}`, row)
    else tally.add('not asked for')
  })
  let end = await reading.next()
  while (!end.done) end = await reading.next()
  const { sha256 } = end.value
  const maxima = [...rows.values()]
  await saveSettlements(
    db,
    maxima.map((row) => ({
      ...row,
      source: SOURCE,
      product_id: SOURCE,
      kind: 'archive' as const,
      issued_ms: null,
      origin: 'real' as const,
    })),
  )
  await saveCompleteness(
    db,
    maxima.map(({ city, day, tmax_f }) => ({
      city,
      day,
      kind: 'settlements' as const,
      source: SOURCE,
      expected: 1,
      received: 1,
      complete: tmax_f !== null,
      proof: { file: file.name, sha256 },
      updated_ms: options.now,
    })),
  )
  return { file: file.name, state: 'loaded', rows: end.value.rows, loaded: maxima.length, left_out: tally.counts }
}
