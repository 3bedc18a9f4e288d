import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const compress = promisify(gzip)

/** One answer as it came, for the table `raw_payloads`. */
export interface RawPayload {
  /** Settings' name of the source: `kalshi`, `iem`. */
  readonly source: string
  /** Without keys. */
  readonly url: string
  readonly status: number
  /** Receipt by the run's clock. */
  readonly received_ms: number
  /** Hex, of the uncompressed body. */
  readonly sha256: string
  readonly encoding: 'gzip'
  readonly body: Buffer
}

/** Keeps a payload; a failure fails the request, because an answer that cannot be kept cannot be audited. */
export type Recorder = (payload: RawPayload) => Promise<unknown>

/** Compresses a body at a low level: payloads are kept often and read seldom. */
export async function rawPayload(
  answer: { source: string; url: string; status: number; receivedMs: number },
  body: Buffer,
): Promise<RawPayload> {
  return {
    source: answer.source,
    url: answer.url,
    status: answer.status,
    received_ms: answer.receivedMs,
    sha256: createHash('sha256').update(body).digest('hex'),
    encoding: 'gzip',
    body: await compress(body, { level: 3 }),
  }
}
