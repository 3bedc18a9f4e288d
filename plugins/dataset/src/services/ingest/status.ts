import type { City } from 'kwx/cities'
import type { Database } from 'kwx/database'
import { formatDay, parseDay } from 'kwx/time'

import { type CompletenessRow, readCoverage } from './coverage.ts'
import type { CompletenessKind } from './options.ts'

const KINDS: readonly CompletenessKind[] = ['markets', 'trades', 'candles', 'observations', 'settlements']

/** One kind of data of one source over the days asked for. */
export interface StatusLine {
  readonly kind: CompletenessKind
  readonly source: string
  readonly complete: number
  readonly incomplete: number
  /** Days of which nothing is known. */
  readonly absent: number
  readonly received: number
}

export interface IngestStatus {
  readonly city: string
  readonly from: string
  readonly to: string
  readonly kinds: readonly StatusLine[]
  /** Rows of completeness, day by day. */
  readonly days: readonly {
    readonly day: string
    readonly kind: CompletenessKind
    readonly source: string
    readonly received: number
    readonly complete: boolean
    readonly proof: Record<string, unknown>
  }[]
}

/** First and last day of which anything is known; day 0 for both when there is none. */
export async function knownSpan(db: Database, city: City): Promise<{ from: number; to: number }> {
  const span = await db
    .selectFrom('completeness')
    .select(({ fn }) => [fn.min('day').as('from'), fn.max('day').as('to')])
    .where('city', '=', city.id)
    .executeTakeFirst()
  return { from: span?.from ?? 0, to: span?.to ?? 0 }
}

/** What the database knows to have of a city, day by day and in sum. */
export async function ingestStatus(db: Database, city: City, fromDay: number, toDay: number): Promise<IngestStatus> {
  const rows = await readCoverage(db, city, fromDay, toDay)
  const inOrder = rows.toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.day - b.day)
  const groups = Map.groupBy(inOrder, ({ kind, source }) => `${kind}\n${source}`)
  const span = toDay - fromDay + 1
  return {
    city: city.id,
    from: formatDay(fromDay),
    to: formatDay(toDay),
    kinds: [...groups.values()].map((group) => summary(group, span)),
    days: rows.map(({ day, kind, source, received, complete, proof }) => ({
      day: formatDay(day),
      kind,
      source,
      received,
      complete,
      proof,
    })),
  }
}

function summary(rows: readonly CompletenessRow[], span: number): StatusLine {
  const { kind, source } = rows[0]!
  const complete = rows.filter((row) => row.complete).length
  return {
    kind,
    source,
    complete,
    incomplete: rows.length - complete,
    absent: span - rows.length,
    received: rows.reduce((sum, row) => sum + row.received, 0),
  }
}

/** A line per kind and source, and one mark per day: `#` complete, `o` incomplete, `.` nothing. */
export function statusLines({ kinds, days, from, to }: IngestStatus): string[] {
  if (kinds.length === 0) return [`Nothing from ${from} to ${to}.`]
  return kinds.flatMap(({ kind, source, complete, incomplete, absent, received }) => {
    const marks = new Map(
      days
        .filter((row) => row.kind === kind && row.source === source)
        .map((row) => [row.day, row.complete ? '#' : 'o']),
    )
    const strip: string[] = []
    for (let day = parseDay(from); day <= parseDay(to); day++) strip.push(marks.get(formatDay(day)) ?? '.')
    return [
      `${kind.padEnd(13)} ${source.padEnd(14)} ${complete} complete, ${incomplete} incomplete, ${absent} absent, ${received} rows`,
      ...(strip.join('').match(/.{1,100}/g) ?? []).map((line) => `  ${line}`),
    ]
  })
}
