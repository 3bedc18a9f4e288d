import { join } from 'node:path'

import { type Contributions, EXIT, KwxError } from 'kwx'
import { writeFileAtomically, writeJson, writeTable } from 'kwx/artefacts'
import type { BacktestAcceptanceFile } from 'kwx/contracts'
import { validate } from 'kwx/schema'

import { reportPage } from '../report/page.ts'
import type { BacktestInputs, BacktestRuns } from './run-rules.ts'
import { dailyTable, fillsTable } from './tables.ts'

export const BACKTEST_FILE = '07_backtest_acceptance.json'
const BACKTEST_PAGE = 'report.html'

/**
 * Writes the report, its page and its tables into an empty folder, the report checked against its schema first.
 *
 * @throws KwxError BACKTEST_INVALID (exit 1): a report that its readers could not read is a bug and is not written
 */
export async function writeBacktest(
  folder: string,
  file: BacktestAcceptanceFile,
  inputs: BacktestInputs,
  results: BacktestRuns,
  contributions: Contributions,
): Promise<void> {
  const schema = await contributions.load<object>('schemas', 'backtest:07_backtest_acceptance')
  const problems = await validate(schema, structuredClone(file))
  if (problems.length > 0) {
    throw new KwxError(
      `${BACKTEST_FILE} does not fit its schema: ${problems.map(({ message }) => message).join('; ')}.`,
      {
        code: 'BACKTEST_INVALID',
        exit: EXIT.error,
        hint: 'Report it: this is a mistake in kwx.',
        details: { problems },
      },
    )
  }
  await writeJson(join(folder, BACKTEST_FILE), file)
  await writeFileAtomically(join(folder, BACKTEST_PAGE), reportPage(file, inputs, results))
  await writeTable(join(folder, 'fills.parquet'), fillsTable(inputs, results))
  await writeTable(join(folder, 'daily.parquet'), dailyTable(inputs, results))
}
