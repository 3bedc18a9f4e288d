import { join } from 'node:path'

import { EXIT, KwxError } from 'kwx'
import { numbers, readJson, readTable, text } from 'kwx/artefacts'
import { type Benchmark, type LoadedConfig, windowsOf } from 'kwx/config'
import type { BlendGridFile } from 'kwx/contracts'
import type { RunResult } from 'kwx/pipeline'

import type { PilotRows, RowSpan } from './pilot-rows.ts'
import { BLEND_FILE, DELIVERED_FILE } from './write-blend.ts'

/** What one run of the pipeline left behind. */
export interface Blended {
  readonly seed: number
  readonly benchmark: Benchmark
  /** Smallest difference that counts, nats. */
  readonly delta: number
  readonly file: BlendGridFile
  readonly folder: string
  readonly pilot: PilotRows
}

/**
 * Reads the pool of one run back: its rows are the evidence of a joint fit.
 *
 * The ladders around the rows are not in it; the market's sides without overround are.
 *
 * @throws KwxError BLEND_MISSING when the run ended before its pool
 */
export async function readBlended(run: RunResult): Promise<Blended> {
  const artefactOf = (use: string, name: string) => run.steps.find((step) => step.use === use)?.artefacts[name]
  const [config, blend] = [artefactOf('config:load', 'config'), artefactOf('blend:fit', 'blend')]
  if (!config || !blend) {
    throw new KwxError(`${run.pipeline} of ${String(run.params['config'])} ended without a pool.`, {
      code: 'BLEND_MISSING',
      exit: run.exit === EXIT.ok ? EXIT.error : run.exit,
      hint: `See what happened with "kwx runs ${run.run_id}".`,
      details: { run_id: run.run_id },
    })
  }
  const loaded = await readJson<LoadedConfig>(join(config.folder, 'config.json'))
  const file = await readJson<BlendGridFile>(join(blend.folder, BLEND_FILE))
  const table = await readTable(join(blend.folder, DELIVERED_FILE))
  const window = text(table, 'window')
  const column = (name: string) => numbers(table, name) as Float64Array
  const [about] = file.pilots
  const rows = {
    n: window.codes.length,
    ticker: text(table, 'market'),
    day: numbers(table, 'event_day') as Int32Array,
    endMinute: numbers(table, 'end_minute') as Int32Array,
    label: numbers(table, 'label') as Uint8Array,
    model: column('p_model'),
    market: column('p_market'),
    devigged: {
      proportional: column('p_devig_proportional'),
      power: column('p_devig_power'),
      logit_shift: column('p_devig_logit_shift'),
    },
  }
  const windows = spansOf(loaded, window)
  const embargoDays = loaded.config.embargo_days
  const { name, city, bracket, pilot, origin } = about!
  const folder = blend.folder
  return {
    seed: loaded.config.seed,
    benchmark: loaded.config.benchmark,
    delta: loaded.config.gates.min_effect,
    file,
    folder,
    pilot: { name, city, bracket, pilot, origin, embargoDays, windows, rows, ladders: null },
  }
}

function spansOf({ config }: LoadedConfig, { codes, values }: ReturnType<typeof text>): RowSpan[] {
  let from = 0
  return windowsOf(config).map(({ name, firstTestDay, lastTestDay }) => {
    const code = values.indexOf(name)
    let to = from
    while (code >= 0 && to < codes.length && codes[to] === code) to++
    const span = { window: name, firstTestDay, lastTestDay, from, to }
    from = to
    return { ...span, outcome: code >= 0 ? 'delivered' : 'not-fitted' }
  })
}
