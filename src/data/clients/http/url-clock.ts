import { EXIT, KwxError, messageOf } from '../../../base/errors.ts'
import { type Clock, fixedClock, systemClock } from '../../../base/time/clock.ts'
import { parseInstant } from '../../../base/time/instants.ts'

/** A clock that another process keeps: read ahead of time, extrapolated in between. */
interface RemoteClock extends Clock {
  /** Asks at once; a loop calls it before each tick. */
  refresh(): Promise<void>
}

interface Reading {
  readonly ms: number
  /** Its milliseconds per millisecond of ours; 0 stands still. */
  readonly speed: number
  /** `performance.now()` in the middle of the request. */
  readonly at: number
}

const TIMEOUT_MS = 5000
/** Age at which a reading is renewed behind the next question: a clock that was moved is followed within a second. */
const FRESH_MS = 1000
const MOST_FAILURES = 3

/**
 * The clock of a setting: `system`, an ISO instant (time stands still there), or the address of a service that answers
 * JSON with `now` and perhaps `speed` (1 when absent), like a replay's.
 *
 * @throws KwxError CLOCK_INVALID (exit 2) for another text, CLOCK_UNREACHABLE (exit 1) when the service does not answer
 */
export async function clockFrom(setting: string): Promise<Clock> {
  if (setting === 'system') return systemClock
  if (/^https?:\/\//i.test(setting)) return urlClock(setting)
  try {
    return fixedClock(parseInstant(setting))
  } catch (error) {
    throw new KwxError(`The clock is "${setting}"; expected system, an ISO instant with its zone or an http address.`, {
      code: 'CLOCK_INVALID',
      exit: EXIT.usage,
      hint: 'Set KWX_CLOCK=system, or for example KWX_CLOCK=2025-02-20T18:00:00Z.',
      cause: error,
    })
  }
}

/**
 * A clock read from `url`. `now()` never waits: it extrapolates the last reading and renews it in the background once
 * it is a second old.
 *
 * `now()` throws CLOCK_UNREACHABLE after three failed renewals in a row: a clock that is gone must not be guessed.
 */
export async function urlClock(url: string): Promise<RemoteClock> {
  let reading = await read(url)
  let failures = 0
  let lastError: unknown
  let pending: Promise<void> | undefined

  const renew = (): Promise<void> => {
    pending ??= read(url)
      .then(
        (next) => {
          reading = next
          failures = 0
        },
        (error) => {
          failures++
          lastError = error
        },
      )
      .finally(() => {
        pending = undefined
      })
    return pending
  }

  return {
    now() {
      if (failures >= MOST_FAILURES) throw lastError
      const elapsed = performance.now() - reading.at
      if (elapsed > FRESH_MS) void renew()
      return Math.floor(reading.ms + elapsed * reading.speed)
    },
    async refresh() {
      // One that is under way may have been answered before the clock was moved.
      await pending
      await renew()
      if (failures > 0) throw lastError
    },
  }
}

async function read(url: string): Promise<Reading> {
  const before = performance.now()
  let found: unknown
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: 'application/json' },
    })
    found = response.ok ? await response.text() : `status ${response.status}`
    const { now, speed = 1 } = JSON.parse(found as string) as { now?: unknown; speed?: unknown }
    if (typeof speed !== 'number' || !(speed >= 0)) throw new RangeError(`"speed" is ${JSON.stringify(speed)}`)
    const ms = parseInstant(String(now))
    return { ms, speed, at: (before + performance.now()) / 2 }
  } catch (error) {
    const seen = found === undefined ? messageOf(error) : `${String(found).slice(0, 100)} (${messageOf(error)})`
    throw new KwxError(`The clock at ${url} answers ${seen}; expected JSON with "now", an ISO instant.`, {
      code: 'CLOCK_UNREACHABLE',
      exit: EXIT.error,
      hint: 'Start the service or set KWX_CLOCK=system.',
      cause: error,
    })
  }
}
