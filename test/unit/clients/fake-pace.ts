import type { Pace } from '../../../src/data/clients/http/pace.ts'

/** Time that passes only while someone sleeps; sleeping takes no real time. */
export function fakePace(random = 0.5): Pace & { slept: number[] } {
  let now = 0
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    random: () => random,
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      slept.push(ms)
      now += ms
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
    },
  }
}
