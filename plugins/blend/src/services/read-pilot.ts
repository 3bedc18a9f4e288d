import { join } from 'node:path'

import { numbers, readJson, readTable, rowsOf, type Table, type TextColumn, text } from 'kwx/artefacts'
import { type ProductionConfig, windowsOf } from 'kwx/config'
import type { PilotFile } from 'kwx/model'

import type { BlendRows, RowSpan } from './pilot-rows.ts'

/** A pilot's test predictions, before anything is known of the ladders around them. */
export interface PilotPredictions {
  readonly file: PilotFile
  readonly windows: readonly RowSpan[]
  readonly rows: Omit<BlendRows, 'devigged'>
}

/**
 * Reads the test predictions of all windows, one after another in the order of their dates.
 *
 * A window that could not be fitted has no rows and says so. The predictions were verified before; here they are taken
 * as they are stored.
 *
 * @throws KwxError FILE_UNREADABLE, TABLE_COLUMN_MISSING (exit 1)
 */
export async function readPilot(folder: string, config: ProductionConfig): Promise<PilotPredictions> {
  const file = await readJson<PilotFile>(join(folder, 'pilot.json'))
  const windows: RowSpan[] = []
  const tables: Table[] = []
  let from = 0
  for (const { name, firstTestDay, lastTestDay } of windowsOf(config)) {
    const fitted = file.windows.some(({ window, outcome }) => window === name && outcome === 'fitted')
    let to = from
    if (fitted) {
      const table = await readTable(join(folder, name, 'predictions.parquet'))
      tables.push(table)
      to += rowsOf(table)
    }
    const outcome = fitted ? 'delivered' : 'not-fitted'
    windows.push({ window: name, outcome, firstTestDay, lastTestDay, from, to })
    from = to
  }
  const n = from
  return {
    file,
    windows,
    rows: {
      n,
      ticker: joinText(
        tables.map((table) => text(table, 'market')),
        n,
      ),
      day: fill(new Int32Array(n), tables, 'event_day'),
      endMinute: fill(new Int32Array(n), tables, 'end_minute'),
      label: fill(new Uint8Array(n), tables, 'label'),
      model: fill(new Float64Array(n), tables, 'p_model'),
      market: fill(new Float64Array(n), tables, 'p_market'),
    },
  }
}

function fill<Values extends Float64Array | Int32Array | Uint8Array>(
  out: Values,
  tables: readonly Table[],
  name: string,
): Values {
  let at = 0
  for (const table of tables) {
    const values = numbers(table, name)
    out.set(values, at)
    at += values.length
  }
  return out
}

/** Text columns one after another, with one dictionary. */
export function joinText(columns: readonly TextColumn[], n: number): TextColumn {
  const codes = new Int32Array(n)
  const codeOf = new Map<string, number>()
  let at = 0
  for (const column of columns) {
    const own = column.values.map((value) => {
      const code = codeOf.get(value) ?? codeOf.size
      codeOf.set(value, code)
      return code
    })
    for (const code of column.codes) codes[at++] = own[code]!
  }
  return { codes, values: [...codeOf.keys()] }
}
