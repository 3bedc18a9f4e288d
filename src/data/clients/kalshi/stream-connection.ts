import { WebSocket } from 'ws'

/** A text frame and when it was heard, on the clock of `performance.now()`. */
interface HeardFrame {
  readonly text: string
  readonly atMs: number
}

/** An open socket as a sequence of text frames. */
export interface Connection {
  send(text: string): void
  /** Ends, without an error, when the socket does. */
  frames(): AsyncGenerator<HeardFrame, void>
  /** Why it ended. */
  reason(): string
  close(): void
}

interface ConnectionOptions {
  readonly headers: Readonly<Record<string, string>>
  /** Without a frame or a ping for this long, the socket counts as dead: a mute one never says so itself. */
  readonly silenceMs: number
  readonly signal: AbortSignal
}

/** A listener that falls this far behind gets a new start with snapshots instead of old news. */
const MOST_WAITING = 100_000
const MOST_BYTES = 4 * 2 ** 20

/** Opens a socket; answers the status where the handshake is refused. Rejects where there is no answer at all. */
export function openConnection(
  url: string,
  { headers, silenceMs, signal }: ConnectionOptions,
): Promise<Connection | { readonly status: number }> {
  const socket = new WebSocket(url, {
    headers,
    handshakeTimeout: silenceMs,
    maxPayload: MOST_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
  })
  const waiting: HeardFrame[] = []
  let wake: (() => void) | undefined
  let ended = false
  let why = 'the exchange closed the connection'
  const end = (reason: string) => {
    if (ended) return
    ended = true
    why = reason
    clearTimeout(silence)
    signal.removeEventListener('abort', aborted)
    socket.terminate()
    wake?.()
  }
  const aborted = () => end('stopped')
  let silence: NodeJS.Timeout
  const heard = () => {
    clearTimeout(silence)
    silence = setTimeout(() => end(`nothing was heard for ${silenceMs / 1000} s`), silenceMs)
  }
  heard()

  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', aborted)
    socket.on('error', (error) => {
      end(error.message)
      reject(error)
    })
    socket.on('unexpected-response', (request, response) => {
      request.destroy()
      end(`status ${response.statusCode}`)
      resolve({ status: response.statusCode ?? 0 })
    })
    socket.on('close', () => {
      end(why)
      reject(new Error(why))
    })
    socket.on('ping', heard)
    socket.on('message', (data, isBinary) => {
      heard()
      if (isBinary) return end('the exchange sent a binary frame')
      if (waiting.length >= MOST_WAITING) return end(`${MOST_WAITING} frames wait to be read`)
      waiting.push({ text: String(data), atMs: performance.now() })
      wake?.()
    })
    socket.on('open', () =>
      resolve({
        send: (text) => socket.send(text),
        reason: () => why,
        close: () => end('closed'),
        async *frames() {
          for (;;) {
            while (waiting.length > 0) yield* waiting.splice(0)
            if (ended) return
            await new Promise<void>((next) => {
              wake = next
              if (waiting.length > 0 || ended) next()
            })
            wake = undefined
          }
        },
      }),
    )
  })
}
