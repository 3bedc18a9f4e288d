import { describe, expect, it } from 'vitest'

import { MinuteBars } from '../src/feed/minute-bars.ts'

const M = 29_000_000
const at = (minute: number, ms: number) => (M + minute - 1) * 60_000 + ms

describe('MinuteBars', () => {
  it('forms a minute from what was quoted in it, and what held before', () => {
    const bars = new MinuteBars()
    bars.start(3000, 3400)
    bars.quote(at(1, 10_000), 2900, 3400)
    bars.quote(at(1, 20_000), 3200, 3600)
    bars.quote(at(1, 50_000), 3100, 3500)
    expect(bars.take(M + 1)).toEqual({
      price: [null, null, null, null],
      bid: [3000, 3200, 2900, 3100],
      ask: [3400, 3600, 3400, 3500],
      volumeCenti: 0,
      openInterestCenti: 0,
    })
    bars.quote(at(2, 1), 3150, 3500)
    expect(bars.take(M + 2)).toMatchObject({ bid: [3100, 3150, 3100, 3150], ask: [3500, 3500, 3500, 3500] })
  })

  it('has none for a minute in which nothing was told', () => {
    const bars = new MinuteBars()
    bars.start(3000, 3400)
    bars.quote(at(1, 5), 3100, 3400)
    bars.quote(at(3, 5), 3000, 3400)
    expect([1, 2, 3].map((minute) => bars.take(M + minute)?.bid[3])).toEqual([3100, undefined, 3000])
  })

  it('counts of quotes at one millisecond only the last: the steps in between never held', () => {
    const bars = new MinuteBars()
    bars.start(3000, 3400)
    bars.quote(at(1, 7), null, 3400)
    bars.quote(at(1, 7), 3300, 3400)
    expect(bars.take(M + 1)).toMatchObject({ bid: [3000, 3300, 3000, 3300] })
  })

  it('closes a minute with the quote at its very end, and counts a print there for the next', () => {
    const bars = new MinuteBars()
    bars.start(3000, 3400)
    bars.quote(at(1, 60_000), 3100, 3300)
    bars.print(at(1, 60_000), 3200)
    expect(bars.take(M + 1)).toMatchObject({ bid: [3000, 3100, 3000, 3100], price: [null, null, null, null] })
    expect(bars.take(M + 2)).toMatchObject({ price: [3200, 3200, 3200, 3200], bid: [3100, 3100, 3100, 3100] })
  })

  it('takes an emptied side as empty, and as no price for high and low', () => {
    const bars = new MinuteBars()
    bars.start(3000, null)
    bars.quote(at(1, 1), null, 3400)
    expect(bars.take(M + 1)).toMatchObject({ bid: [3000, 3000, 3000, null], ask: [3400, 3400, 3400, 3400] })
  })

  it('makes the volume of the exchange’s own count, of which messages may be lost', () => {
    const bars = new MinuteBars()
    bars.counts(at(0, 5), 1000, 70)
    bars.counts(at(1, 5), 1300, 80)
    bars.counts(at(1, 9), 1500, 90)
    bars.counts(at(2, 9), 2500, 95)
    expect(bars.take(M + 1)).toMatchObject({ volumeCenti: 500, openInterestCenti: 90 })
    expect(bars.take(M + 2)).toMatchObject({ volumeCenti: 1000, openInterestCenti: 95 })
  })

  it('takes the price that comes with the counts where no print was heard, and only where something traded', () => {
    const bars = new MinuteBars()
    bars.counts(at(0, 5), 1000, 70, 4000)
    bars.counts(at(1, 5), 1300, 80, 4100)
    bars.counts(at(1, 9), 1300, 80, 4200)
    bars.print(at(2, 5), 4300)
    bars.counts(at(2, 9), 2500, 95, 4400)
    expect(bars.take(M)!.price).toEqual([null, null, null, null])
    expect(bars.take(M + 1)!.price).toEqual([4100, 4100, 4100, 4100])
    expect(bars.take(M + 2)!.price).toEqual([4300, 4300, 4300, 4300])
  })

  it('keeps what came early for the next minute', () => {
    const bars = new MinuteBars()
    bars.start(3000, 3400)
    bars.quote(at(1, 5), 3100, 3400)
    bars.quote(at(2, 5), 3200, 3400)
    bars.print(at(2, 6), 3300)
    expect(bars.take(M + 1)).toMatchObject({ bid: [3000, 3100, 3000, 3100], price: [null, null, null, null] })
    expect(bars.take(M + 2)).toMatchObject({ bid: [3100, 3200, 3100, 3200], price: [3300, 3300, 3300, 3300] })
  })
})
