import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { sha256, writeJson } from 'kwx/artefacts'

import type { PluginLike } from '../../../../src/framework/contributions/contributions.ts'
import { BACKTEST_PAGE, DECISION, DECISION_NAMES, type DecisionName } from '../../src/decision.ts'
import type { Inputs } from '../../src/services/read-evidence.ts'

const verdict = (sentence: string) => ({ outcome: 'pass', sentence })
const interval = (mean: number) => ({ mean, low: mean - 0.01, high: mean + 0.005, reason: null })
const scores = (log_loss: number) => ({ log_loss, brier: 0.16, ece: 0.03 })
const change = { civil_midnight: 4, utc: 90, before_6am: 61 }
const rows = { rows: 140, before: 3, own_day: 137, after: 0, would_change: change }
const weight = {
  ...{ value: 0.25, fitted: 0.41, low: 0.25, high: 0.62, level: 0.95, draws: 500, days: 14, event_days: 14 },
  ...{ outcome: 'fitted', reason: 'Fourteen days.' },
}
const ablation = {
  ...{ columns: ['dewpoint'], log_loss: 0.51, log_loss_without: 0.52, difference: 0.0123, low: -0.002, high: 0.021 },
  ...{ level: 0.95, days: 14, rows: 140, windows_using: 2, windows: 2, reason: null },
}

const metrics = {
  ...{ sharpe: 2.71, max_drawdown: 0.0817, ece: 0.0412, fee_ratio: 0.0331, total_pnl_cents: 123456 },
  ...{ gross_pnl_cents: 127689, total_fees_cents: 4233, n_trades: 321 },
}
const band = {
  metrics,
  ...{ sharpe_interval: { low: 1.11, high: 4.44, level: 0.95, probability_above_2: 0.785 }, days: { traded: 13 } },
  ...{ orders: 555, fills: 432, fill_rate: 0.625, maker_share: 0.75, turnover: 6.25 },
}

/** Made-up content of the files 07 to 10, each of which passes. */
export const PASSING = {
  backtest: {
    verdict: verdict('Sharpe 2.7 after fees.'),
    passed: true,
    metrics,
    gates: {
      sharpe: {
        ...{ threshold: 2, actual: 2.71, passed: true, judged: 'low', judged_threshold: 0 },
        ...{ low: 1.11, high: 4.44, probability_above_2: 0.785 },
      },
      ece: { threshold: 0.09, actual: 0.0912, passed: false, judged: 'none' },
      traded_days: { threshold: 30, actual: 31, passed: true, judged: 'actual', judged_threshold: 30 },
    },
    bands: { pessimistic: band, queue_last: band, touch: { ...band, metrics: { ...metrics, sharpe: 3.14 } } },
    latency: [{ ...metrics, delay_minutes: 5, sharpe: 1.77 }],
    alternatives: [{ ...metrics, probability: 'market', sharpe: null }],
    span: { first_day: '2025-01-11', last_day: '2025-01-24', days: 14 },
    data: { markets: 84, book: 'implied', price_source: 'trades' },
  },
  blend: {
    verdict: verdict('What is delivered is better.'),
    skill: {
      ...verdict('What is delivered is better by 0.0211.'),
      ...{ verdict: 'better', delta: 0.0005, min_days: 14, echo: false, no_harm: true, harm_limit: 0.002 },
      interval: {
        ...interval(-0.0211),
        ...{ weighting: 'market-hour', level: 0.95, draws: 2000, seed: 42, days: 14, market_hours: 70 },
      },
    },
    benchmarks: ['half-way'],
    weightings: { per_row: interval(-0.0212), per_market_hour: interval(-0.0211), per_event_day: interval(-0.0213) },
    e_process: {
      ...{ clip: 0.5, bar: 20, days: 14, clipped_days: 1, e_for: 4.25, e_against: 0.125, peak_for: 5.5 },
      ...{ peak_against: 1.75, for_since: null, against_since: null, by_day: [] },
      confidence_sequence: { mean: -0.0214, low: -0.111, high: 0.0444, level: 0.95 },
    },
    no_harm: { ...verdict('Nowhere worse than 0.0011.'), value: 0.0011, threshold: 0.002, parts: [] },
    weight,
    devig: { method: 'none', reason: 'Nothing gained.', candidates: [], rows_complete: 130, rows_incomplete: 10 },
    head: { method: 'none', temperature: null, missing: 'refuse', reason: 'Nothing gained.', candidates: [] },
    grid: [0, 0.5, 1].map((value) => ({
      weight: value,
      ...scores(0.5 + value / 64),
      difference: interval(value / 64),
    })),
    windows: [
      {
        ...{ pilot: 'made_up', window: 'win_20250101_20250117', outcome: 'delivered', rows: 70, days: 7, weight },
        ...{ devig: 'none', head: { method: 'none', temperature: null } },
        ...{ delivered: scores(0.4811), market: scores(0.4922) },
      },
    ],
    scores: { model: scores(0.5004), market: scores(0.5261), delivered: scores(0.4893) },
    difference: { log_loss: interval(-0.0211), brier: interval(-0.0099) },
  },
  time_audit: {
    verdict: verdict('Every row lies in its climate day.'),
    ...{ zone: 'America/Chicago', standard_offset: -360, span: { from: '2025-01-01', to: '2025-01-24' } },
    counts: { events: 24, judged: 23, refused: 1, close_agrees: 20, close_differs: 2, close_unknown: 1 },
    rows: { built: rows, prices: rows, observations: rows },
    ...{ dst_days: [], faults: [{ kind: 'close-off', event: 'E', rows: 1, sentence: 'One close is 19 min late.' }] },
  },
  gate_audit: {
    verdict: verdict('No excluded value was seen.'),
    ...{ gates: [], rows_checked: 140, rows_exposed: 7, rows_violating: 0, faults: [] },
    features: [
      { feature: 'dewpoint', gated: false, built: { values_seen: 133, missing: 7 }, readings_hidden: 5, ablation },
    ],
  },
} as const satisfies Record<DecisionName, object>

