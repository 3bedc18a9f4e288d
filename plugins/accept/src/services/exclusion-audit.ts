import type { Contributions } from 'kwx'
import { type City, loadCities } from 'kwx/cities'
import { VISUAL_CROSSING } from 'kwx/features'

import type { ExclusionAudit } from '../reports.ts'
import type { WorldChecks } from './infrastructure.ts'
import type { Evidence } from './read-evidence.ts'

/**
 * File 02: whether a feature saw values of an excluded source.
 *
 * The dataset's own audit compared every built row with the permitted reports. Here its verdict is held against its
 * counts, the manifests, the configuration and the rows that were built; a verdict that they do not carry fails.
 */
export async function exclusionAudit(
  evidence: Evidence,
  contributions: Contributions,
  { cities: { installed, gated: gatedCities } }: WorldChecks,
): Promise<ExclusionAudit> {
  const { pilot, completeness, config, rowsBuilt } = evidence
  const { gate } = completeness
  const cities = await loadCities(contributions)
  const added = config.config.excluded_vc_cities
  const expected = expectedSources(
    cities.find(({ id }) => id === pilot.city),
    added,
  )
  const gated = gate.sources.map(({ source }) => source).sort()
  const faults = expected
    .filter((source) => !gated.includes(source))
    .map((source) => `${source} is excluded for ${pilot.city}, but the built data was not gated for it.`)
  if (gate.rows_violating > 0) {
    faults.push(`${gate.rows_violating} built rows show values of an excluded source.`)
  }
  if (gate.status === 'fail' && gate.rows_violating === 0) faults.push(gate.sentence)
  if (gate.status === 'pass' && gate.rows_checked !== rowsBuilt) {
    faults.push(`${gate.rows_checked} rows were checked, but ${rowsBuilt} were built.`)
  }
  const status = faults.length > 0 ? 'fail' : gate.status
  return {
    city: pilot.city,
    status,
    sentence: faults[0] ?? gate.sentence,
    excluded_cities: [...new Set([...gatedCities, ...added])].sort(),
    city_config_keys: installed,
    validation: {
      city_is_excluded: expected.length > 0,
      sources_expected: expected,
      sources_gated: gated,
      rows_built: rowsBuilt,
      rows_checked: gate.rows_checked,
      rows_exposed: gate.rows_exposed,
      rows_violating: gate.rows_violating,
      minute_rows: gate.minute_rows,
      gated_rows: gate.gated_rows,
      values_hidden: gate.values_hidden,
      filled_days: gate.filled_days.length,
      faults,
    },
  }
}

function expectedSources(city: City | undefined, added: readonly string[]): string[] {
  const sources = city?.gates.map(({ source }) => source) ?? []
  const byConfiguration = city && added.includes(city.id) ? [VISUAL_CROSSING] : []
  return [...new Set([...sources, ...byConfiguration])].sort()
}
