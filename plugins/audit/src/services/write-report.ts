import { join } from 'node:path'

import { type Contributions, EXIT, KwxError } from 'kwx'
import { writeJson } from 'kwx/artefacts'
import { validate } from 'kwx/schema'

/** Names of this plugin's report files; their schemas have the same names, contributed as `audit:<stem>`. */
export const REPORT_FILES = { time: '09_time_alignment_audit.json', gates: '10_feature_gate_analysis.json' } as const

/**
 * Writes a report that its schema accepts.
 *
 * @throws KwxError AUDIT_REPORT_INVALID (exit 1): one that its readers could not read is a mistake and is not written
 */
export async function writeReport(
  folder: string,
  name: keyof typeof REPORT_FILES,
  report: object,
  contributions: Contributions,
): Promise<void> {
  const file = REPORT_FILES[name]
  const schema = await contributions.load<object>('schemas', `audit:${file.slice(0, -'.json'.length)}`)
  const problems = await validate(schema, structuredClone(report))
  if (problems.length > 0) {
    throw new KwxError(`${file} does not fit its schema: ${problems.map(({ message }) => message).join('; ')}.`, {
      code: 'AUDIT_REPORT_INVALID',
      exit: EXIT.error,
      hint: 'Report it: this is a mistake in kwx.',
      details: { file, problems },
    })
  }
  await writeJson(join(folder, file), report)
}
