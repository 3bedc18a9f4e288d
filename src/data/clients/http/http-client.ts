import { isKwxError, type KwxError, messageOf } from '../../../base/errors.ts'
import { redactUrl } from '../../../base/redact-url.ts'
import type { Clock } from '../../../base/time/clock.ts'
import type { Origin } from '../../../domain/origin.ts'
import { type Failure, failed, offlineError, refused } from './http-errors.ts'
import { exchangeOnce, type HttpAnswer } from './http-exchange.ts'
import { originOf } from './origin.ts'
import { type Pace, systemPace } from './pace.ts'
import { type Recorder, rawPayload } from './raw-payload.ts'
import { throttle } from './throttle.ts'
import { UnusableBody } from './unusable-body.ts'

/** One service and how it may be asked. */
export interface HttpClientOptions {
  /** Name in the settings, for example `kalshi`. */
  readonly source: string
  /** Base address, http or https, with or without a slash at its end. */
  readonly url: string
  readonly requestsPerSecond: number
  readonly timeoutSeconds: number
  /** Tries per request, the first included. */
  readonly attempts: number
  /** Requests in flight at once; unless told a second's worth, but 8 to 32: then an answer may take a second at full rate. */
  readonly concurrency?: number
  /** Headers that prove who asks, made anew for each try: a signature ages. Never shown, never kept. */
  readonly sign?: ((url: URL) => Readonly<Record<string, string>>) | undefined
  /** What must not be seen in addresses, errors and kept answers, wherever it turns up. */
  readonly secrets?: readonly string[]
  /** Largest body in bytes; 64 MiB unless told: the longest answer we ask for is some 5 MB. */
  readonly maxBytes?: number
  /** The run's clock: stamps payloads. */
  readonly clock: Clock
  readonly offline?: boolean
  readonly record?: Recorder | undefined
  readonly signal?: AbortSignal | undefined
  readonly pace?: Pace
}

/** One GET and how its answer is read. */
export interface HttpRequest<Value> {
  /** Below the base address, starting with a slash; segments already encoded. */
  readonly path: string
  readonly query?: readonly (readonly [name: string, value: string | number])[]
  /** What is asked for, as it stands in a sentence: `the trades of KXHIGHMIA-25FEB01-B80.5`. */
  readonly what: string
  /**
   * Turns a body of status 200 into a value. Throws `UnusableBody` for one that is worth another try (cut, a page of
   * a CDN, empty); a KwxError ends the request.
   */
  readonly read: (body: string) => Value
  /** Headers of this request alone: who asks, or a signature. Never shown, never kept. */
  readonly headers?: Readonly<Record<string, string>>
  /** The error of an answer that no other try can better although its status looks like it; null to go on as usual. */
  readonly final?: (status: number, body: string) => KwxError | null
  /** Answers 404 with null instead of an error. */
  readonly maybeMissing?: boolean
  /** Answers 401 with null instead of an error. */
  readonly maybeRefused?: boolean
}

/** Asks one service: throttled, repeated where that may help, recorded. It can only GET. */
export interface HttpClient {
  /**
   * One answer: throttled, bounded in time and size, retried with exponential backoff and jitter (0.5 s to 16 s) after
   * 429, 5xx, a broken connection and an unusable body; never after another 4xx.
   *
   * @throws KwxError SOURCE_* when the tries are used up or the answer is final (exit 1), SOURCE_OFFLINE (exit 5)
   */
  get<Value>(request: HttpRequest<Value> & ({ maybeMissing: true } | { maybeRefused: true })): Promise<Value | null>
  get<Value>(request: HttpRequest<Value>): Promise<Value>
  /** How far the service's clock was ahead of ours at its last answer, ms, to the second; null before it said. */
  clockAheadMs(): number | null
  /** What rows from here are: decided by the host, and by the mark that a replay puts on its answers. */
  origin(): Origin
}

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 16_000

/** Delay before try `next` (2, 3, ...): doubles from 0.5 s to 16 s, of which the upper half is left to chance. */
export const backoffMs = (next: number, random: number): number =>
  Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (next - 2)) * (0.5 + random / 2)

