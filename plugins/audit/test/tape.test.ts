import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import { type Database, ensureMigrated, openDatabase, saveMarkets, saveSettlements } from 'kwx/database'
import { parseDay, parseInstant } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { sharedFolder } from '../../../test/support/shared.ts'
import { auditLabels } from '../src/services/labels/audit-labels.ts'
import { auditTime } from '../src/services/time/audit-time.ts'
import { city } from './support/made-up.ts'

const shared = sharedFolder()
const CITIES = { miami: 'miami', nyc: 'new_york', chicago: 'chicago' } as const
const [FROM, TO] = [parseDay('2024-10-25'), parseDay('2025-02-28')]

/** Rows of a recorded file without quoted fields. */
function recorded(file: string): Record<string, string>[] {
  const lines = gunzipSync(readFileSync(join(shared!, 'data', file)))
    .toString('utf8')
    .trim()
    .split('\n')
  const names = lines[0]!.split(',')
  return lines.slice(1).map((line) => Object.fromEntries(line.split(',').map((cell, k) => [names[k]!, cell])))
}

const number = (cell: string | undefined) => (cell === undefined || cell === '' ? null : Number(cell))

/** Recorded markets with their results and values, and the archive of official maxima. */
async function load(db: Database, id: keyof typeof CITIES): Promise<void> {
  const wanted = (row: Record<string, string>) => {
    const day = parseDay(row['event_date']!)
    return [id, CITIES[id]].includes(row['city']! as never) && FROM <= day && day <= TO
  }
  const value = new Map(
    recorded('tape/expiration_values.csv.gz')
      .filter(wanted)
      .map((row) => [row['event_date'], number(row['tmax_f'])]),
  )
  const events = Map.groupBy(recorded('tape/markets.csv.gz').filter(wanted), (row) => row['event_ticker']!)
  await saveMarkets(
    db,
    [...events].map(([ticker, rows]) => ({
      ticker,
      seriesTicker: rows[0]!['series_ticker']!,
      city: id,
      day: parseDay(rows[0]!['event_date']!),
      origin: 'real',
      markets: rows.map((row) => ({
        ticker: row['ticker']!,
        strike_type: row['strike_type'] as 'between',
        floor_strike: number(row['floor_strike']),
        cap_strike: number(row['cap_strike']),
        open_ms: row['open_time'] ? parseInstant(row['open_time']) : null,
        close_ms: row['close_time'] ? parseInstant(row['close_time']) : null,
        status: 'finalized',
        result: (row['result'] || null) as 'yes' | null,
        expiration_value: value.get(row['event_date']!) ?? null,
        volume_centi: null,
      })),
    })),
  )
  const maxima = recorded('settlements/settlements.csv.gz').filter(wanted)
  await saveSettlements(
    db,
    maxima.map((row) => ({
      ...{ city: id, day: parseDay(row['event_date']!), source: 'archive', product_id: 'archive', kind: 'archive' },
      ...{ issued_ms: null, tmax_f: number(row['tmax_f']), origin: 'real' },
    })),
  )
}

describe.skipIf(!shared)('the recorded tape', () => {
  let db: Database
  beforeAll(async () => {
    db = await openDatabase({ url: 'pglite:memory' })
    await ensureMigrated(db, 'pglite:memory')
    for (const id of Object.keys(CITIES) as (keyof typeof CITIES)[]) await load(db, id)
  })
  afterAll(() => db.destroy())

  const labels = async (id: keyof typeof CITIES) => {
    const nowMs = parseInstant('2025-06-01T00:00:00Z')
    const { findings, ...rest } = await auditLabels({ db, city: city(id), span: {}, nowMs, sealed: null })
    return { ...rest, found: findings.map(({ kind, event_day, markets }) => [kind, event_day, markets.length]) }
  }

  it('of Miami was paid otherwise than its archive once, on 2024-11-27', async () => {
    const { found, verdict, events } = await labels('miami')
    expect(found).toEqual([['archive-differs', '2024-11-27', 2]])
    expect(verdict.outcome).toBe('pass')
    const day = events.find(({ event_day }) => event_day === '2024-11-27')
    expect(day).toMatchObject({ exchange_value: 84, archive: 81, paid_by: null })
  })

  it('of New York differs on four days of February 2025, of which one flips', async () => {
    const { found, events } = await labels('nyc')
    expect(found).toEqual([
      ['archive-differs', '2025-02-21', 0],
      ['archive-differs', '2025-02-22', 2],
      ['archive-differs', '2025-02-24', 0],
      ['archive-differs', '2025-02-28', 0],
    ])
    expect(events.find(({ event_day }) => event_day === '2025-02-22')).toMatchObject({
      exchange_value: 39,
      archive: 40,
    })
  })

  it('of Chicago closes by the rules of its dates, but for the night on which the clock fell back', async () => {
    const { counts, close_differences, faults } = await auditTime({
      db,
      city: city('chicago'),
      span: {},
      dataset: null,
    })
    expect(counts).toMatchObject({ events: 127, refused: 0, close_agrees: 126 })
    expect(close_differences).toEqual([{ event: 'KXHIGHCHI-24NOV03', event_day: '2024-11-03', minutes_off: -60 }])
    expect(faults).toEqual([])
  })
})
