import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { writeFileAtomically } from 'kwx/artefacts'
import type { City } from 'kwx/cities'
import type { Bracket } from 'kwx/config'
import { type Database, readMarkets } from 'kwx/database'
import { formatDay } from 'kwx/time'

import { priceSourceOf, type Span, stationOf } from '../../storage/loaded-rows.ts'
import { loadedSpan, nothingLoaded } from '../scope.ts'

interface AskedDataset {
  readonly city: City
  readonly span: Partial<Span>
  readonly bracket: Bracket
  readonly featureSet: string
}

/**
 * Writes the configuration of the dataset that the database can give of a city, for an audit that was given none.
 *
 * @param folder  `KWX_HOME`; the file has a name of its own, so that the same question finds the same dataset
 * @returns path of the configuration
 * @throws KwxError AUDIT_EMPTY (exit 5)
 */
export async function writeConfig(
  db: Database,
  folder: string,
  { city, span, bracket, featureSet }: AskedDataset,
): Promise<string> {
  const { fromDay, toDay } = await loadedSpan(db, city, span)
  const markets = await readMarkets(db, { city: city.id, fromDay, toDay })
  if (markets.length === 0) throw nothingLoaded(city.id, { fromDay, toDay })
  const station = await stationOf(db, city)
  const lines = {
    city: city.id,
    bracket,
    feature_set: featureSet,
    // A configuration holds at least one window: two days to train on and one to test. Nothing is trained by it.
    start_date: formatDay(Math.min(fromDay, toDay - 2)),
    end_date: formatDay(toDay),
    ...{ train_days: 2, test_days: 1, step_days: 1, embargo_days: 0, cv_splits: 2 },
    price_source: await priceSourceOf(db, markets),
    ...(station === city.station ? {} : { observation_station: station }),
  }
  await mkdir(join(folder, 'audit'), { recursive: true })
  const file = join(folder, 'audit', `leak_${city.id}_${bracket}.yaml`)
  const yaml = Object.entries(lines).map(
    ([key, value]) => `${key}: ${typeof value === 'number' ? value : `"${value}"`}`,
  )
  await writeFileAtomically(file, `# Written by kwx audit leak.\n${yaml.join('\n')}\n`)
  return file
}
