import { describe, expect, it } from 'vitest'

import * as f from '../../../src/domain/features/index.ts'
import { ladderView, type Rung } from '../../../src/domain/features/ladder-view.ts'
import { viewOf } from './view.ts'

const set = (features: readonly f.Feature[]) =>
  f.defineFeatureSet({ id: 'some', title: 'some', version: '1', features })
const NaN_ = Number.NaN

describe('featureRows', () => {
  const view = viewOf({
    minutes: [1, 2, 3, 4],
    mid: [50, NaN_, 52, 53],
    bid: [49, 49, NaN_, 52],
    floor: 70,
    cap: 71,
    weather: { temp: [60, 60, 60, NaN_], dew: [NaN_, 40, 40, 40] },
  })
  const rows = f.featureRows(set([f.yesMid, f.yesBid, f.tempNow, f.tempToFloor, f.dewpoint]), view)

  it('leaves out rows without a price or a critical feature and counts them by the first that was missing', () => {
    expect([...rows.endMinute]).toEqual([1, 3])
    expect(rows.dropped).toEqual({ yes_mid: 1, temp_now: 1 })
  })

  it('turns a missing optional feature into 0 with an indicator', () => {
    expect(rows.values.map((column) => [...column])).toEqual([
      [50, 52],
      [49, 0],
      [60, 60],
      [10, 10],
      [0, 40],
    ])
    expect(rows.isNa.map((column) => [...column])).toEqual([
      [0, 1],
      [1, 0],
    ])
  })

  it('names its columns', () => {
    expect(f.designNames(set([f.yesMid, f.yesBid, f.dewpoint]))).toEqual([
      'yes_mid',
      'yes_bid',
      'dewpoint',
      'yes_bid_is_na',
      'dewpoint_is_na',
    ])
  })

  it('computes windows of time before rows are dropped', () => {
    const dropped = viewOf({ minutes: [1, 6], mid: [50, 60], weather: { temp: [NaN_, 60] } })
    const { values } = f.featureRows(set([f.tempNow, f.midChg5m]), dropped)
    expect([...values[1]!]).toEqual([10])
  })
})

describe('checkFeatureSet', () => {
  const named = (name: string) => set([{ ...f.yesBid, name }])

  it.each(['result', 'label', 'settlement_value', 'expiration_value', 'y', 'market_outcome', 'target'])(
    'refuses a planted "%s"',
    (name) => {
      expect(() => f.checkFeatureSet(named(name))).toThrow(
        expect.objectContaining({ code: 'FEATURE_IS_TARGET', exit: 2 }),
      )
    },
  )

  it.each(['market_price', 'Mid', 'yes_mid_is_na', ''])('refuses the name "%s"', (name) => {
    expect(() => f.checkFeatureSet(named(name))).toThrow(
      expect.objectContaining({ code: 'FEATURE_SET_INVALID', exit: 2 }),
    )
  })

  it('refuses a name twice, and a set of nothing', () => {
    expect(() => f.checkFeatureSet(set([f.yesMid, f.yesMid]))).toThrow('yes_mid')
    expect(() => f.checkFeatureSet(set([]))).toThrow('no features')
  })
})

describe('ladderView', () => {
  const rung = (minutes: number[], mid: number[], volume = minutes.map(() => 1)): Rung => ({
    endMinute: Int32Array.from(minutes),
    mid: Float64Array.from(mid),
    volume: Float64Array.from(volume),
  })

  it('carries a neighbour for fifteen minutes, and not past an empty book', () => {
    const own = rung([10, 25, 26], [20, 20, 20])
    expect([...ladderView(own, [own, rung([10], [60])]).count]).toEqual([2, 2, 1])
    expect([...ladderView(own, [own, rung([10, 12], [60, NaN_])]).count]).toEqual([2, 1, 1])
  })

  it('never sees a neighbour before its minute ended', () => {
    const own = rung([10], [20])
    expect([...ladderView(own, [own, rung([11], [60])]).count]).toEqual([1])
  })

  it('ranks and measures', () => {
    const own = rung([10], [20], [3])
    const view = ladderView(own, [own, rung([10], [60], [1]), rung([9], [10], [9])])
    expect([view.mean[0], view.min[0], view.max[0], view.rank[0], view.volume[0]]).toEqual([30, 10, 60, 2 / 3, 4])
    expect(view.std[0]).toBeCloseTo(Math.sqrt((100 + 900 + 400) / 3), 12)
  })
})
