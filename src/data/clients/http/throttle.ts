import type { Pace } from './pace.ts'

/** How fast and how parallel a service may be asked. */
interface ThrottleOptions {
  /** Tokens that return per second, more than 0. */
  requestsPerSecond: number
  /** Requests in flight at once, at least 1. */
  concurrency: number
  pace: Pace
}

/** Runs work no faster and no more parallel than allowed, first come, first served. */
type Throttle = <Value>(work: () => Promise<Value>, signal?: AbortSignal) => Promise<Value>

/**
 * A token bucket over a monotonic clock, with a bound on parallel work.
 *
 * The bucket holds half a second's worth of tokens, half of `concurrency` at most: so much may start at once after a
 * pause, which makes up for a process that was kept from running, and a service that counts by a bucket of its own has
 * room left for requests that arrive closer together than they were sent. A slow client (below two per second) still
 * starts its first at once.
 */
export function throttle({ requestsPerSecond, concurrency, pace }: ThrottleOptions): Throttle {
  const capacity = Math.max(1, Math.min(requestsPerSecond, concurrency) / 2)
  let tokens = capacity
  let filledAt = pace.now()
  let running = 0
  const queue: (() => void)[] = []
  let turn: Promise<void> = Promise.resolve()

  const token = async (signal?: AbortSignal) => {
    for (;;) {
      const now = pace.now()
      tokens = Math.min(capacity, tokens + ((now - filledAt) / 1000) * requestsPerSecond)
      filledAt = now
      if (tokens >= 1 - 1e-9) {
        tokens -= 1
        return
      }
      await pace.sleep(Math.ceil(((1 - tokens) / requestsPerSecond) * 1000), signal)
    }
  }

  const release = () => {
    const next = queue.shift()
    if (next) next()
    else running--
  }

  return async (work, signal) => {
    if (running < concurrency) running++
    else await new Promise<void>((resolve) => queue.push(resolve))
    try {
      signal?.throwIfAborted()
      // One waits for its token at a time, in the order of arrival; a failed wait must not stop the next.
      const mine = turn.then(() => token(signal))
      turn = mine.catch(() => undefined)
      await mine
      return await work()
    } finally {
      release()
    }
  }
}
