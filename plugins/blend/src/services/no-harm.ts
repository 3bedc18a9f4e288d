import type { BlendGridFile } from 'kwx/contracts'
import { logLoss } from 'kwx/scores'
import { formatDay } from 'kwx/time'

import type { PilotRows } from './pilot-rows.ts'
import { orNull } from './scores.ts'

/** The delivered log loss may exceed the market's by this much, in nats. */
export const HARM_THRESHOLD = 0.002

/** `2024H2`: the half-year of a day. */
export const halfYearOf = (day: number): string => {
  const [year, month] = formatDay(day).split('-')
  return `${year}H${Number(month) <= 6 ? 1 : 2}`
}

/**
 * First, do no harm: the largest excess of the delivered log loss over the market's, over all rows, each pilot, and
 * each half-year of each pilot.
 *
 * @param delivered  of each pilot, shape [rows]
 */
export function noHarm(pilots: readonly PilotRows[], delivered: readonly Float64Array[]): BlendGridFile['no_harm'] {
  const all = pilots.flatMap(({ rows }, p) => Array.from({ length: rows.n }, (_, i) => ({ p, i, day: rows.day[i]! })))
  type Row = (typeof all)[number]
  const nameOf = ({ p }: Row) => `${pilots[p]!.city} ${pilots[p]!.bracket}`
  const groups: [string, Row[]][] = [
    ['all', all],
    ...(pilots.length > 1 ? Map.groupBy(all, nameOf) : []),
    ...Map.groupBy(all, (row) => `${nameOf(row)} ${halfYearOf(row.day)}`),
  ]
  const parts = groups.map(([part, rows]) => {
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
  const known = parts.filter(({ difference }) => difference !== null)
  const about = { threshold: HARM_THRESHOLD, parts }
  if (known.length === 0) {
    return { outcome: 'not-enough-evidence', sentence: 'There are no test rows.', value: null, ...about }
  }
  const worst = known.reduce((one, other) => (other.difference! > one.difference! ? other : one))
  const value = worst.difference!
  const excess = `${value > 0 ? '+' : ''}${value.toFixed(4)}`
  const where = `worst part: ${worst.part}, delivered minus market ${excess} in log loss`
  return value <= HARM_THRESHOLD
    ? {
        outcome: 'pass',
        sentence: `No part is worse than the market by more than ${HARM_THRESHOLD}; ${where}.`,
        value,
        ...about,
      }
    : { outcome: 'fail', sentence: `Harm is done: ${where}, at most ${HARM_THRESHOLD} is allowed.`, value, ...about }
}
