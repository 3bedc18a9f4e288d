import { runQuery } from '../connection/run-query.ts'
import type { Database } from '../database.ts'
import type { RawPayloadsTable } from '../schema.ts'

type RawPayloadInput = Omit<RawPayloadsTable, 'payload_id'>

/** Keeps what a source answered, as it came. The same answer to the same request is kept once. */
export async function saveRawPayload(db: Database, payload: RawPayloadInput): Promise<void> {
  const { source, url, status, received_ms, sha256, encoding, body } = payload
  await runQuery(
    db,
    `insert into raw_payloads (source, url, status, received_ms, sha256, encoding, body)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [source, url, status, received_ms, sha256, encoding, body],
  )
}
