import { EXIT, KwxError } from 'kwx'
import { observationFeeds } from 'kwx/cities'
import { formatDay } from 'kwx/time'

import {
  incompleteDays,
  missingDays,
  type Need,
  needsOf,
  type PriceSource,
  readCoverage,
  runsOf,
  spansOf,
  unknownDays,
} from './coverage.ts'
import { ingestKalshi } from './ingest-kalshi.ts'
import { ingestMaxima } from './ingest-maxima.ts'
import { ingestObservations } from './ingest-observations.ts'
import { insteadOf } from './instead.ts'
import type { IngestOptions, IngestReport } from './options.ts'

export interface CityIngest extends Omit<IngestOptions, 'sources'> {
  readonly priceSource: PriceSource
  /** Whose reports are the features' weather: the settlement station or a declared proxy. */
  readonly station: string
}

/** What a dataset needs that must be fetched, by kind; empty when the database has it all. */
export async function missingData({ db, city, fromDay, toDay, priceSource, station }: CityIngest) {
  const rows = await readCoverage(db, city, fromDay - 1, toDay)
  const needs = needsOf(fromDay, toDay, priceSource, station)
  return needs.map((need) => ({ need, days: missingDays(rows, need) })).filter(({ days }) => days.length > 0)
}

/** What there is to say of a database that lacks no day: whether days are there that are not whole. */
export async function sayPresent({ db, city, fromDay, toDay, priceSource, station }: CityIngest): Promise<string> {
  const rows = await readCoverage(db, city, fromDay - 1, toDay)
  const partly = needsOf(fromDay, toDay, priceSource, station).flatMap((need) => {
    const days = incompleteDays(rows, need)
    return days.length > 0 ? [`${need.kind} of ${spansOf(days)} are incomplete`] : []
  })
  return ['the database has every day', ...partly].join('; ')
}

/** Everything that a dataset of a city over some days needs and the database lacks, from the sources. */
export async function ingestCity(options: CityIngest & Pick<IngestOptions, 'sources'>): Promise<IngestReport[]> {
  const [feed] = observationFeeds(options.city)
  return [
    await ingestKalshi(options),
    await ingestObservations({ ...options, feed: feed! }),
    await ingestMaxima({ ...options, feed: 'iem-cli' }),
  ]
}

/**
 * Accepts a database that has something about every day that a dataset needs.
 *
 * @throws KwxError INGEST_OFFLINE_MISSING (exit 5) naming kinds and days
 */
export async function assertPresent(options: CityIngest): Promise<void> {
  const { db, city, fromDay, toDay, priceSource, station } = options
  const rows = await readCoverage(db, city, fromDay - 1, toDay)
  const missing = needsOf(fromDay, toDay, priceSource, station)
    .map((need) => ({ need, days: unknownDays(rows, need) }))
    .filter(({ days }) => days.length > 0)
  if (missing.length === 0) return
  const said = missing
    .map(
      ({ need, days }) => `${nameOf(need)} of ${days.length} ${days.length === 1 ? 'day' : 'days'} (${spansOf(days)})`,
    )
    .join('; ')
  throw new KwxError(`The database lacks for ${city.id}: ${said}. The network is forbidden.`, {
    code: 'INGEST_OFFLINE_MISSING',
    exit: EXIT.stale,
    hint: [
      ...insteadOf(
        rows,
        missing.map(({ need }) => need),
        options,
      ),
      FETCH,
    ].join(' '),
    details: { city: city.id, missing: missing.map(({ need, days }) => ({ ...aboutNeed(need), days: spans(days) })) },
  })
}

const FETCH = 'Run the same command without --offline, or load files with "kwx ingest import <folder>".'

const aboutNeed = ({ kind, station }: Need) => (station === undefined ? { kind } : { kind, station })
const spans = (days: readonly number[]) =>
  runsOf(days).map(([from, to]) => ({ from: formatDay(from), to: formatDay(to) }))

const nameOf = ({ kind, station }: Need): string => (station === undefined ? kind : `${kind} at ${station}`)
