import type { CompletenessFile, GateAuditFile, ReportVerdict } from 'kwx/contracts'

type Audited = Omit<GateAuditFile, 'verdict' | 'faults'>

/** What contradicts the gate: rows that show too much, and a build that gated or counted something else. */
export function gateFaults(audited: Audited, gate: CompletenessFile['gate']): string[] {
  const faults: string[] = []
  for (const { feature, built } of audited.features) {
    if (built.violating === 0) continue
    faults.push(`${built.violating} of ${built.rows} rows show a ${feature} that no permitted report explains.`)
  }
  const gated = new Set(gate.sources.map(({ source }) => source))
  for (const { source, by } of audited.gates) {
    if (gated.has(source)) continue
    const who = by === 'manifest' ? 'The manifest' : 'The configuration'
    faults.push(`${who} excludes ${source}, but the dataset was built without that gate.`)
  }
  if (gate.status === 'fail') faults.push(`The build itself says: ${gate.sentence}`)
  // A build whose gate had nothing to judge counted no rows.
  if (gate.rows_checked > 0 && gate.rows_exposed !== audited.rows_exposed) {
    faults.push(`The build counted ${gate.rows_exposed} exposed rows; here there are ${audited.rows_exposed}.`)
  }
  return faults
}

/** Never a pass where nothing is gated. */
export function gateVerdict(audited: Audited, faults: readonly string[]): ReportVerdict {
  if (faults.length > 0) return { outcome: 'fail', sentence: faults.join(' ') }
  if (audited.features.length === 0) {
    return {
      outcome: 'not-applicable',
      sentence: `Feature set ${audited.feature_set} reads no dew point, humidity or wind.`,
    }
  }
  const closed = audited.station_days.filter(({ gated_by }) => gated_by !== null)
  if (audited.gates.length === 0 && closed.length === 0) {
    return {
      outcome: 'not-applicable',
      sentence: `No source of ${audited.city} is gated, and no day repeats too much.`,
    }
  }
  if (audited.rows_checked === 0) return { outcome: 'not-enough-evidence', sentence: 'The dataset has no rows.' }
  const hidden = Math.max(...audited.features.map(({ readings_hidden }) => readings_hidden))
  const effect =
    hidden === 0
      ? 'the database holds no reading that the gate had to hide'
      : `${audited.rows_exposed} would without the gate, which hides up to ${hidden} readings of a field on ${closed.length} source-days`
  const sentence = `None of ${audited.rows_checked} built rows shows a gated value; ${effect}.`
  return { outcome: 'pass', sentence }
}
