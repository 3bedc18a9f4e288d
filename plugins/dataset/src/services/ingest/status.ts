import { type City, stationsOf } from 'kwx/cities'
import { type Database, type PublicationLag, publicationLags } from 'kwx/database'
import { formatDay, parseDay } from 'kwx/time'

import { type CompletenessRow, readCoverage } from './coverage.ts'
import type { CompletenessKind } from './options.ts'

const KINDS: readonly CompletenessKind[] = ['markets', 'trades', 'candles', 'quotes', 'observations', 'settlements']

/** One kind of data of one source over the days asked for. */
interface StatusLine {
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
  /** How late reports come, measured where a loop received them. */
  readonly lags: readonly PublicationLag[]
  /** Rows of completeness, day by day; a day of which rows were lost since is not complete. */
  readonly days: readonly {
    readonly day: string
    readonly kind: CompletenessKind
    readonly source: string
    readonly received: number
    readonly complete: boolean
    readonly proof: Record<string, unknown>
  }[]
}

/** What the database knows to have of a city, day by day and in sum. */
export async function ingestStatus(
  db: Database,
  city: Pick<City, 'id' | 'standardOffset' | 'station' | 'proxies'>,
  fromDay: number,
  toDay: number,
): Promise<IngestStatus> {
  const rows = await readCoverage(db, city, fromDay, toDay)
  const inOrder = rows.toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.day - b.day)
  const groups = Map.groupBy(inOrder, ({ kind, source }) => `${kind}\n${source}`)
  const span = toDay - fromDay + 1
  return {
    city: city.id,
    from: formatDay(fromDay),
    to: formatDay(toDay),
    kinds: [...groups.values()].map((group) => summary(group, span)),
    lags: await publicationLags(db, stationsOf(city)),
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

/** The span, then a line per kind and source, and one mark per day from the first to the last. */
export function statusLines({ city, kinds, days, lags, from, to }: IngestStatus): string[] {
  if (kinds.length === 0) return [`Nothing of ${city} from ${from} to ${to}.`]
  const lines = kinds.flatMap((line) => {
    const { kind, source } = line
    const marks = new Map(
      days
        .filter((row) => row.kind === kind && row.source === source)
        .map((row) => [row.day, row.complete ? '#' : 'o']),
    )
    const strip: string[] = []
    for (let day = parseDay(from); day <= parseDay(to); day++) strip.push(marks.get(formatDay(day)) ?? '.')
    return [sumLine(line), ...(strip.join('').match(/.{1,98}/g) ?? []).map((line) => `  ${line}`)]
  })
  return [
    `${city}, ${from} to ${to}; a mark is a day: # complete, o incomplete, . nothing`,
    ...lines,
    ...lagLines(lags),
  ]
}

/** How late each source is, where a loop measured it. */
const lagLines = (lags: readonly PublicationLag[]): string[] =>
  lags.map(
    ({ source, station, receipts, median, p95, longest }) =>
      `publication lag of ${source}:${station}: median ${median.toFixed(1)}, 95 of 100 within ${p95.toFixed(1)}, longest ${longest.toFixed(1)} minutes (${receipts} receipts)`,
  )

/** The sums of a city under its name, without the days. */
export const overviewLines = ({ city, from, to, kinds, lags }: IngestStatus): string[] => [
  `${city}, ${from} to ${to}`,
  ...kinds.map((line) => `  ${sumLine(line)}`),
  ...lagLines(lags).map((line) => `  ${line}`),
]

const sumLine = ({ kind, source, complete, incomplete, absent, received }: StatusLine): string =>
  `${kind.padEnd(13)} ${source.padEnd(22)} ${complete} complete, ${incomplete} incomplete, ${absent} absent, ${received} rows`
