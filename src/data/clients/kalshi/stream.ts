import { EXIT, KwxError, messageOf } from '../../../base/errors.ts'
import { backoffMs } from '../http/http-client.ts'
import type { Pace } from '../http/pace.ts'
import { type KalshiKey, signRequest } from './sign-request.ts'
import { type Connection, openConnection } from './stream-connection.ts'
import type { StreamEvent } from './stream-event.ts'
import { StreamState } from './stream-state.ts'

/** What to listen to. */
interface StreamOptions {
  /** ws or wss. */
  readonly url: string
  /** Even public channels want one: without a key there is no stream, only polling. */
  readonly key: KalshiKey
  readonly tickers: readonly string[]
  /** Milliseconds without any frame or ping after which a connection counts as dead; the exchange pings every 10 s. */
  readonly silenceMs: number
  readonly signal: AbortSignal
  readonly pace: Pace
  /** Real time, for signatures; the machine's unless told. */
  readonly wallNow?: () => number
  /** Whose lifecycle is told beside that of `tickers`: the exchange tells everybody's. */
  readonly follows?: (ticker: string) => boolean
  /** Told when each frame was heard, on the clock of `performance.now()`, before its events are. */
  readonly onHeard?: (atMs: number) => void
  /** Given a way to ask for an `echo` on each connection; it answers the id that the echo will have. */
  readonly onConnected?: (probe: () => number) => void
}

const CHANNELS = ['orderbook_delta', 'ticker', 'trade'] as const
const LIFECYCLE = 'market_lifecycle_v2'
/** Losses come in bursts: one question for the books of all of them, and snapshots that are lost start no storm. */
const SNAPSHOTS_AFTER_MS = 20
/** A refusal that another try cannot better. */
const REFUSED = new Set([400, 401, 403, 404])

/**
 * Books, quotes, prints and fates of markets as they happen, for as long as the signal allows.
 *
 * It connects again after every loss, with growing pauses; all books are dropped with their connection. A lost message
 * makes books unknown (`top: null`) and asks for snapshots. Frames may be late: `tsMs` says of when they are.
 *
 * @throws KwxError KALSHI_STREAM_REFUSED (exit 2) when the exchange does not accept the key
 */
export async function* kalshiStream(options: StreamOptions): AsyncGenerator<StreamEvent, void> {
  const { signal, pace } = options
  for (let tries = 1; !signal.aborted; ) {
    let connection: Connection | undefined
    let reason = 'the connection ended'
    try {
      connection = await connect(options)
      tries = 1
      yield { kind: 'connected' }
      yield* follow(connection, options)
      reason = connection.reason()
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof KwxError && error.code === 'KALSHI_STREAM_REFUSED') throw error
      reason = messageOf(error)
    } finally {
      connection?.close()
    }
    if (signal.aborted) return
    yield { kind: 'lost', reason }
    tries++
    await pace.sleep(backoffMs(Math.min(tries, 8), pace.random()), signal).catch(() => {})
  }
}

async function connect({ url, key, silenceMs, signal, wallNow = Date.now }: StreamOptions): Promise<Connection> {
  const opened = await openConnection(url, {
    headers: signRequest(key, 'GET', new URL(url), wallNow()),
    silenceMs,
    signal,
  })
  if (!('status' in opened)) return opened
  if (!REFUSED.has(opened.status)) throw new Error(`the handshake was answered with status ${opened.status}`)
  throw new KwxError(`The exchange refuses the stream at ${url} with status ${opened.status}.`, {
    code: 'KALSHI_STREAM_REFUSED',
    exit: EXIT.usage,
    hint: 'Check KWX_KALSHI_KEY_ID and the clock of this machine, or leave the key out and poll.',
    details: { status: opened.status },
  })
}

async function* follow(
  connection: Connection,
  { tickers, follows, onHeard, onConnected }: StreamOptions,
): AsyncGenerator<StreamEvent, void> {
  const state = new StreamState(tickers, [...CHANNELS, LIFECYCLE])
  let id = 0
  const command = (cmd: string, params?: object): number => {
    connection.send(JSON.stringify({ id: ++id, cmd, params }))
    return id
  }
  onConnected?.(() => command('list_subscriptions'))
  // The side whose prices NO levels carry is about to change its default: said explicitly.
  command('subscribe', {
    channels: CHANNELS,
    market_tickers: tickers,
    send_initial_snapshot: true,
    use_yes_price: false,
  })
  command('subscribe', { channels: [LIFECYCLE] })
  const snapshots = new Set<string>()
  let asked: NodeJS.Timeout | undefined
  const ask = (sid: number) => {
    asked ??= setTimeout(() => {
      asked = undefined
      command('update_subscription', { sid, market_tickers: [...snapshots], action: 'get_snapshot' })
      snapshots.clear()
    }, SNAPSHOTS_AFTER_MS)
  }
  const named = new Set(tickers)
  const wanted = (event: StreamEvent) =>
    !('ticker' in event) || named.has(event.ticker) || (event.kind === 'lifecycle' && follows?.(event.ticker))
  try {
    for await (const { text, atMs } of connection.frames()) {
      onHeard?.(atMs)
      const frame = JSON.parse(text) as Record<string, unknown>
      if (frame['type'] === 'error') throw new Error(`the exchange says ${JSON.stringify(frame['msg']).slice(0, 160)}`)
      const { events, resync } = state.apply(frame)
      for (const event of events) if (wanted(event)) yield event
      if (resync && resync.tickers.length > 0) {
        for (const ticker of resync.tickers) snapshots.add(ticker)
        ask(resync.sid)
      }
    }
  } finally {
    clearTimeout(asked)
  }
}

/**
 * Where the stream of an exchange is, by where its requests go: `.../trade-api/v2` has its stream at
 * `.../trade-api/ws/v2`, and the exchange's own hosts have one of their own for it.
 *
 * @source  AsyncAPI of the exchange, October 2026
 */
export function streamUrlOf(url: string): string {
  const at = new URL(url)
  at.protocol = at.protocol === 'https:' ? 'wss:' : 'ws:'
  at.hostname = at.hostname.replace(/^external-api\./, 'external-api-ws.')
  at.pathname = `${at.pathname.replace(/\/+$/, '').replace(/\/v2$/, '')}/ws/v2`
  return at.href
}
