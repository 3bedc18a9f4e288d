import { saveObservations, saveReceipts } from 'kwx/database'
import type { OpenedObservations } from 'kwx/sources'
import { MS_PER_MINUTE } from 'kwx/time'

import { storedReports } from '../storage/stored-reports.ts'
import type { NewsWorld } from './news-world.ts'

/** A station's reports come in late: this far back they are asked for again. */
const REPORTS_BACK_MS = 3 * 3_600_000

/**
 * Brings the newest reports of one feed into the database, with their receipts.
 *
 * A report is known from the moment it was received, and never before the feed's own delay, on which models are trained;
 * one that was there keeps the moment it was first seen.
 *
 * @param absentMs  when the feed was last asked with success, so that what is new was not there then; null at first
 */
export async function fetchReports(
  { db, clock, inTurn }: Pick<NewsWorld, 'db' | 'clock' | 'inTurn'>,
  feed: OpenedObservations,
  station: string,
  absentMs: number | null,
): Promise<number> {
  const now = clock.now()
  const fromMs = now - REPORTS_BACK_MS
  const { reports } = await feed.read({ station, fromMs, toMs: now + MS_PER_MINUTE })
  return inTurn(async () => {
    const received = clock.now()
    const rows = await storedReports.rows(db, [station, feed.name, fromMs])
    const seen = new Set(rows.map(({ valid_ms, report_type }) => `${valid_ms} ${report_type}`))
    const news = reports.filter(({ valid_ms, report_type }) => !seen.has(`${valid_ms} ${report_type}`))
    await saveObservations(
      db,
      news.map((row) => ({
        ...row,
        station,
        source: feed.name,
        known_ms: Math.max(received, row.valid_ms + feed.delayMinutes * MS_PER_MINUTE),
        forward_filled: row.forward_filled ?? false,
        origin: feed.origin(),
      })),
    )
    await saveReceipts(
      db,
      news.map(({ valid_ms, report_type }) => ({
        station,
        source: feed.name,
        valid_ms,
        report_type,
        received_ms: received,
        absent_ms: absentMs,
      })),
    )
    return news.length
  })
}
