import { join } from 'node:path'

import { type Contributions, EXIT, KwxError } from 'kwx'
import { type Column, type Table, writeJson, writeTable } from 'kwx/artefacts'
import type { BlendGridFile } from 'kwx/contracts'
import { validate } from 'kwx/schema'

import type { PilotRows } from './pilot-rows.ts'
import { joinText } from './read-pilot.ts'
import type { Walk } from './walk-windows.ts'

export const BLEND_FILE = '08_blend_grid.json'
export const DELIVERED_FILE = 'delivered.parquet'

/**
 * Writes both files into an empty folder, the report checked against its schema first.
 *
 * @throws KwxError BLEND_INVALID (exit 1): a report that its readers could not read is a bug and is not written
 */
export async function writeBlend(
  folder: string,
  file: BlendGridFile,
  pilots: readonly PilotRows[],
  walk: Walk,
  contributions: Contributions,
): Promise<void> {
  const schema = await contributions.load<object>('schemas', 'blend:08_blend_grid')
  const problems = await validate(schema, structuredClone(file))
  if (problems.length > 0) {
    throw new KwxError(`${BLEND_FILE} does not fit its schema: ${problems.map(({ message }) => message).join('; ')}.`, {
      code: 'BLEND_INVALID',
      exit: EXIT.error,
      hint: 'Report it: this is a mistake in kwx.',
      details: { problems },
    })
  }
  await writeJson(join(folder, BLEND_FILE), file)
  await writeTable(join(folder, DELIVERED_FILE), deliveredTable(pilots, walk))
}

/**
 * One row per test row, pilots and windows one after another: what was delivered, and what it was made from.
 *
 * `p_devig_*` are the market's side without overround, NaN where the ladder was incomplete.
 */
function deliveredTable(pilots: readonly PilotRows[], { delivered, weights }: Walk): Table {
  const n = pilots.reduce((sum, { rows }) => sum + rows.n, 0)
  const many = pilots.length > 1
  const numbers = <Values extends Float64Array | Int32Array | Uint8Array>(
    out: Values,
    of: (pilot: PilotRows, p: number) => Values,
  ) => {
    let at = 0
    pilots.forEach((pilot, p) => {
      out.set(of(pilot, p), at)
      at += pilot.rows.n
    })
    return out
  }
  const named = (of: (pilot: PilotRows) => string) =>
    joinText(
      pilots.map((pilot) => ({ codes: new Int32Array(pilot.rows.n), values: [of(pilot)] })),
      n,
    )
  const windows = pilots.map(({ rows, windows }) => {
    const codes = new Int32Array(rows.n)
    windows.forEach(({ from, to }, w) => {
      codes.fill(w, from, to)
    })
    return { codes, values: windows.map(({ window }) => window) }
  })
  const tickers = pilots.map(({ rows }) => rows.ticker)
  return new Map<string, Column>([
    ...(many ? ([['pilot', named(({ name }) => name)]] as const) : []),
    ['window', joinText(windows, n)],
    ['market', joinText(tickers, n)],
    ['event_day', numbers(new Int32Array(n), ({ rows }) => rows.day)],
    ['end_minute', numbers(new Int32Array(n), ({ rows }) => rows.endMinute)],
    ['label', numbers(new Uint8Array(n), ({ rows }) => rows.label)],
    ['p_model', numbers(new Float64Array(n), ({ rows }) => rows.model)],
    ['p_market', numbers(new Float64Array(n), ({ rows }) => rows.market)],
    ['p_delivered', numbers(new Float64Array(n), (_, p) => delivered[p]!)],
    ['weight', numbers(new Float64Array(n), (_, p) => weights[p]!)],
    ['p_devig_proportional', numbers(new Float64Array(n), ({ rows }) => rows.devigged.proportional)],
    ['p_devig_power', numbers(new Float64Array(n), ({ rows }) => rows.devigged.power)],
    ['p_devig_logit_shift', numbers(new Float64Array(n), ({ rows }) => rows.devigged.logit_shift)],
  ])
}
