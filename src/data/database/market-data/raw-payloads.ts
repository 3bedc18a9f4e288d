import type { Database } from '../database.ts'
import type { RawPayloadsTable } from '../schema.ts'

type RawPayloadInput = Omit<RawPayloadsTable, 'payload_id'>

/** Keeps what a source answered, as it came. The same answer to the same request is kept once. */
export async function saveRawPayload(db: Database, payload: RawPayloadInput): Promise<void> {
  const { source, url, status, received_ms, sha256, encoding, body } = payload
  await db
    .insertInto('raw_payloads')
    .values({ source, url, status, received_ms, sha256, encoding, body })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
