import { UnusableBody } from '../http/unusable-body.ts'

/** One METAR of a station as IEM decodes it. */
export interface AsosReport {
  readonly validMs: number
  readonly tempF: number | null
  readonly dewF: number | null
  readonly humidityPct: number | null
  /** Miles per hour: `sped`, not the knots of `sknt`, which would be rounded twice. */
  readonly windMph: number | null
}

/** Columns to ask for, in this order. `metar` comes last because it is free text; it is kept in the raw payload only. */
export const ASOS_COLUMNS = ['tmpf', 'dwpf', 'relh', 'sped', 'metar'] as const

const HEADER = ['station', 'valid', ...ASOS_COLUMNS].join(',')

/**
 * Rows of an `onlycomma` answer in UTC with `missing=M`.
 *
 * @param id  IEM's station id, KMIA without its K
 * @throws UnusableBody for anything else: no header, a row cut off, an error in words, another station
 */
export function parseAsosCsv(body: string, id: string): AsosReport[] {
  if (body.trim() === '') throw new UnusableBody('an empty body instead of CSV')
  const lines = body.replaceAll('\r', '').split('\n')
  if (lines[0] !== HEADER) throw new UnusableBody(`"${lines[0]?.slice(0, 80)}" instead of the header "${HEADER}"`)
  if (lines.pop() !== '') throw new UnusableBody(`CSV that breaks off in line ${lines.length + 1}`)
  return lines.slice(1).map((line, k) => {
    const cells = line.split(',')
    const validMs = validOf(cells[1] ?? '')
    if (cells.length < 2 + ASOS_COLUMNS.length || cells[0] !== id || validMs === null) {
      throw new UnusableBody(`line ${k + 2} "${line.slice(0, 80)}" instead of a row of ${id} with ${HEADER}`)
    }
    const value = (column: number): number | null => {
      const number = numberOf(cells[column]!)
      if (number === undefined) throw new UnusableBody(`"${cells[column]}" instead of a number or M in line ${k + 2}`)
      return number
    }
    return { validMs, tempF: value(2), dewF: value(3), humidityPct: value(4), windMph: value(5) }
  })
}

/** Epoch ms of `2026-09-05 18:50` in UTC; null for anything else. */
export function validOf(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d$/.test(text)) return null
  const ms = Date.parse(`${text.replace(' ', 'T')}:00Z`)
  return Number.isNaN(ms) ? null : ms
}

/** M is missing; undefined is not a value at all. */
export const numberOf = (cell: string): number | null | undefined =>
  cell === 'M' ? null : /^-?\d{1,4}(\.\d{1,4})?$/.test(cell) ? Number(cell) : undefined
