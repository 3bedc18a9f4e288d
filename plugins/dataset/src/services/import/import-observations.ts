import {
  type Completeness,
  type Database,
  type ObservationInput,
  saveCompleteness,
  saveObservations,
} from 'kwx/database'
import { climateDayAt } from 'kwx/time'

import { decimal, instant, nonEmpty, oneOf, orNull } from './fields.ts'
import { type FileReport, type ImportOptions, isWanted, Tally } from './options.ts'
import { type CsvFile, readCsv } from './read-csv.ts'

const SOURCE = 'noaa-ghcnh'
const KNOWN_AFTER_MS = 5 * 60_000
const MS_PER_MINUTE = 60_000
const HOURS = 24

interface StationDay {
  readonly city: string
  readonly station: string
  readonly day: number
  rows: number
  readonly hours: Set<number>
}

/**
 * Station reports of one file into the database, each known five minutes after its time.
 *
 * A city takes the reports of its own station and of its declared proxies; a report of any other station is left out
 * and counted. `--from` and `--to` are climate days of the city; the day before is taken along, for what was known of
 * yesterday.
 */
export async function importObservations(db: Database, options: ImportOptions, file: CsvFile): Promise<FileReport> {
  const days = new Map<string, StationDay>()
  const tally = new Tally()
  let loaded = 0
  const reading = readCsv(
    file,
    ['station', 'ts_utc', 'temp_f', 'dew_f', 'humidity_pct', 'wind_mph', 'report_type'],
    parseReport,
  )
  let end = await reading.next()
  while (!end.done) {
    options.signal?.throwIfAborted()
    const wanted = end.value.filter((row) => {
      const owners = options.cities.filter(({ station, proxies }) =>
        [station, ...proxies.map((proxy) => proxy.station)].includes(row.station),
      )
      if (owners.length === 0) tally.add(`station ${row.station} of no city`)
      let isAsked = false
      for (const city of owners) {
        const minute = Math.floor(row.valid_ms / MS_PER_MINUTE)
        const day = climateDayAt(minute, city.standardOffset)
        if (!isWanted(options, city.id, day) && !isWanted(options, city.id, day + 1)) continue
        isAsked = true
        const key = `${city.id} ${row.station} ${day}`
        const stationDay = days.get(key) ?? { city: city.id, station: row.station, day, rows: 0, hours: new Set() }
        stationDay.rows++
        if (row.report_type === 'routine') stationDay.hours.add(Math.floor(minute / 60))
        days.set(key, stationDay)
      }
      if (!isAsked && owners.length > 0) tally.add('not asked for')
      return isAsked
    })
    loaded += (await saveObservations(db, wanted)).rows
    end = await reading.next()
  }
  const { rows, sha256 } = end.value
  await saveCompleteness(
    db,
    [...days.values()].map((day) => completenessOf(day, file.name, sha256, options.now)),
  )
  return { file: file.name, state: 'loaded', rows, loaded, left_out: tally.counts }
}

function completenessOf(
  { city, station, day, rows, hours }: StationDay,
  file: string,
  sha256: string,
  now: number,
): Completeness {
  return {
    city,
    day,
    kind: 'observations',
    source: `${SOURCE}:${station}`,
    expected: HOURS,
    received: rows,
    complete: hours.size === HOURS,
    proof: { file, sha256, station, hours_with_routine_report: hours.size },
    updated_ms: now,
  }
}

function parseReport([station, ts, temp, dew, humidity, wind, type]: readonly string[]): ObservationInput {
  const valid_ms = instant('ts_utc', ts!)
  return {
    station: nonEmpty('station', station!),
    source: SOURCE,
    valid_ms,
    report_type: oneOf('report_type', type!, ['FM15', 'FM16']) === 'FM15' ? 'routine' : 'special',
    known_ms: valid_ms + KNOWN_AFTER_MS,
    temp_f: orNull(temp!, (text) => decimal('temp_f', text, -100, 150)),
    dew_f: orNull(dew!, (text) => decimal('dew_f', text, -150, 120)),
    // Computed by the source from rounded temperatures: recorded values reach 131.
    humidity_pct: orNull(humidity!, (text) => decimal('humidity_pct', text, 0, 200)),
    wind_mph: orNull(wind!, (text) => decimal('wind_mph', text, 0, 300)),
    forward_filled: false,
    origin: 'real',
  }
}
