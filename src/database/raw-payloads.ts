import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

import type { Database } from './open-database.ts'
import { runQuery } from './run-query.ts'

const compress = promisify(gzip)

export interface RawPayloadInput {
  source: string
  /** Without keys. */
  url: string
  status: number
  receivedMs: number
  /** As it came, after the transfer's own compression was undone. */
  body: string | Uint8Array
}

/**
 * Keeps what a source answered, compressed and with its hash. The same answer to the same request is kept once.
 *
 * @returns the hash of the uncompressed body, SHA-256 in hex
 */
export async function saveRawPayload(
  db: Database,
  { source, url, status, receivedMs, body }: RawPayloadInput,
): Promise<string> {
  const sha256 = createHash('sha256').update(body).digest('hex')
  await runQuery(
    db,
    `insert into raw_payloads (source, url, status, received_ms, sha256, encoding, body)
     values ($1, $2, $3, $4, $5, 'gzip', $6) on conflict do nothing`,
    [source, url, status, receivedMs, sha256, await compress(body)],
  )
  return sha256
}
