import { describe, expect, it } from 'vitest'

import { throttle } from '../../../src/data/clients/http/throttle.ts'
import { fakePace } from './fake-pace.ts'

describe('throttle', () => {
  it('starts no more than the allowed number per second after the first burst', async () => {
    const pace = fakePace()
    const limit = throttle({ requestsPerSecond: 4, concurrency: 8, pace })
    const starts: number[] = []
    await Promise.all(Array.from({ length: 20 }, () => limit(async () => void starts.push(pace.now()))))
    expect(starts.slice(0, 4)).toEqual([0, 0, 250, 500])
    expect(starts.at(-1)).toBeGreaterThanOrEqual(4500)
    expect(starts.at(-1)).toBeLessThan(4600)
  })

  it('lets a rate below one per second start its first request at once', async () => {
    const pace = fakePace()
    const limit = throttle({ requestsPerSecond: 0.5, concurrency: 2, pace })
    const starts: number[] = []
    for (let k = 0; k < 3; k++) await limit(async () => void starts.push(pace.now()))
    expect(starts).toEqual([0, 2000, 4000])
  })

  it('never runs more at once than allowed', async () => {
    const limit = throttle({ requestsPerSecond: 1000, concurrency: 3, pace: fakePace() })
    let running = 0
    let most = 0
    await Promise.all(
      Array.from({ length: 30 }, () =>
        limit(async () => {
          most = Math.max(most, ++running)
          await new Promise((resolve) => setTimeout(resolve, 1))
          running--
        }),
      ),
    )
    expect(most).toBe(3)
  })

  it('goes on after failed work, and does not start work that was aborted while it waited', async () => {
    const limit = throttle({ requestsPerSecond: 1000, concurrency: 1, pace: fakePace() })
    const abort = new AbortController()
    const failing = limit(async () => {
      throw new Error('broken')
    })
    const aborted = limit(async () => 'ran', abort.signal)
    abort.abort(new Error('stopped'))
    await expect(failing).rejects.toThrow('broken')
    await expect(aborted).rejects.toThrow('stopped')
    await expect(limit(async () => 'ran')).resolves.toBe('ran')
  })
})
