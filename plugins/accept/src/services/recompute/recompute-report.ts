import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Step, StepContext } from 'kwx'
import { ArtefactStore, canonicalJson } from 'kwx/artefacts'

import { copiedFiles } from '../../decision.ts'
import { renderPage } from '../../page/page.ts'
import { REPORT_FILES, type Reports, SUMMARY_HTML, SUMMARY_PAGE } from '../../reports.ts'
import { type Made, makeReports } from '../make-reports.ts'
import { renderSummary } from '../render-summary.ts'
import { backtestDifferences } from './backtest-figures.ts'
import { deliveredDifferences } from './delivered-scores.ts'
import { jsonDifferences, type ReportDifference, textDifferences } from './differences.ts'
import { knownWorld } from './known-world.ts'
import { openReport } from './open-report.ts'

/** What a recomputation found. */
export interface Recomputed {
  readonly folder: string
  /** Version of accept:report that wrote it, and the one that computed it again. */
  readonly versions: { readonly written: string; readonly recomputed: string }
  /** Files whose every figure was computed again, and files held against the sealed artefact they were copied from. */
  readonly recomputed: readonly string[]
  readonly compared: readonly string[]
  /** What can be neither computed nor confirmed, by name. */
  readonly not_recomputed: readonly string[]
  readonly differences: readonly ReportDifference[]
}

/**
 * Makes a report again from the artefacts that it names and holds every byte of it against the result.
 *
 * Files 01 to 06 are computed; the checks of database and plugins in file 05, and the cities that plugins
 * contributed in file 02, are taken from the report as the store sealed it, and so is the count of evaluations in file
 * 01. Files 07 to 10 are held against their artefacts, the figures of 07 also against its fills and days, and the
 * scores, verdict and e-processes of 08 against `delivered.parquet`.
 *
 * @throws KwxError as `openReport`, and as accept:report for artefacts that do not belong together
 * @cost  about that of accept:report: a second for 50,000 rows
 */
export async function recomputeReport(
  folder: string,
  ctx: Pick<StepContext, 'contributions' | 'settings'>,
): Promise<Recomputed> {
  const store = new ArtefactStore(join(ctx.settings.home, 'artefacts'))
  const { phase, inputs, provenance } = await openReport(folder, store)
  const step = await ctx.contributions.load<Step>('steps', 'accept:report')
  const { checks, evaluations, unconfirmed } = await knownWorld(folder, store)
  const made = await makeReports(ctx, inputs, {
    phase,
    world: checks,
    count: async () => evaluations,
  })
  const expected = await expectedFiles(made)
  const copied = copiedFiles(made.decision).map(({ file }) => file)
  const names = [...expected.keys()]
  return {
    folder,
    versions: { written: provenance.stepVersion, recomputed: step.version },
    recomputed: names.filter((file) => !copied.includes(file)),
    compared: copied,
    not_recomputed: unconfirmed,
    differences: [
      ...(await folderDifferences(folder, expected)),
      ...(await deliveredDifferences(made.decision)),
      ...(await backtestDifferences(made.decision)),
    ],
  }
}

/** Every file that the report must have, with its text. */
async function expectedFiles(made: Made): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const [name, file] of Object.entries(REPORT_FILES) as [keyof Reports, string][]) {
    files.set(file, `${canonicalJson(made.reports[name], 2)}\n`)
  }
  files.set(SUMMARY_PAGE, renderSummary(made.reports, made.decision))
  files.set(SUMMARY_HTML, renderPage(made.reports, made.decision))
  for (const { file, from } of copiedFiles(made.decision)) files.set(file, await readFile(join(from, file), 'utf8'))
  return files
}

async function folderDifferences(folder: string, expected: Map<string, string>): Promise<ReportDifference[]> {
  const found: ReportDifference[] = []
  for (const [file, text] of expected) {
    const written = await readFile(join(folder, file), 'utf8').catch(() => null)
    if (written === null) found.push({ file, at: '', recomputed: 'a file' })
    else found.push(...(file.endsWith('.json') ? jsonDifferences : textDifferences)(file, written, text))
  }
  const more = (await readdir(folder)).filter((file) => !expected.has(file) && file !== 'provenance.json').sort()
  return [...found, ...more.map((file) => ({ file, at: '', written: 'a file' }))]
}
