import { canonicalJson } from 'kwx/artefacts'
import { settlesYes } from 'kwx/market'
import { climateDayStart, parseDay } from 'kwx/time'
import { describe, expect, it } from 'vitest'

import type { SimulatedMarket } from '../src/simulate-days.ts'
import { daysOf, marketsOf, simville } from './support.ts'

const bytes = (own: Parameters<typeof daysOf>[0]) => canonicalJson(daysOf(own))

/** 150 days with an unbiased maker; 6 markets a day. */
const fair = daysOf({ days: 150, seed: 3, edge: 0, noise: 0, trades_per_hour: 0.5 })
const biased = daysOf({ days: 150, seed: 3, edge: 0.6, noise: 0, trades_per_hour: 0.5 })

const clipped = (p: number) => Math.min(1 - 1e-9, Math.max(1e-9, p))
const loss = (yes: boolean, p: number) => -Math.log(yes ? clipped(p) : 1 - clipped(p))
/** Log loss of truth and of the mid over all bars with both sides quoted, tails included. */
function losses(markets: readonly SimulatedMarket[]) {
  let [truth, market, expected, n] = [0, 0, 0, 0]
  for (const { bars, result } of markets) {
    for (const bar of bars) {
      if (bar.bid.close === null || bar.ask.close === null) continue
      const mid = (bar.bid.close + bar.ask.close) / 200
      truth += loss(result === 'yes', bar.truth)
      market += loss(result === 'yes', mid)
      // What the market's price costs on average, by the truth itself: the divergence of the mid from it.
      const p = clipped(bar.truth)
      expected += p * Math.log(p / mid) + (1 - p) * Math.log((1 - p) / (1 - mid))
      n++
    }
  }
  return { truth: truth / n, market: market / n, expected: expected / n }
}

