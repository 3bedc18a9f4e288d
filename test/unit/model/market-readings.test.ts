import { describe, expect, it } from 'vitest'

import { benchmarkProbability } from '../../../src/domain/market/index.ts'
import { marketReadings } from '../../../src/domain/model/index.ts'

const gone = Number.NaN
const rows = {
  last: Float64Array.of(40, gone, 60, gone),
  middle: Float64Array.of(44, 30, gone, gone),
  market: { codes: Int32Array.of(0, 0, 1, 1), values: ['A', 'B'] },
}

describe("the market's readings of a model's rows", () => {
  it('are those of the chosen rows, and say where there is none', () => {
    const read = marketReadings(rows, Int32Array.of(2, 0, 1), 'mid')
    expect([...read.last]).toEqual([0.6, 0.4, gone])
    expect([...read.middle]).toEqual([gone, 0.44, 0.3])
    expect([...read.halfWay]).toEqual([0.6, benchmarkProbability('half-way', 40, 44), 0.3])
  })

  it.each([
    ['last', [0.4, 0.3, 0.6]],
    ['mid', [0.44, 0.3, 0.6]],
    ['half-way', [benchmarkProbability('half-way', 40, 44), 0.3, 0.6]],
  ] as const)("take %s for the market's, the other reading where it is missing", (benchmark, market) => {
    expect([...marketReadings(rows, Int32Array.of(0, 1, 2), benchmark).market]).toEqual(market)
  })

  it.each([
    ['a row without any reading', Int32Array.of(0, 3), 'row 3 (B)'],
    ['a row that the dataset does not have', Int32Array.of(0, 4), 'row 4 (no market)'],
  ])('refuse %s', (_, chosen, named) => {
    expect(() => marketReadings(rows, chosen, 'last')).toThrow(
      expect.objectContaining({ code: 'BENCHMARK_ROWS_DIFFER', message: expect.stringContaining(named) }),
    )
  })
})
