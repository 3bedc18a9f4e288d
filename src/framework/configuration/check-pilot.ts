import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { messageOf } from '../../base/errors.ts'
import type { Check } from './check.ts'

/** The provenance of a promoted pilot, compared with the windows and the rows that its folder really has. */
export async function checkPilot({ draft, report }: Check): Promise<void> {
  const { pilot_dir: folder, pilot_windows: windows, pilot_total_test_rows: rows } = draft
  if (typeof folder !== 'string' || folder === '') {
    for (const key of ['pilot_windows', 'pilot_total_test_rows'] as const) {
      if (typeof draft[key] === 'number')
        report([key], `\`${key}\` is given without \`pilot_dir\`, the pilot it is about`)
    }
    return
  }
  try {
    const names = await fittedWindows(folder)
    if (names.length === 0) return report(['pilot_dir'], `\`pilot_dir\` is "${folder}", which has no fitted window`)
    if (typeof windows === 'number' && windows !== names.length) {
      report(['pilot_windows'], `\`pilot_windows\` is ${windows}; ${folder} has ${names.length} fitted windows`)
    }
    if (typeof rows === 'number') {
      const found = await testRows(folder, names)
      if (found !== rows) {
        report(
          ['pilot_total_test_rows'],
          `\`pilot_total_test_rows\` is ${rows}; the windows in ${folder} have ${found}`,
        )
      }
    }
  } catch (error) {
    report(['pilot_dir'], `\`pilot_dir\` is "${folder}", which cannot be read: ${messageOf(error)}`)
  }
}

/** Folders `win_*` that hold a model. */
async function fittedWindows(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('win_')).sort()
  const contents = await Promise.all(names.map((name) => readdir(join(folder, name))))
  return names.filter((_, i) => contents[i]!.includes('model.json'))
}

async function testRows(folder: string, windows: readonly string[]): Promise<number> {
  const { readTable, rowsOf } = await import('../artefacts/index.ts')
  let total = 0
  for (const window of windows) total += rowsOf(await readTable(join(folder, window, 'predictions.parquet'), ['label']))
  return total
}
