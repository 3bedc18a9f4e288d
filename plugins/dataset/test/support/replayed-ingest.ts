import type { City } from 'kwx/cities'
import type { Database } from 'kwx/database'
import { systemPace } from 'kwx/sources'
import { createSources } from '../../../../src/data/clients/sources.ts'
import { saveRawPayload } from '../../../../src/data/database/market-data/raw-payloads.ts'

import type { ReplayExchange } from '../../../../test/support/replay-exchange.ts'
import type { CityIngest } from '../../src/services/ingest/ingest-city.ts'
import type { IngestOptions } from '../../src/services/ingest/options.ts'

/** What an ingest from the replay exchange runs with: waits a hundredth as long as it would, keeps every answer. */
export function replayedIngest(
  { replay, db, now }: { replay: ReplayExchange; db: Database; now: string },
  what: { city: City; fromDay: number; toDay: number; station: string },
): CityIngest & Pick<IngestOptions, 'sources'> {
  const clock = { now: () => Date.parse(now) }
  const pace = { ...systemPace, sleep: (ms: number, signal?: AbortSignal) => systemPace.sleep(ms / 100, signal) }
  const record = (payload: Parameters<typeof saveRawPayload>[1]) => saveRawPayload(db, payload)
  const settings = { sources: replay.sources, contact: 'me@example.org' }
  return {
    ...what,
    db,
    sources: createSources(settings, { clock, offline: false, record, pace }),
    clock,
    priceSource: 'trades',
    signal: new AbortController().signal,
    workers: 2,
    log: () => {},
    progress: () => {},
  }
}
