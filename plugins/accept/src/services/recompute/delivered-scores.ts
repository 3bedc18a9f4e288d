import { join } from 'node:path'

import { numbers, readTable, rowsOf, type Table, text } from 'kwx/artefacts'
import type { BlendGridFile, MeanInterval } from 'kwx/contracts'
import { dayBlockBootstrap, hourOf, judgeForecast } from 'kwx/scores'

import { DECISION, type Decision } from '../../decision.ts'
import { type Loss, rowBrier, rowLogLoss } from '../compare.ts'
import { orNull, scoresOf } from '../figures.ts'
import type { ReportDifference } from './differences.ts'
import { differingFigures, type Figure } from './figure.ts'

const TABLE = 'delivered.parquet'

/**
 * Where the scores that file 08 states, of all rows and of each window, the intervals of its differences, its verdict on
 * skill and its e-processes are not those of the probabilities in its artefact's `delivered.parquet`.
 */
export async function deliveredDifferences({ blend }: Decision): Promise<ReportDifference[]> {
  if (!blend || !(TABLE in blend.artefact.files)) return []
  const table = await readTable(join(blend.artefact.folder, TABLE))
  const { file } = DECISION.blend
  const judged = judgedAgain(blend.content, table)
  const figures = [...figuresOf(blend.content, table), ...skillFigures(blend.content, judged)]
  return [...differingFigures(file, figures), ...verdictDifferences(file, blend.content, judged.skill.verdict)]
}

type Judged = ReturnType<typeof judgeForecast>

function judgedAgain({ skill, benchmarks }: BlendGridFile, table: Table): Judged {
  return judgeForecast(
    {
      day: numbers(table, 'event_day'),
      market: text(table, 'market').codes,
      hour: Int32Array.from(numbers(table, 'end_minute'), hourOf),
      y: numbers(table, 'label'),
      p: numbers(table, 'p_delivered'),
      benchmark: numbers(table, 'p_market'),
    },
    {
      seed: skill.interval.seed,
      delta: skill.delta,
      minDays: skill.min_days,
      subject: 'The pooled probability',
      benchmark: benchmarks.join(),
    },
  )
}

function* skillFigures({ skill, weightings, e_process, no_harm }: BlendGridFile, again: Judged): Generator<Figure> {
  yield* intervalFigures('/skill/interval', skill.interval, again.skill.interval)
  for (const name of ['days', 'market_hours'] as const) {
    yield [`/skill/interval/${name}`, skill.interval[name], again.skill.interval[name]]
  }
  for (const name of ['per_row', 'per_market_hour', 'per_event_day'] as const) {
    yield* intervalFigures(`/weightings/${name}`, weightings[name], again.difference[name])
  }
  yield ['/no_harm/value', no_harm.value, again.skill.interval.high]
  const found = again.e_process
  for (const name of ['days', 'clipped_days', 'e_for', 'e_against', 'peak_for', 'peak_against'] as const) {
    yield [`/e_process/${name}`, e_process[name], found[name]]
  }
  for (const end of ['mean', 'low', 'high'] as const) {
    const at = `/e_process/confidence_sequence/${end}`
    yield [at, e_process.confidence_sequence[end], found.confidence_sequence[end]]
  }
  for (let d = 0; d < Math.max(e_process.by_day.length, found.by_day.length); d++) {
    for (const name of ['market_hours', 'difference', 'e_for', 'e_against'] as const) {
      yield [`/e_process/by_day/${d}/${name}`, e_process.by_day[d]?.[name] ?? null, found.by_day[d]?.[name] ?? null]
    }
  }
}

function* intervalFigures(at: string, written: MeanInterval, again: MeanInterval): Generator<Figure> {
  for (const end of ['mean', 'low', 'high'] as const) yield [`${at}/${end}`, written[end], again[end]]
}

/** Where there is too little evidence the pool's own rule decides, which needs more than the rows. */
function verdictDifferences(file: string, { skill, weight }: BlendGridFile, again: string): ReportDifference[] {
  const recomputed = again === 'better' && weight.value === 0 ? 'not-shown' : again
  if (skill.verdict === 'too-few-days' || skill.verdict === recomputed) return []
  return [{ file, at: '/skill/verdict', written: skill.verdict, recomputed }]
}

function* figuresOf(
  { scores, total_test_rows, windows, difference }: NonNullable<Decision['blend']>['content'],
  table: Table,
): Generator<Figure> {
  yield ['/total_test_rows', total_test_rows, rowsOf(table)]
  const all = Int32Array.from({ length: rowsOf(table) }, (_, i) => i)
  for (const who of ['model', 'market', 'delivered'] as const) {
    yield* scoreFigures(`/scores/${who}`, scores[who], table, `p_${who}`, all)
  }
  const names = text(table, 'window')
  for (const [w, { window, rows, delivered, market }] of windows.entries()) {
    const own = all.filter((i) => names.values[names.codes[i]!] === window)
    yield [`/windows/${w}/rows`, rows, own.length]
    yield* scoreFigures(`/windows/${w}/delivered`, delivered, table, 'p_delivered', own)
    yield* scoreFigures(`/windows/${w}/market`, market, table, 'p_market', own)
  }
  if (all.length === 0) return
  const { seed, draws, level } = difference
  for (const [score, loss] of [['log_loss', rowLogLoss] as const, ['brier', rowBrier] as const]) {
    const again = dayBlockBootstrap(numbers(table, 'event_day'), lossDifferences(table, loss), { seed, draws, level })
    for (const end of ['mean', 'low', 'high'] as const) {
      yield [`/difference/${score}/${end}`, difference[score][end], orNull(again[end])]
    }
  }
}

function* scoreFigures(
  at: string,
  written: Readonly<Record<'log_loss' | 'brier' | 'ece', number | null>>,
  table: Table,
  column: string,
  rows: Int32Array,
): Generator<Figure> {
  const [label, p] = [numbers(table, 'label'), numbers(table, column)]
  const again = scoresOf(
    rows.map((i) => label[i]!),
    Float64Array.from(rows, (i) => p[i]!),
  )
  for (const score of ['log_loss', 'brier', 'ece'] as const) yield [`${at}/${score}`, written[score], again[score]]
}

function lossDifferences(table: Table, loss: Loss): Float64Array {
  const [label, delivered, market] = ['label', 'p_delivered', 'p_market'].map((name) => numbers(table, name))
  return Float64Array.from(label!, (y, i) => loss(y, delivered![i]!) - loss(y, market![i]!))
}
