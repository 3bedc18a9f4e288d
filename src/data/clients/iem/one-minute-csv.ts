import { UnusableBody } from '../http/unusable-body.ts'
import { numberOf, validOf } from './asos-csv.ts'

/** The temperature of one minute, whole degrees F; null where the station sent none. */
export interface MinuteReading {
  readonly validMs: number
  readonly tempF: number | null
}

const HEADER = 'station,station_name,valid(UTC),tmpf'

/**
 * Rows of a one-minute answer in UTC. The name of a station may hold a comma, so that cells are counted from both ends.
 *
 * @param id  IEM's station id, KMDW without its K
 * @throws UnusableBody for anything else: no header, a row cut off, an error in words, another station
 */
export function parseOneMinuteCsv(body: string, id: string): MinuteReading[] {
  if (body.trim() === '') throw new UnusableBody('an empty body instead of CSV')
  const lines = body.replaceAll('\r', '').split('\n')
  if (lines[0] !== HEADER) throw new UnusableBody(`"${lines[0]?.slice(0, 80)}" instead of the header "${HEADER}"`)
  if (lines.pop() !== '') throw new UnusableBody(`CSV that breaks off in line ${lines.length + 1}`)
  return lines.slice(1).map((line, k) => {
    const cells = line.split(',')
    const validMs = validOf(cells.at(-2) ?? '')
    const tempF = numberOf(cells.at(-1)!)
    if (cells.length < 4 || cells[0] !== id || validMs === null || tempF === undefined) {
      throw new UnusableBody(`line ${k + 2} "${line.slice(0, 80)}" instead of a row of ${id} with ${HEADER}`)
    }
    return { validMs, tempF }
  })
}
