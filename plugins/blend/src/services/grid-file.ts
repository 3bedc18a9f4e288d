import { BENCHMARK_NAMES, type Benchmark } from 'kwx/config'
import type { BlendGridFile, BlendWindow } from 'kwx/contracts'
import { MAX_QUOTE_AGE } from 'kwx/features'
import { blendProbability, type MarketP, type ModelP } from 'kwx/model'
import { hourOf } from 'kwx/scores'

import { DRAWS, LEVEL } from './date-blocks.ts'
import { noHarm } from './no-harm.ts'
import type { PilotRows } from './pilot-rows.ts'
import { joinText } from './read-pilot.ts'
import { scoreLadders } from './score-ladders.ts'
import { differenceOf, rowBrier, scoresOf } from './scores.ts'
import { judgePool } from './skill-verdict.ts'
import { choiceOf, type Walk } from './walk-windows.ts'

/** Weights of the grid: 0, the market alone, to 1, the model alone. */
const GRID: readonly number[] = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]

/** How the pooled probability is judged. */
interface PoolRule {
  /** The readings of the market that the pilots' rows have as `market`. */
  readonly benchmarks: readonly Benchmark[]
  /** Smallest difference that counts, nats. */
  readonly delta: number
}

/** All figures of `08_blend_grid.json` of one or more pilots. */
export function gridFile(
  pilots: readonly PilotRows[],
  walk: Walk,
  seed: number,
  { benchmarks, delta }: PoolRule,
): BlendGridFile {
  const rows = pooledRows(pilots, walk.delivered)
  const { label, market, delivered, day } = rows
  const grid = GRID.map((weight) => {
    const p = Float64Array.from(rows.model, (model, i) =>
      blendProbability(model as ModelP, market[i]! as MarketP, weight),
    )
    return { weight, ...scoresOf(label, p), difference: differenceOf(rows, p, market, seed) }
  })
  const windows = windowRows(pilots, walk)
  const judged = windows.filter(({ rows }) => rows > 0).map(({ window }) => window)
  // Of several pilots, the one that may take least speaks for what is used after these days, and the one that may take
  // most for whether any of them shows skill.
  const byWeight = walk.final.toSorted((one, other) => one.weight.value - other.weight.value)
  const { weight, devig, head } = byWeight[0]!
  const difference = {
    method: 'day-block bootstrap, percentile',
    level: LEVEL,
    draws: DRAWS,
    seed,
    days: new Set(day).size,
    log_loss: differenceOf(rows, delivered, market, seed),
    brier: differenceOf(rows, delivered, market, seed, rowBrier),
  } as const
  const judgement = judgePool(
    { day, market: rows.ticker, hour: rows.hour, y: label, p: delivered, benchmark: market },
    { days: difference.days, windows: new Set(judged).size, weight: byWeight.at(-1)!.weight },
    { seed, delta, benchmark: benchmarks.map((one) => BENCHMARK_NAMES[one]).join(' or ') },
  )
  const { skill } = judgement
  const complete = pilots.reduce((sum, { rows }) => sum + countComplete(rows.devigged.proportional), 0)
  const one = pilots.length === 1 ? pilots[0]! : null
  return {
    verdict: { outcome: skill.outcome, sentence: skill.sentence },
    skill,
    benchmarks,
    weightings: judgement.difference,
    e_process: judgement.e_process,
    no_harm: noHarm(pilots, walk.delivered, skill),
    origin: pilots[0]!.origin,
    city: joined(pilots.map(({ city }) => city)),
    bracket: joined(pilots.map(({ bracket }) => bracket)),
    pilot: one?.pilot ?? null,
    pilots: pilots.map(({ name, city, bracket, pilot, origin, windows, rows }, p) => ({
      name,
      city,
      bracket,
      pilot,
      origin,
      windows: windows.filter(({ from, to }) => to > from).length,
      rows: rows.n,
      days: new Set(rows.day).size,
      weight: walk.final[p]!.weight.value,
      delivered: scoresOf(rows.label, walk.delivered[p]!),
      market: scoresOf(rows.label, rows.market),
    })),
    n_windows: windows.length,
    total_test_rows: label.length,
    total_test_days: difference.days,
    total_event_days: weight.event_days,
    weight,
    devig: {
      ...devig,
      rows_complete: complete,
      rows_incomplete: label.length - complete,
      max_age_minutes: MAX_QUOTE_AGE,
    },
    head: { ...head, ladders: one && scoreLadders(one, walk.fits[0]!.map(choiceOf)) },
    grid,
    windows,
    scores: {
      model: scoresOf(label, rows.model),
      market: scoresOf(label, market),
      delivered: scoresOf(label, delivered),
    },
    difference,
  }
}

const joined = (names: readonly string[]): string => [...new Set(names)].sort().join('+')

const countComplete = (values: Float64Array): number => values.reduce((sum, p) => sum + (Number.isNaN(p) ? 0 : 1), 0)

function windowRows(pilots: readonly PilotRows[], { fits, delivered }: Walk): BlendWindow[] {
  return pilots.flatMap(({ name, rows, windows }, p) =>
    windows.map(({ window, outcome, from, to }, w) => {
      const { weight, devig, head } = fits[p]![w]!
      const label = rows.label.subarray(from, to)
      return {
        pilot: name,
        window,
        outcome,
        rows: to - from,
        days: new Set(rows.day.subarray(from, to)).size,
        weight,
        devig: devig.method,
        head: { method: head.method, temperature: head.temperature },
        delivered: scoresOf(label, delivered[p]!.subarray(from, to)),
        market: scoresOf(label, rows.market.subarray(from, to)),
      }
    }),
  )
}

function pooledRows(pilots: readonly PilotRows[], delivered: readonly Float64Array[]) {
  const n = pilots.reduce((sum, { rows }) => sum + rows.n, 0)
  const all = {
    day: new Int32Array(n),
    label: new Uint8Array(n),
    model: new Float64Array(n),
    market: new Float64Array(n),
    delivered: new Float64Array(n),
    hour: new Int32Array(n),
    ticker: joinText(
      pilots.map(({ rows }) => rows.ticker),
      n,
    ).codes,
  }
  let at = 0
  pilots.forEach(({ rows }, p) => {
    all.day.set(rows.day, at)
    all.label.set(rows.label, at)
    all.hour.set(rows.endMinute.map(hourOf), at)
    all.model.set(rows.model, at)
    all.market.set(rows.market, at)
    all.delivered.set(delivered[p]!, at)
    at += rows.n
  })
  return all
}
