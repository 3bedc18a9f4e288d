import type { BlendGridFile } from 'kwx/contracts'
import { logLoss } from 'kwx/scores'
import { formatDay } from 'kwx/time'

import type { PilotRows } from './pilot-rows.ts'
import { orNull } from './scores.ts'

/** `2024H2`: the half-year of a day. */
export const halfYearOf = (day: number): string => {
  const [year, month] = formatDay(day).split('-')
  return `${year}H${Number(month) <= 6 ? 1 : 2}`
}

/**
 * First, do no harm: non-inferiority, the upper end of the difference by market-hours below the limit. The parts (all
 * rows, each pilot, each half-year of each pilot) show where the delivered log loss exceeds the market's; single parts
 * have too few days for a limit.
 *
 * @param skill  of the same rows
 * @param delivered  of each pilot, shape [rows]
 */
export function noHarm(
  pilots: readonly PilotRows[],
  delivered: readonly Float64Array[],
  { outcome, interval, sentence, harm_limit: threshold }: BlendGridFile['skill'],
): BlendGridFile['no_harm'] {
  const parts = partsOf(pilots, delivered)
  const value = interval.high
  if (outcome === 'not-enough-evidence' || value === null) {
    return { outcome: 'not-enough-evidence', sentence, value, threshold, parts }
  }
  const end = `the upper end of delivered minus market is ${value > 0 ? '+' : ''}${value.toFixed(4)} nats per market-hour`
  return value < threshold
    ? { outcome: 'pass', sentence: `No harm beyond ${threshold} is done: ${end}.`, value, threshold, parts }
    : {
        outcome: 'fail',
        sentence: `Harm cannot be excluded: ${end}; it must lie below ${threshold}.`,
        value,
        threshold,
        parts,
      }
}

function partsOf(pilots: readonly PilotRows[], delivered: readonly Float64Array[]): BlendGridFile['no_harm']['parts'] {
  const all = pilots.flatMap(({ rows }, p) => Array.from({ length: rows.n }, (_, i) => ({ p, i, day: rows.day[i]! })))
  type Row = (typeof all)[number]
  const nameOf = ({ p }: Row) => `${pilots[p]!.city} ${pilots[p]!.bracket}`
  const groups: [string, Row[]][] = [
    ['all', all],
    ...(pilots.length > 1 ? Map.groupBy(all, nameOf) : []),
    ...Map.groupBy(all, (row) => `${nameOf(row)} ${halfYearOf(row.day)}`),
  ]
  return groups.map(([part, rows]) => {
    const label = rows.map(({ p, i }) => pilots[p]!.rows.label[i]!)
    const loss = logLoss(
      label,
      rows.map(({ p, i }) => delivered[p]![i]!),
    )
    const market = logLoss(
      label,
      rows.map(({ p, i }) => pilots[p]!.rows.market[i]!),
    )
    const days = new Set(rows.map(({ day }) => day)).size
    return { part, rows: rows.length, days, difference: orNull(loss - market) }
  })
}