/** Changes of the made-up files, key by key. */
export type DecisionChanges = { readonly [Name in DecisionName]?: object | null }

/** Adds the files 07 to 10, made from the inputs, to the inputs of accept:report; null leaves one out. */
export async function decided(inputs: Inputs, changes: DecisionChanges = {}): Promise<Inputs> {
  const root = await mkdtemp(join(tmpdir(), 'kwx-decided-'))
  const { city, bracket } = JSON.parse(await readFile(join(inputs.pilot.folder, 'pilot.json'), 'utf8'))
  const used = Object.fromEntries(Object.entries(inputs).map(([name, artefact]) => [name, artefact!.hash]))
  const more: Partial<Record<DecisionName, object>> = {}
  for (const name of DECISION_NAMES) {
    if (changes[name] === null) continue
    const { kind, file } = DECISION[name]
    const folder = join(root, kind)
    await mkdir(folder)
    const about = { city, bracket, origin: 'simulated', ...(name === 'blend' ? { pilot: inputs.pilot.hash } : {}) }
    await writeJson(join(folder, file), { ...about, ...PASSING[name], ...changes[name] })
    await writeJson(join(folder, 'provenance.json'), { step: `made:${name}`, inputs: used })
    if (name === 'backtest') await writeFile(join(folder, BACKTEST_PAGE), '<!doctype html><title>Backtest</title>\n')
    const files = { [file]: 'x', ...(name === 'backtest' ? { [BACKTEST_PAGE]: 'x' } : {}) }
    more[name] = { kind, hash: sha256(`${root}${name}`), folder, files, origin: 'simulated' }
  }
  return { ...inputs, ...more } as Inputs
}

/** A plugin that contributes schemas of files 07 to 10 which ask for little. */
export async function looseSchemas(): Promise<PluginLike> {
  const root = await mkdtemp(join(tmpdir(), 'kwx-schemas-'))
  await writeJson(join(root, 'loose.json'), {
    type: 'object',
    required: ['city', 'bracket', 'origin', 'verdict'],
    properties: {
      ...{ city: {}, bracket: {}, origin: {} },
      verdict: { type: 'object', required: ['outcome', 'sentence'], properties: { outcome: {}, sentence: {} } },
    },
  })
  const schemas = Object.fromEntries(DECISION_NAMES.map((name) => [DECISION[name].schema, './loose.json']))
  return { name: 'loose', version: '1.0.0', root, pjson: { kwx: { apiVersion: 2, contributes: { schemas } } } }
}
