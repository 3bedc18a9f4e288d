import { join } from 'node:path'

import { type Column, openTableWriter, ROW_GROUP, type Table } from 'kwx/artefacts'
import type { City } from 'kwx/cities'
import { windowsOf } from 'kwx/config'
import type { CompletenessFile, FeaturesFile } from 'kwx/contracts'
import {
  checkFeatureSet,
  designNames,
  type FeatureRows,
  type FeatureSet,
  gateObservations,
  VISUAL_CROSSING,
  weatherSeries,
} from 'kwx/features'
import { parseDay } from 'kwx/time'

import { checkData, empty, stationOf } from './check-data.ts'
import { CompletenessCounter } from './completeness.ts'
import type { DatasetData } from './data.ts'
import type { DatasetConfig } from './dataset-config.ts'
import { GateAuditor } from './gate-audit.ts'
import { type Labels, labelMarkets } from './labels.ts'
import { forEachMarket } from './market-rows.ts'

interface BuildOptions {
  readonly city: City
  readonly config: DatasetConfig
  readonly set: FeatureSet
  readonly data: DatasetData
  /** Where `features.parquet` is written. */
  readonly folder: string
  readonly signal?: AbortSignal
  readonly progress?: (done: number, total: number, unit: string) => void
}

export interface Built {
  readonly features: FeaturesFile
  readonly labels: Labels
  readonly completeness: CompletenessFile
}

/**
 * Builds the as-of dataset of one city and bracket: `features.parquet` in `folder`, and what goes beside it.
 *
 * One row per market-minute up to the close, ordered by event day, market and minute, every value known at that minute.
 * Labels stay apart: rows of a market without a usable label are left out and counted.
 *
 * @throws KwxError DATASET_EMPTY (exit 5) with the command that fetches what is missing, DATASET_MIXED_ORIGINS (exit 1),
 *   DATASET_STATION_UNKNOWN (exit 2), FEATURE_IS_TARGET, FEATURE_SET_INVALID (exit 2)
 * @cost  about 400,000 rows/s and one row group plus two weeks of prices in memory
 */
export async function buildDataset({
  city,
  config,
  set,
  data,
  folder,
  signal,
  progress,
}: BuildOptions): Promise<Built> {
  checkFeatureSet(set)
  checkData(data, city, config)
  const labels = labelMarkets(data.markets, data.settlements, city, config.bracket)
  const gate = gateObservations(data.observations, {
    city,
    excludedVcCities: config.excluded_vc_cities,
    useVcMinutes: config.use_vc_minutes,
  })
  const raw = data.observations.filter(({ source }) => config.use_vc_minutes || source !== VISUAL_CROSSING)
  const auditor = new GateAuditor(set, raw, gate.audit, city.standardOffset)
  const counter = new CompletenessCounter(set)
  const span = [parseDay(config.start_date), parseDay(config.end_date)] as const
  const weather = weatherSeries(gate.rows, gate.hides)

  const file = await openFeatureTable(join(folder, 'features.parquet'), set)
  try {
    const priced = await forEachMarket(
      { city, span, set, data, labels, weather, counter, signal, progress },
      async ({ market, day, label, rows }) => {
        counter.add(day, label, rows)
        auditor.check(rows)
        await file.append(market, day, rows)
      },
    )
    if (priced === 0) throw empty(`The database has no ${config.price_source}`, city, config)
    const table = counter.table(windowsOf(config))
    if (table.rows.after === 0) throw empty('No complete row is left', city, config, { dropped: table.dropped })
    await file.finish()
    const station = stationOf(city, config.observation_station)
    return {
      features: {
        city: city.id,
        bracket: config.bracket,
        feature_set: set.id,
        feature_set_version: set.version,
        price_source: config.price_source,
        observation_station: station,
        proxy: station !== city.station,
        features: set.features.map(({ name, unit, missing }) => ({ name, unit, missing })),
        design: designNames(set),
        rows: table.rows.after,
      },
      labels,
      completeness: { ...table, labels: labelTable(labels), gate: auditor.verdict() },
    }
  } finally {
    await file.abort()
  }
}

