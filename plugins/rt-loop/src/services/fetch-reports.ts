import { runQuery, saveObservations } from 'kwx/database'
import { MS_PER_MINUTE } from 'kwx/time'

import type { NewsWorld } from './news-world.ts'

/** A station's reports come in late and get corrected: this far back they are asked for again. */
const REPORTS_BACK_MS = 3 * 3_600_000

/**
 * Brings the station's newest reports into the database. A report is known from the moment it was received, not from
 * an assumed delay; one that was there keeps the moment it was first seen.
 */
export async function fetchReports({ db, sources, clock, inTurn }: NewsWorld, station: string): Promise<number> {
  const now = clock.now()
  const reports = await sources.iem.observations(station, now - REPORTS_BACK_MS, now + MS_PER_MINUTE)
  return inTurn(async () => {
    const received = clock.now()
    const seen = new Set(
      (
        await runQuery<{ valid_ms: number; report_type: string }>(
          db,
          `select valid_ms, report_type from observations where station = $1 and source = 'iem-asos' and valid_ms >= $2`,
          [station, now - REPORTS_BACK_MS],
        )
      ).map(({ valid_ms, report_type }) => `${valid_ms} ${report_type}`),
    )
    const news = reports.filter(({ validMs, reportType }) => !seen.has(`${validMs} ${reportType}`))
    await saveObservations(
      db,
      news.map((row) => ({
        station,
        source: 'iem-asos',
        valid_ms: row.validMs,
        report_type: row.reportType,
        known_ms: received,
        temp_f: row.tempF,
        dew_f: row.dewF,
        humidity_pct: row.humidityPct,
        wind_mph: row.windMph,
        forward_filled: false,
        origin: sources.iem.origin(),
      })),
    )
    return news.length
  })
}
