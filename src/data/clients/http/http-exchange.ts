import { EXIT, KwxError } from '../../../base/errors.ts'
import { redactUrl } from '../../../base/redact-url.ts'

/** A whole answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number
  readonly body: Buffer
  /** The answer carried X-Replay-Now. */
  readonly replayed: boolean
  /** What the service's clock said, epoch ms; null where it did not say. */
  readonly serverMs: number | null
}

/** Bounds of one exchange. */
interface ExchangeOptions {
  source: string
  /** For the whole of it: connection, headers and body. */
  timeoutMs: number
  maxBytes: number
  signal: AbortSignal | undefined
  /** Beside or instead of our usual ones. Sent to the first host only: redirects never leave it. */
  headers?: Readonly<Record<string, string>> | undefined
}

const MOST_REDIRECTS = 3
const HEADERS = { accept: 'application/json, text/plain, text/csv', 'user-agent': 'kwx' }

/**
 * One GET, redirects inside the same host followed, its body read whole.
 *
 * Throws what `fetch` throws for a broken connection; KwxError SOURCE_TOO_LARGE, SOURCE_REDIRECTED otherwise.
 */
export async function exchangeOnce(first: URL, options: ExchangeOptions): Promise<HttpAnswer> {
  const deadline = AbortSignal.timeout(options.timeoutMs)
  const signal = options.signal ? AbortSignal.any([deadline, options.signal]) : deadline
  let url = first
  for (let hops = 0; ; hops++) {
    const response = await fetch(url, { headers: { ...HEADERS, ...options.headers }, redirect: 'manual', signal })
    const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null
    if (location === null) {
      const body = await readBounded(response, first, options)
      const replayed = response.headers.get('x-replay-now')
      const said = Date.parse(replayed ?? response.headers.get('date') ?? '')
      const serverMs = Number.isNaN(said) ? null : said
      return { status: response.status, body, replayed: replayed !== null, serverMs }
    }
    await response.body?.cancel()
    const next = new URL(location, url)
    if (next.origin !== first.origin || hops >= MOST_REDIRECTS) {
      throw new KwxError(`${redactUrl(first)} sends us on to ${redactUrl(next)}, which is not followed.`, {
        code: 'SOURCE_REDIRECTED',
        exit: EXIT.error,
        hint: `If the service has moved, set sources.${options.source}.url to its new address.`,
        details: { source: options.source, status: response.status },
      })
    }
    url = next
  }
}

async function readBounded(response: Response, url: URL, { source, maxBytes }: ExchangeOptions): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let size = 0
  // A body that is given up is cancelled by leaving the loop.
  for await (const part of response.body ?? []) {
    size += part.byteLength
    if (size > maxBytes) {
      throw new KwxError(`${redactUrl(url)} answers with more than ${maxBytes} bytes.`, {
        code: 'SOURCE_TOO_LARGE',
        exit: EXIT.error,
        hint: 'Ask for a shorter span with --from and --to.',
        details: { source, maxBytes },
      })
    }
    parts.push(part)
  }
  return Buffer.concat(parts)
}