function labelTable({ labels, archive_differences, ladder_gaps }: Labels): CompletenessFile['labels'] {
  const counts = { markets: labels.length, exchange: 0, derived: 0, quarantined: 0, yes: 0 }
  for (const { label, source } of labels) {
    if (source) counts[source]++
    else counts.quarantined++
    counts.yes += label ?? 0
  }
  const quarantined = labels.flatMap(({ market, quarantine }) => (quarantine ? [{ market, reason: quarantine }] : []))
  const official_maxima = Object.fromEntries(
    labels.flatMap(({ event_day, official_tmax }) => (official_tmax === null ? [] : [[event_day, official_tmax]])),
  )
  return { counts, quarantined, official_maxima, archive_differences, ladder_gaps }
}

/** Collects the rows of markets into row groups and writes each when it is full. */
interface FeatureTableWriter {
  append(market: string, day: number, rows: FeatureRows): Promise<void>
  finish(): Promise<void>
  abort(): Promise<void>
}

/**
 * Opens `features.parquet`: market, event_day, end_minute, market_price, market_last, market_middle, the set's
 * features, their `_is_na` columns.
 *
 * Memory is one row group, about 25 MB for elasticnet_rich, whatever the number of rows.
 */
async function openFeatureTable(file: string, set: FeatureSet): Promise<FeatureTableWriter> {
  const codes = new Int32Array(ROW_GROUP)
  const eventDay = new Int32Array(ROW_GROUP)
  const endMinute = new Int32Array(ROW_GROUP)
  const price = new Float64Array(ROW_GROUP)
  const last = new Float64Array(ROW_GROUP)
  const middle = new Float64Array(ROW_GROUP)
  const values = set.features.map(() => new Float64Array(ROW_GROUP))
  const isNa = set.features.filter(({ missing }) => missing === 'optional').map(() => new Uint8Array(ROW_GROUP))
  const design = designNames(set)
  let markets: string[] = []
  let filled = 0

  const table = (rows: number): Table => {
    const columns: [string, Column][] = [
      ['market', { codes: codes.subarray(0, rows), values: markets }],
      ['event_day', eventDay.subarray(0, rows)],
      ['end_minute', endMinute.subarray(0, rows)],
      ['market_price', price.subarray(0, rows)],
      ['market_last', last.subarray(0, rows)],
      ['market_middle', middle.subarray(0, rows)],
    ]
    for (const [k, column] of [...values, ...isNa].entries()) columns.push([design[k]!, column.subarray(0, rows)])
    return new Map(columns)
  }
  const writer = await openTableWriter(file, table(0), { feature_set: set.id, feature_set_version: set.version })
  const flush = async () => {
    if (filled > 0) await writer.append(table(filled))
    filled = 0
    markets = []
  }
  return {
    async append(market, day, rows) {
      for (let first = 0; first < rows.rows; ) {
        if (filled === ROW_GROUP) await flush()
        const count = Math.min(rows.rows - first, ROW_GROUP - filled)
        const end = first + count
        codes.fill(markets.push(market) - 1, filled, filled + count)
        eventDay.fill(day, filled, filled + count)
        endMinute.set(rows.endMinute.subarray(first, end), filled)
        price.set(rows.price.subarray(first, end), filled)
        last.set(rows.last.subarray(first, end), filled)
        middle.set(rows.middle.subarray(first, end), filled)
        for (const [k, column] of values.entries()) column.set(rows.values[k]!.subarray(first, end), filled)
        for (const [k, column] of isNa.entries()) column.set(rows.isNa[k]!.subarray(first, end), filled)
        filled += count
        first = end
      }
    },
    async finish() {
      await flush()
      await writer.finish()
    },
    abort: writer.abort,
  }
}