/** A read-only client of one service. It can only GET: nothing in kwx is able to change anything elsewhere. */
export function httpClient(options: HttpClientOptions): HttpClient {
  const { source, clock, attempts, signal, record, pace = systemPace, maxBytes = 64 * 2 ** 20 } = options
  const hide = hider(options.secrets ?? [])
  const shownOf = (url: URL): string => hide(redactUrl(url))
  const base = options.url.replace(/\/+$/, '')
  const limit = throttle({
    requestsPerSecond: options.requestsPerSecond,
    concurrency: options.concurrency ?? Math.min(32, Math.max(8, Math.ceil(options.requestsPerSecond))),
    pace,
  })
  let sawReplay = false
  let ahead: number | null = null

  const keep = async (url: string, { status, body }: HttpAnswer) => {
    if (!record) return
    // A service may repeat the key that it refuses.
    const text = body.toString('latin1')
    const hidden = hide(text)
    const kept = hidden === text ? body : Buffer.from(hidden, 'latin1')
    await record(await rawPayload({ source, url, status, receivedMs: clock.now() }, kept))
  }
  const excerpt = (body: Buffer) => hide(excerptOf(body))

  async function attempt<Value>(url: URL, request: HttpRequest<Value>): Promise<{ value: Value | null } | Failure> {
    let answer: HttpAnswer
    try {
      const timeoutMs = options.timeoutSeconds * 1000
      answer = await exchangeOnce(url, {
        source,
        timeoutMs,
        maxBytes,
        signal,
        headers: { ...request.headers, ...options.sign?.(url) },
      })
    } catch (error) {
      signal?.throwIfAborted()
      if (isKwxError(error)) throw error
      return { kind: 'network', found: hide(reasonOf(error)), cause: error }
    }
    if (answer.replayed) sawReplay = true
    if (answer.serverMs !== null) ahead = answer.serverMs - clock.now()
    const shown = shownOf(url)
    if ((answer.status === 404 && request.maybeMissing) || (answer.status === 401 && request.maybeRefused)) {
      await keep(shown, answer)
      return { value: null }
    }
    const final = answer.status === 200 ? null : request.final?.(answer.status, answer.body.toString('utf8'))
    if (final) {
      await keep(shown, answer)
      throw final
    }
    if (answer.status === 429 || answer.status >= 500) {
      return {
        kind: answer.status === 429 ? 'rate' : 'server',
        status: answer.status,
        found: excerpt(answer.body),
        answer,
      }
    }
    if (answer.status !== 200) {
      await keep(shown, answer)
      throw refused({ source, url: shown, what: request.what, status: answer.status, found: excerpt(answer.body) })
    }
    try {
      const value = request.read(answer.body.toString('utf8'))
      await keep(shown, answer)
      return { value }
    } catch (error) {
      if (error instanceof UnusableBody) {
        return { kind: 'body', status: 200, found: hide(error.message), answer }
      }
      await keep(shown, answer)
      throw error
    }
  }

  async function get<Value>(request: HttpRequest<Value>): Promise<Value | null> {
    const url = new URL(base + request.path)
    for (const [name, value] of request.query ?? []) url.searchParams.append(name, String(value))
    const shown = shownOf(url)
    if (options.offline) throw offlineError({ source, url: shown, what: request.what })
    for (let n = 1; ; n++) {
      signal?.throwIfAborted()
      const outcome = await limit(() => attempt(url, request), signal)
      if ('value' in outcome) return outcome.value
      if (n >= attempts) {
        if (outcome.answer) await keep(shown, outcome.answer)
        throw failed({ source, url: shown, what: request.what, attempts: n, failure: outcome })
      }
      await pace.sleep(backoffMs(n + 1, pace.random()), signal)
    }
  }

  return {
    get: get as HttpClient['get'],
    clockAheadMs: () => ahead,
    origin: () => originOf(base, sawReplay),
  }
}

/** Replaces each secret, as it is and as either part of an address writes it. Very short ones are left: they would hide half the text. */
function hider(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(
    secrets
      .filter(({ length }) => length >= 4)
      .flatMap((secret) => [secret, encodeURIComponent(secret), `${new URLSearchParams([['', secret]])}`.slice(1)]),
  )
  return (text) => [...forms].reduce((left, form) => left.replaceAll(form, '***'), text)
}

/** fetch hides the reason of a broken connection in `cause`. */
function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'no complete answer in time'
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = (cause as { code?: unknown }).code
  return typeof code === 'string' ? `${messageOf(cause) || 'connection failed'} (${code})` : messageOf(cause)
}

const excerptOf = (body: Buffer): string => {
  const text = body.subarray(0, 400).toString('utf8').replace(/\s+/g, ' ').trim()
  return text.length > 160 ? `${text.slice(0, 160)}...` : text || 'an empty body'
}
