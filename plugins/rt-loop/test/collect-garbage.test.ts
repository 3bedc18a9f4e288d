import { constants, PerformanceObserver } from 'node:perf_hooks'

import { describe, expect, it } from 'vitest'

import { garbageCollector } from '../src/loop/collect-garbage.ts'

const { NODE_PERFORMANCE_GC_MAJOR: MAJOR, NODE_PERFORMANCE_GC_MINOR: MINOR } = constants
const { NODE_PERFORMANCE_GC_FLAGS_FORCED: FORCED } = constants

type GcEntry = PerformanceEntry & { readonly detail: { readonly kind: number; readonly flags: number } }

/** The kinds of the collections that were asked for while something was done. */
async function collectionsOf(work: () => void): Promise<number[]> {
  const kinds: number[] = []
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries() as GcEntry[]) if (detail.flags & FORCED) kinds.push(detail.kind)
  })
  observer.observe({ entryTypes: ['gc'] })
  work()
  await new Promise((next) => setTimeout(next, 50))
  observer.disconnect()
  return kinds
}

describe('the garbage of a loop', () => {
  it('is collected after each tick that brought a minute: what is new, and all of it after ten minutes', async () => {
    const collect = garbageCollector()
    const kinds = await collectionsOf(() => {
      for (let minute = 0; minute < 12; minute++) collect(1)
    })
    expect(kinds).toEqual([...new Array(9).fill(MINOR), MAJOR, MINOR, MINOR])
  })

  it('is left alone by a tick without a minute, and all collected after a tick that caught up', async () => {
    const collect = garbageCollector()
    expect(await collectionsOf(() => collect(0))).toEqual([])
    expect(await collectionsOf(() => collect(180))).toEqual([MAJOR])
  })
})