describe('simulateDays', () => {
  it('gives the same bytes for the same parameters and others for another seed, city or edge', () => {
    const one = bytes({ days: 3 })
    expect(bytes({ days: 3 })).toBe(one)
    for (const other of [{ seed: 2 }, { edge: 0.3 }, { noise: 0.2 }, { start_date: '2023-01-03' }]) {
      expect(bytes({ days: 3, ...other })).not.toBe(one)
    }
  })

  it('gives the same first days whatever the number of days', () => {
    expect(canonicalJson(daysOf({ days: 5 }).slice(0, 3))).toBe(canonicalJson(daysOf({ days: 2 })))
  })

  it('settles every ladder on exactly one market, by the exchange’s strike rules', () => {
    for (const { event } of fair) {
      if (!event) continue
      expect(event.markets.filter(({ result }) => result === 'yes')).toHaveLength(1)
      for (const { strike_type, floor_strike, cap_strike, result } of event.markets) {
        expect(settlesYes(strike_type, floor_strike, cap_strike, event.tmax)).toBe(result === 'yes')
      }
    }
  })

  it('stores probabilities that sum to 1 over a ladder at every minute that all its markets share', () => {
    let shared = 0
    for (const { event } of fair.slice(1)) {
      const byMinute = new Map<number, number[]>()
      for (const { bars } of event!.markets) {
        for (const { endMinute, truth } of bars) byMinute.set(endMinute, [...(byMinute.get(endMinute) ?? []), truth])
      }
      const whole = [...byMinute.values()].filter((truths) => truths.length === 6)
      shared += whole.length
      for (const truths of whole) expect(truths.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
    }
    expect(shared).toBeGreaterThan(fair.length) // the openings and more
  })

  it('stores true probabilities that come true: each decile within 3.5 standard errors of its days', () => {
    // Outcomes of one day hang together, so a bin's error is that of means over days, not over rows.
    const bins = Array.from({ length: 10 }, () => new Map<number, number>())
    for (const { day, event } of fair) {
      for (const { bars, result } of event?.markets ?? []) {
        for (const { truth } of bars) {
          const bin = bins[Math.min(9, Math.floor(truth * 10))]!
          bin.set(day, (bin.get(day) ?? 0) + (result === 'yes' ? 1 : 0) - truth)
        }
      }
    }
    const z = bins.map((bin) => {
      const sums = [...bin.values()]
      const total = sums.reduce((a, b) => a + b, 0)
      return total / Math.sqrt(sums.reduce((a, b) => a + b * b, 0))
    })
    expect(bins.every((bin) => bin.size > 20)).toBe(true)
    for (const value of z) expect(Math.abs(value)).toBeLessThan(3.5)
    expect(z.reduce((a, b) => a + b * b, 0)).toBeLessThan(25) // chi-square of 10 degrees: 25.2 at 0.5 %
  })

  it('has a truth that becomes 0 or 1 by the close', () => {
    for (const { bars, result } of marketsOf(fair)) {
      const last = bars.at(-1)!
      expect(Math.abs(last.truth - (result === 'yes' ? 1 : 0))).toBeLessThan(0.35) // sparse: the last change of a quote
    }
    const late = marketsOf(fair).flatMap(({ bars, close_ms, result }) =>
      bars
        .filter(({ endMinute }) => endMinute >= close_ms! / 60_000 - 60)
        .map(({ truth }) => loss(result === 'yes', truth)),
    )
    expect(late.reduce((a, b) => a + b, 0) / late.length).toBeLessThan(0.02)
  })

  it('has a market near the truth without an edge and as much worse as the edge implies with one', () => {
    const without = losses(marketsOf(fair))
    expect(without.expected).toBeLessThan(0.002)
    expect(Math.abs(without.market - without.truth)).toBeLessThan(0.004)
    const planted = losses(marketsOf(biased))
    expect(planted.expected).toBeGreaterThan(0.04)
    expect(planted.market - planted.truth).toBeGreaterThan(0.5 * planted.expected)
    expect(planted.market - planted.truth).toBeLessThan(1.5 * planted.expected)
  })
})

describe('a simulated tape', () => {
  const markets = marketsOf(daysOf({ days: 20, seed: 9, trades_per_hour: 4, spread_cents: 3 }))

  it('quotes whole cents from 1 to 99, bid below ask by the spread', () => {
    for (const { bid, ask } of markets.flatMap(({ bars }) => bars)) {
      for (const cents of [bid.close, ask.close]) {
        if (cents !== null) expect(Number.isInteger(cents) && cents >= 1 && cents <= 99).toBe(true)
      }
      if (bid.close !== null && ask.close !== null) expect(ask.close - bid.close).toBe(3)
      if (bid.close !== null) expect(bid.low! <= bid.close && bid.close <= bid.high!).toBe(true)
    }
  })

  it('trades at the quote that stood before, at the rate that was asked for', () => {
    for (const { bars, prints } of markets) {
      const quotes = new Map(bars.map((bar, i) => [bar.endMinute, bars[i - 1]]))
      for (const { tsMs, price, takerYes, count } of prints) {
        const before = quotes.get(Math.floor(tsMs / 60_000) + 1)!
        expect(price).toBe(takerYes ? before.ask.close : before.bid.close)
        expect(count).toBeGreaterThanOrEqual(1)
      }
    }
    const hours = markets.length * 34
    const prints = markets.reduce((sum, market) => sum + market.prints.length, 0)
    expect(prints / hours).toBeGreaterThan(1.5) // some arrive while a side is empty
    expect(prints / hours).toBeLessThan(4.5)
  })

  it('keeps prints in order, bars rising in time, volumes and open interest consistent', () => {
    for (const { bars, prints, volume, open_ms, close_ms } of markets) {
      expect(prints.every(({ tsMs }, i) => i === 0 || prints[i - 1]!.tsMs <= tsMs)).toBe(true)
      expect(bars.every(({ endMinute }, i) => i === 0 || bars[i - 1]!.endMinute < endMinute)).toBe(true)
      expect(bars.reduce((sum, bar) => sum + bar.volume, 0)).toBe(volume)
      expect(prints.reduce((sum, { count }) => sum + count, 0)).toBe(volume)
      expect(bars.at(-1)!.openInterest).toBeLessThanOrEqual(volume)
      expect(bars[0]!.endMinute * 60_000).toBeGreaterThan(open_ms!)
      expect(bars.at(-1)!.endMinute * 60_000).toBeLessThanOrEqual(close_ms!)
    }
  })

  it('has no bar for a minute in which nothing happened', () => {
    for (const { bars } of markets) {
      for (const [i, bar] of bars.entries()) {
        if (i === 0 || bar.volume > 0) continue
        const before = bars[i - 1]!
        expect([bar.bid.close, bar.ask.close]).not.toEqual([before.bid.close, before.ask.close])
      }
    }
  })
})

describe('simulated reports', () => {
  const days = daysOf({ days: 10, seed: 4 })

  it('come at :53 of every hour, with a few specials, from the day before the first', () => {
    expect(days[0]!.day).toBe(parseDay('2023-01-01'))
    for (const { day, reports } of days) {
      const routine = reports.filter(({ report_type }) => report_type === 'routine')
      expect(routine).toHaveLength(24)
      expect(routine.every(({ valid_ms }) => (valid_ms / 60_000) % 60 === 53)).toBe(true)
      expect(routine[0]!.valid_ms).toBe((climateDayStart(day, simville.standardOffset) + 53) * 60_000)
    }
    const specials = days.flatMap(({ reports }) => reports.filter(({ report_type }) => report_type === 'special'))
    expect(specials.length).toBeGreaterThan(10)
  })

  it('are known 5 minutes later and rounded to tenths of a degree C, dew point at most the temperature', () => {
    for (const { valid_ms, known_ms, temp_f, dew_f, humidity_pct, wind_mph } of days.flatMap(
      ({ reports }) => reports,
    )) {
      expect(known_ms - valid_ms).toBe(5 * 60_000)
      const tenths = ((temp_f! - 32) / 1.8) * 10
      expect(Math.abs(tenths - Math.round(tenths))).toBeLessThan(0.06)
      expect(dew_f!).toBeLessThanOrEqual(temp_f!)
      expect(humidity_pct!).toBeGreaterThan(5)
      expect(humidity_pct!).toBeLessThanOrEqual(100)
      expect(wind_mph!).toBeGreaterThanOrEqual(0)
    }
  })

  it('never exceed the official maximum, halves and tenths aside', () => {
    for (const { reports, event } of days.slice(1)) {
      const highest = Math.max(...reports.map(({ temp_f }) => temp_f!))
      expect(highest).toBeLessThan(event!.tmax + 0.6)
    }
  })
})
