import { setTimeout as wait } from 'node:timers/promises'

/** Time and chance of a client's waiting: never part of a result, so it stands apart from the run's clock and seed. */
export interface Pace {
  /** Milliseconds that only go forward. */
  now(): number
  /** Rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** [0, 1). Spreads the retries of many processes, therefore not seeded. */
  random(): number
}

/** The machine's own time and chance. */
export const systemPace: Pace = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    await wait(ms, undefined, signal ? { signal } : {}).catch((error) => {
      signal?.throwIfAborted()
      throw error
    })
  },
  random: () => Math.random(),
}
