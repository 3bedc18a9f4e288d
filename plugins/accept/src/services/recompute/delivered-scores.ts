import { join } from 'node:path'

import { numbers, readTable, rowsOf, type Table, text } from 'kwx/artefacts'
import { dayBlockBootstrap } from 'kwx/scores'

import { DECISION, type Decision } from '../../decision.ts'
import { type Loss, rowBrier, rowLogLoss } from '../compare.ts'
import { orNull, scoresOf } from '../figures.ts'
import type { ReportDifference } from './differences.ts'
import { differingFigures, type Figure } from './figure.ts'

const TABLE = 'delivered.parquet'

/**
 * Where the scores that file 08 states, of all rows and of each window, and the interval of its difference are not
 * those of the probabilities in its artefact's `delivered.parquet`.
 */
export async function deliveredDifferences({ blend }: Decision): Promise<ReportDifference[]> {
  if (!blend || !(TABLE in blend.artefact.files)) return []
  const table = await readTable(join(blend.artefact.folder, TABLE))
  return differingFigures(DECISION.blend.file, [...figuresOf(blend.content, table)])
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
