import { ASSUMPTIONS } from 'kwx/trading'
import { describe, expect, it } from 'vitest'
import { adverseSelection } from '../src/metrics/adverse-selection.ts'
import { actedOn, type Judgement, judgeRun } from '../src/metrics/band.ts'
import { drawdowns, equityCurve } from '../src/metrics/drawdown.ts'
import { openingOrders } from '../src/metrics/opening-orders.ts'
import { consistentBins } from '../src/metrics/reliability.ts'
import { type Happening, play } from './play.ts'

const about = (over: Partial<Judgement> = {}): Judgement => ({
  firstDay: 0,
  lastDay: 9,
  marketDay: Int32Array.of(3),
  label: Int8Array.of(1),
  signalP: Float64Array.of(0.6, 0.6),
  hourOf: (timeMs) => Math.floor(timeMs / 3_600_000) % 24,
  distanceOf: () => 'inside',
  distances: ['inside'],
  seed: 1,
  ...over,
})

/** Thirty contracts of YES bought at 41. */
const BOUGHT: Happening[] = [
  [0, 'quote', 40, 43],
  [60, 'signal', 0.6],
  [61, 'quote', 40, 43],
  [70, 'print', 40, 30, 'no'],
]

describe('drawdowns', () => {
  it('are measured from the highest equity before, the bankroll first', () => {
    const equity = equityCurve(100, [-10, 30, -60, 90])
    expect([...equity]).toEqual([90, 120, 60, 150])
    expect([...drawdowns(100, equity)]).toEqual([0.1, 0, 0.5, 0])
  })
})

describe('judgeRun', () => {
  it('counts every calendar day and judges at the settlement', () => {
    const { band, daily } = judgeRun(play([...BOUGHT, [90_000, 'settle', 1]]), about())
    expect(band.days).toEqual({ all: 10, traded: 1, idle: 9 })
    expect(daily[3]).toBe(30 * 59 * 100)
    expect(band.metrics).toMatchObject({
      total_pnl_cents: 1770,
      gross_pnl_cents: 1770,
      total_fees_cents: 0,
      n_trades: 1,
    })
    expect(band.metrics.sharpe).toBeCloseTo(Math.sqrt(365) / 3, 9)
    expect(band.metrics.ece).toBeCloseTo(0.4, 12)
    expect(band.fill_rate).toBeCloseTo(3000 / 78_000, 1)
    const longer = judgeRun(play([...BOUGHT, [90_000, 'settle', 1]]), about({ lastDay: 30 }))
    expect(longer.band.metrics.sharpe!).toBeLessThan(band.metrics.sharpe!)
  })

  it('resamples fees with their days and says why the upper end of the fee ratio is not there', () => {
    // One day that traded of ten: a third of the resamples lack it, and have no profit to pay fees from.
    const { band } = judgeRun(play([...BOUGHT, [90_000, 'settle', 1]]), about())
    expect([band.metrics.fee_ratio, band.fee_ratio_interval]).toEqual([0, { low: 0, high: null }])
    expect(band.reasons['fee_ratio_high']).toContain('no profit before fees')
    expect(band.max_drawdown_interval).toEqual({ low: 0, high: 0 })
    expect(band.sharpe_interval).toMatchObject({ low: 0, draws: 2000, level: 0.95, days: 10 })
  })

  it('says of a run without trades why nothing can be said', () => {
    const { band } = judgeRun(play([]), about())
    expect(band.metrics).toMatchObject({ sharpe: null, max_drawdown: null, ece: null, fee_ratio: null, n_trades: 0 })
    expect(Object.keys(band.reasons).sort()).toEqual(['ece', 'fee_ratio', 'max_drawdown', 'sharpe'])
    expect(JSON.stringify(band)).not.toContain('NaN')
  })

  it('has no fee ratio for a loss, and no trust in positions that were never paid', () => {
    const lost = judgeRun(play([...BOUGHT, [90_000, 'settle', 0]]), about({ label: Int8Array.of(0) }))
    expect([lost.band.metrics.fee_ratio, lost.band.reasons['fee_ratio']]).toEqual([
      null,
      expect.stringContaining('profit'),
    ])
    const open = judgeRun(play([...BOUGHT, [90_000, 'settle', -1]]), about({ label: Int8Array.of(-1) }))
    expect(open.band).toMatchObject({ unsettled: 1, metrics: { ece: null, total_pnl_cents: 0, n_trades: 1 } })
  })
})

describe('the calibration of what was acted on', () => {
  it('fails a model that is overconfident where it is acted on, however fair the rest is', () => {
    // Signals of 0.9 that are wrong half the time are traded; fair ones of 0.415 beside them are not.
    const happenings: Happening[] = []
    const label = Int8Array.from({ length: 40 }, (_, m) => m % 2)
    for (let m = 0; m < 40; m++) {
      happenings.push(
        [30, 'signal', 0.415, m],
        [31, 'quote', 40, 43, undefined, undefined, m],
        [60, 'signal', 0.9, m],
        [61, 'quote', 40, 43, undefined, undefined, m],
        [70, 'print', 30, 5, 'no', m],
      )
    }
    const ledger = play(happenings, { event: Array.from({ length: 40 }, (_, m) => m), limits: { kelly_alpha: 0.02 } })
    const judgement = about({
      label,
      marketDay: Int32Array.from(label, (_, m) => m % 10),
      signalP: Float64Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? 0.415 : 0.9)),
    })
    const acted = actedOn(openingOrders(ledger, label), judgement)
    expect(acted.p).toHaveLength(40)
    expect(judgeRun(ledger, judgement).band.metrics.ece).toBeCloseTo(0.4, 9)
  })
})

describe('adverseSelection', () => {
  it('compares what was filled with what was left', () => {
    const judged = openingOrders(play([...BOUGHT, [90_000, 'settle', 0]]), Int8Array.of(0))
    const [all] = adverseSelection(judged, () => 'all', ['none', 'all'])
    expect(all).toMatchObject({ group: 'all', orders: 1, filled: 30, realised_edge: -41, unfilled_edge: -41 })
    expect(all!.claimed_edge).toBeCloseTo(19, 9)
    expect(all!.wanted).toBeGreaterThan(700)
  })
})

describe('consistentBins', () => {
  it('holds a calibrated forecast and not a wrong one, and is wider for few markets', () => {
    const rows = 2000
    const p = Float64Array.from({ length: rows }, (_, i) => (i % 10) / 10 + 0.05)
    const y = Uint8Array.from({ length: rows }, (_, i) => (((i * 7919) % rows) / rows < p[i]! ? 1 : 0))
    const each = Int32Array.from({ length: rows }, (_, i) => i)
    const few = Int32Array.from({ length: rows }, (_, i) => i % 50)
    const inside = (bins: ReturnType<typeof consistentBins>) =>
      bins.filter(({ observed, expectedLow, expectedHigh }) => observed >= expectedLow && observed <= expectedHigh)
        .length
    const own = consistentBins(y, p, each, 1)
    expect(inside(own)).toBeGreaterThanOrEqual(8)
    expect(
      inside(
        consistentBins(
          y,
          p.map((one) => 1 - one),
          each,
          1,
        ),
      ),
    ).toBeLessThanOrEqual(2)
    const width = (bins: typeof own) =>
      bins.reduce((sum, { expectedLow, expectedHigh }) => sum + expectedHigh - expectedLow, 0)
    expect(width(consistentBins(y, p, few, 1))).toBeGreaterThan(2 * width(own))
  })
})

describe('the bankroll', () => {
  it('is ten thousand dollars', () => expect(ASSUMPTIONS.bankroll).toBe(10_000 * 10_000))
})
