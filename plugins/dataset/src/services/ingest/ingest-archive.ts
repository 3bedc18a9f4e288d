import { EXIT, KwxError } from 'kwx'
import { saveCompleteness, saveSettlements } from 'kwx/database'

import { daysFrom } from './coverage.ts'
import type { Incomplete, IngestOptions, IngestReport } from './options.ts'

/** The archive is some days late; a younger day without a value is no defect. */
const LATE_DAYS = 7

/**
 * Brings NCEI's daily maxima into the database, to be held against what paid. The archive keeps later corrections, so
 * its values are never used as labels or features.
 *
 * @throws KwxError INGEST_NO_ARCHIVE (exit 2) for a city without an archive id
 */
export async function ingestArchive(options: IngestOptions): Promise<IngestReport> {
  const { db, sources, clock, city, fromDay, toDay, progress } = options
  if (city.ghcnId === null) {
    throw new KwxError(`${city.name} has no id in the archive of daily maxima.`, {
      code: 'INGEST_NO_ARCHIVE',
      exit: EXIT.usage,
      hint: `Give ghcnId in the manifest of ${city.id}.`,
    })
  }
  const days = daysFrom({ fromDay, toDay })
  const maxima = await sources.ncei.maxima(city.ghcnId, fromDay, toDay)
  progress(1, 1, 'answers')
  const origin = sources.ncei.origin()
  await saveSettlements(
    db,
    maxima.map(({ day, tmaxF }) => ({
      city: city.id,
      day,
      source: 'ncei',
      product_id: `${city.ghcnId}`,
      kind: 'archive' as const,
      issued_ms: null,
      tmax_f: tmaxF,
      origin,
    })),
  )
  const now = clock.now()
  const has = new Set(maxima.map(({ day }) => day))
  const today = Math.floor(now / 86_400_000)
  const incomplete = days
    .filter((day) => !has.has(day))
    .map(
      (day): Incomplete => ({ day, kind: 'settlements', reason: 'not in the archive', open: day > today - LATE_DAYS }),
    )
  await saveCompleteness(
    db,
    days.map((day) => ({
      city: city.id,
      day,
      kind: 'settlements' as const,
      source: 'ncei',
      expected: 1,
      received: has.has(day) ? 1 : 0,
      complete: has.has(day),
      proof: { archive: city.ghcnId },
      updated_ms: now,
    })),
  )
  return {
    kind: 'archive',
    days: days.length,
    complete: 0,
    fetched: days.length,
    rows: maxima.length,
    incomplete,
    origin,
  }
}
