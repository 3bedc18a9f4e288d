import { EXIT, KwxError, type Origin } from 'kwx'
import type { City } from 'kwx/cities'
import type { Database } from 'kwx/database'
import { formatDay, parseDay } from 'kwx/time'
import { eventSpan, type Span } from '../storage/loaded-rows.ts'

/**
 * The days that the flags name; a side that is absent stays open.
 *
 * @throws KwxError AUDIT_SPAN (exit 2) for something that is not a date, and for a span that ends before it begins
 */
export function askedSpan(from: string | undefined, to: string | undefined): Partial<Span> {
  const day = (flag: string, text: string | undefined) => {
    if (text === undefined) return undefined
    try {
      return parseDay(text)
    } catch {
      throw new KwxError(`--${flag} is "${text}", expected a date YYYY-MM-DD.`, {
        code: 'AUDIT_SPAN',
        exit: EXIT.usage,
        hint: `Type for example --${flag} 2025-02-01.`,
      })
    }
  }
  const [fromDay, toDay] = [day('from', from), day('to', to)]
  if (fromDay !== undefined && toDay !== undefined && fromDay > toDay) {
    throw new KwxError(`The span ends before it begins: --from ${from}, --to ${to}.`, {
      code: 'AUDIT_SPAN',
      exit: EXIT.usage,
      hint: `Swap them: --from ${to} --to ${from}.`,
    })
  }
  return { ...(fromDay === undefined ? {} : { fromDay }), ...(toDay === undefined ? {} : { toDay }) }
}

/**
 * The asked days, open sides filled with the first and last event of the city in the database.
 *
 * @throws KwxError AUDIT_EMPTY (exit 5) when the database has no event of the city in the span
 */
export async function loadedSpan(db: Database, { id }: City, asked: Partial<Span>): Promise<Span> {
  const loaded = await eventSpan(db, id, asked)
  if (loaded === null) throw nothingLoaded(id, asked)
  return { fromDay: asked.fromDay ?? loaded.fromDay, toDay: asked.toDay ?? loaded.toDay }
}

/** What to throw when the database has nothing to audit; `city` is null where none was asked for. */
export function nothingLoaded(city: string | null, { fromDay, toDay }: Partial<Span>): KwxError {
  const [from, to] = [formatDay(fromDay ?? parseDay('2025-02-01')), formatDay(toDay ?? parseDay('2025-02-07'))]
  const span = fromDay === undefined && toDay === undefined ? '' : ` from ${from} to ${to}`
  return new KwxError(`The database has no event${city === null ? '' : ` of ${city}`}${span}.`, {
    code: 'AUDIT_EMPTY',
    exit: EXIT.stale,
    hint: `Fetch it with "kwx ingest all --city ${city ?? 'miami'} --from ${from} --to ${to}", or load files with "kwx ingest import FOLDER".`,
    details: { city, from, to },
  })
}

/**
 * The one origin of some rows.
 *
 * @throws KwxError AUDIT_MIXED_ORIGINS (exit 1)
 */
export function originOf(rows: Iterable<{ readonly origin: Origin }>): Origin {
  const origins = new Set<Origin>()
  for (const { origin } of rows) origins.add(origin)
  if (origins.size <= 1) return [...origins][0] ?? 'real'
  throw new KwxError(`The rows are of several origins: ${[...origins].sort().join(', ')}.`, {
    code: 'AUDIT_MIXED_ORIGINS',
    exit: EXIT.error,
    hint: 'Give each origin a database of its own with KWX_HOME or DATABASE_URL, or choose days of one origin.',
  })
}
