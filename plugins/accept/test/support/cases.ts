import { join } from 'node:path'
import { readJson } from 'kwx/artefacts'
import { REPORT_FILES, type Reports } from '../../src/reports.ts'
import type { Judged } from './judge.ts'
import { type MadePilot, type MadeRow, rowsAt, week } from './pilot.ts'

/** The model says 0.2 and 0.8, both come true as often; the market says 0.3 and 0.7. */
export const SHARP: readonly MadeRow[] = [...rowsAt(0.2, 30, 5, 1), ...rowsAt(0.8, 70, 5, 4)]

/** Model and market of SHARP with their places changed. */
export const BLUNT: readonly MadeRow[] = [...rowsAt(0.3, 20, 5, 1), ...rowsAt(0.7, 80, 5, 4)]

/** The model is far off and still better than its market: only calibration objects. */
export const OVERCONFIDENT: readonly MadeRow[] = [...rowsAt(0.05, 2, 5, 1), ...rowsAt(0.95, 98, 5, 4)]

export const good = (changes: Partial<MadePilot> = {}): MadePilot => ({
  windows: [week(SHARP), week(SHARP)],
  ...changes,
})

export const reportOf = async <Name extends keyof Reports>({ artefacts }: Judged, name: Name): Promise<Reports[Name]> =>
  readJson(join(artefacts['report']!.folder, REPORT_FILES[name]))

export async function allReports(judged: Judged): Promise<Reports> {
  const entries = (Object.keys(REPORT_FILES) as (keyof Reports)[]).map(async (name) => [
    name,
    await reportOf(judged, name),
  ])
  return Object.fromEntries(await Promise.all(entries))
}
