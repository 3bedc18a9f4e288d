import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'

import { type Contributions, EXIT, KwxError } from 'kwx'
import { writeFileAtomically, writeJson } from 'kwx/artefacts'
import { validate } from 'kwx/schema'

import { copiedFiles } from '../decision.ts'
import { renderPage } from '../page/page.ts'
import { REPORT_FILES, type Reports, SUMMARY_HTML, SUMMARY_PAGE } from '../reports.ts'
import type { Made } from './make-reports.ts'
import { renderSummary } from './render-summary.ts'

/** Ids of the schemas of files 01 to 05: the file's name without its ending, under this plugin's name. */
export const schemaIdOf = (file: string): string => `accept:${file.slice(0, -'.json'.length)}`

/**
 * Writes files 01 to 06, the page as Markdown and HTML, into an empty folder, each JSON file checked against its schema first, and copies 07 to 10.
 *
 * @throws KwxError REPORT_INVALID (exit 1): a report that its readers could not read is a bug and is not written
 */
export async function writeReports(
  folder: string,
  { reports, decision }: Made,
  contributions: Contributions,
): Promise<void> {
  for (const [name, file] of Object.entries(REPORT_FILES) as [keyof Reports, string][]) {
    const schema = await contributions.load<object>('schemas', schemaIdOf(file))
    const problems = await validate(schema, structuredClone(reports[name]))
    if (problems.length > 0) {
      throw new KwxError(`${file} does not fit its schema: ${problems.map(({ message }) => message).join('; ')}.`, {
        code: 'REPORT_INVALID',
        exit: EXIT.error,
        hint: 'Report it: this is a mistake in kwx.',
        details: { file, problems },
      })
    }
    await writeJson(join(folder, file), reports[name])
  }
  await writeFileAtomically(join(folder, SUMMARY_PAGE), renderSummary(reports, decision))
  await writeFileAtomically(join(folder, SUMMARY_HTML), renderPage(reports, decision))
  for (const { file, from } of copiedFiles(decision)) await copyFile(join(from, file), join(folder, file))
}
