import { type Database, publicationLags, readReceipts } from 'kwx/database'
import type { FeedReport, OpenedObservations } from 'kwx/sources'
import { MS_PER_MINUTE } from 'kwx/time'

/** Fewer receipts than this say nothing about a source. */
const LEAST_RECEIPTS = 20

/** When the reports of one source and station were known, and how that is known. */
interface KnownAt {
  of(report: FeedReport): number
  readonly proof: { readonly delay_minutes: number; readonly delay_from: 'receipts' | 'assumption' }
}

/**
 * A report is known from its receipt where a loop received it. Otherwise it is known after the delay that the source is
 * given, or, where that is longer, after the delay within which 95 of 100 receipts of the source came in.
 *
 * Never before the source's own delay: models are trained on it.
 */
export async function knownAt(
  db: Database,
  feed: Pick<OpenedObservations, 'name' | 'delayMinutes'>,
  { station, fromMs, toMs }: { station: string; fromMs: number; toMs: number },
): Promise<KnownAt> {
  const lag = (await publicationLags(db, [station])).find(({ source }) => source === feed.name)
  const measured = lag && lag.receipts >= LEAST_RECEIPTS ? Math.ceil(lag.p95) : 0
  const delay = Math.max(feed.delayMinutes, measured)
  const receipts = new Map(
    (await readReceipts(db, { station, source: feed.name, fromMs, toMs })).map((row) => [
      `${row.valid_ms} ${row.report_type}`,
      row.received_ms,
    ]),
  )
  return {
    of({ valid_ms, report_type }) {
      const received = receipts.get(`${valid_ms} ${report_type}`)
      return received === undefined
        ? valid_ms + delay * MS_PER_MINUTE
        : Math.max(received, valid_ms + feed.delayMinutes * MS_PER_MINUTE)
    },
    proof: { delay_minutes: delay, delay_from: measured > feed.delayMinutes ? 'receipts' : 'assumption' },
  }
}
