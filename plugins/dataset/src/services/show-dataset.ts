import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { EXIT, KwxError } from 'kwx'
import { readJson } from 'kwx/artefacts'
import type { CompletenessFile, FeaturesFile } from 'kwx/contracts'

/** The readable parts of a dataset's artefacts: those that lie in the folders given. */
export interface DatasetSummary {
  readonly features: FeaturesFile | null
  readonly completeness: CompletenessFile | null
}

/** @throws KwxError DATASET_NOT_FOUND (exit 2) when no folder holds features.json or completeness.json */
export async function readDataset(folders: readonly string[]): Promise<DatasetSummary> {
  const read = async <Value>(name: string): Promise<Value | null> => {
    const folder = folders.find((candidate) => existsSync(join(candidate, name)))
    return folder === undefined ? null : readJson<Value>(join(folder, name))
  }
  const summary = {
    features: await read<FeaturesFile>('features.json'),
    completeness: await read<CompletenessFile>('completeness.json'),
  }
  if (summary.features || summary.completeness) return summary
  throw new KwxError(`${folders.join(', ')} holds neither features.json nor completeness.json.`, {
    code: 'DATASET_NOT_FOUND',
    exit: EXIT.usage,
    hint: 'Build one with "kwx dataset build --config FILE".',
  })
}

const thousands = (value: number) => value.toLocaleString('en-US')
const percent = (share: number | null) => (share === null ? 'none' : `${(100 * share).toFixed(1)} %`)

/** The summary as lines for a person. */
export function* describeDataset({ features, completeness }: DatasetSummary): Generator<string> {
  if (features) {
    const { city, bracket, feature_set, feature_set_version, price_source, observation_station, proxy, rows } = features
    yield `${city} ${bracket}, ${feature_set} ${feature_set_version} on ${price_source}, weather of ${observation_station}${proxy ? ' (proxy)' : ''}`
    const list = features['features'] as { name: string; unit: string; missing: string }[]
    yield `${thousands(rows)} rows, ${list.length} features:`
    for (const { name, unit, missing } of list) yield `  ${name.padEnd(28)} ${unit.padEnd(18)} ${missing}`
  }
  if (!completeness) return
  const { rows, dropped, missing, yes_share, market, splits, labels, gate } = completeness
  yield `Rows: ${thousands(rows.after)} of ${thousands(rows.before)}, ${percent(yes_share)} YES`
  for (const [reason, count] of Object.entries(dropped)) yield `  dropped, ${reason}: ${thousands(count)}`
  for (const [name, count] of Object.entries(missing)) if (count > 0) yield `  missing, ${name}: ${thousands(count)}`
  const { max_side_age_minutes, rows_without_last, rows_without_middle } = market
  yield `Market: ${thousands(rows_without_last)} rows without a last trade, ${thousands(rows_without_middle)} without a middle of two sides of at most ${max_side_age_minutes} minutes`
  if (splits.length > 0) yield `${'Window'.padEnd(24)} split  days   before    after     YES`
  for (const { window, split, days, rows_before, rows_after, yes_share } of splits) {
    const numbers = [thousands(rows_before), thousands(rows_after), percent(yes_share)]
      .map((cell) => cell.padStart(8))
      .join(' ')
    yield `${window.padEnd(24)} ${split.padEnd(5)} ${String(days).padStart(5)} ${numbers}`
  }
  const { counts, quarantined, archive_differences, ladder_gaps } = labels
  yield `Labels: ${Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')}`
  for (const { market, reason } of quarantined) yield `  quarantined ${market}: ${reason}`
  for (const { event, exchange, archive, flipped } of archive_differences) {
    const settled = flipped.length > 0 ? `it would flip ${flipped.join(', ')}` : 'it flips no market'
    yield `  ${event}: the exchange says ${exchange ?? 'otherwise'} and stands; the archive says ${archive}, ${settled}`
  }
  for (const { event, sentence } of ladder_gaps) yield `  ${event}: ${sentence}`
  yield `Gate: ${gate.status}. ${gate.sentence}`
}
