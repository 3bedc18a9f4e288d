import { EXIT, KwxError, type Origin } from 'kwx'
import { type City, stationsOf } from 'kwx/cities'
import { bracketOf } from 'kwx/features'

import type { DatasetData } from './data.ts'
import type { DatasetConfig } from './dataset-config.ts'

/**
 * Refuses data that no dataset can be built from, before any work.
 *
 * @returns the one origin of all rows
 * @throws KwxError DATASET_EMPTY (exit 5), DATASET_MIXED_ORIGINS (exit 1), DATASET_STATION_UNKNOWN (exit 2)
 */
export function checkData(data: Omit<DatasetData, 'prices'>, city: City, config: DatasetConfig): Origin {
  const station = stationOf(city, config.observation_station)
  if (!data.markets.some(({ strike_type }) => bracketOf(strike_type) === config.bracket)) {
    throw empty(`The database has no ${config.bracket} markets`, city, config)
  }
  if (data.observations.length === 0) throw empty(`The database has no reports of ${station}`, city, config)
  return originOf(data)
}

/** What to throw when there is nothing to build from. */
export const empty = (what: string, city: City, config: DatasetConfig, details: Record<string, unknown> = {}) =>
  new KwxError(`${what} for ${city.id} from ${config.start_date} to ${config.end_date}.`, {
    code: 'DATASET_EMPTY',
    exit: EXIT.stale,
    hint: `Fetch it with "kwx ingest all ${span(city, config)}", or see "kwx ingest status --city ${city.id}".`,
    details: {
      city: city.id,
      bracket: config.bracket,
      station: config.observation_station ?? city.station,
      ...details,
    },
  })

const span = (city: City, { start_date, end_date, price_source, observation_station }: DatasetConfig) => {
  const station = observation_station === null ? '' : ` --station ${observation_station}`
  return `--city ${city.id} --from ${start_date} --to ${end_date} --price-source ${price_source}${station}`
}

/** The station of the features' weather: the settlement station, or a proxy that the manifest declares. */
export function stationOf(city: City, asked: string | null): string {
  const stations = stationsOf(city)
  if (asked === null || stations.includes(asked)) return asked ?? city.station
  const known = stations.join(', ')
  throw new KwxError(`${asked} is not a station of ${city.id}; its manifest names ${known}.`, {
    code: 'DATASET_STATION_UNKNOWN',
    exit: EXIT.usage,
    hint: `Set observation_station to one of ${known}, or declare the proxy in the city's manifest.`,
  })
}

function originOf({ markets, observations, settlements }: Omit<DatasetData, 'prices'>): Origin {
  const counts: Partial<Record<Origin, number>> = {}
  for (const { origin } of [...markets, ...observations, ...settlements.filter(({ used }) => used)]) {
    counts[origin] = (counts[origin] ?? 0) + 1
  }
  const origins = Object.keys(counts) as Origin[]
  if (origins.length === 1) return origins[0]!
  throw new KwxError(
    `The rows are of several origins: ${origins.map((name) => `${counts[name]} ${name}`).join(', ')}.`,
    {
      code: 'DATASET_MIXED_ORIGINS',
      exit: EXIT.error,
      hint: 'Give each origin a database of its own with KWX_HOME or DATABASE_URL, or choose days of one origin.',
      details: counts,
    },
  )
}
