import { ladderFault } from 'kwx/market'
import { parseDay } from 'kwx/time'
import { describe, expect, it } from 'vitest'

import { ladderOf, officialMaximum } from '../src/market/ladder.ts'

const ladder = ladderOf('SIMHIGH', parseDay('2025-02-03'), 40)

describe('ladderOf', () => {
  it('lists four brackets of two degrees between two tails, as the exchange names them', () => {
    expect(ladder.rungs.map(({ ticker, floor_strike, cap_strike }) => [ticker, floor_strike, cap_strike])).toEqual([
      ['SIMHIGH-25FEB03-T36', null, 36],
      ['SIMHIGH-25FEB03-B36.5', 36, 37],
      ['SIMHIGH-25FEB03-B38.5', 38, 39],
      ['SIMHIGH-25FEB03-B40.5', 40, 41],
      ['SIMHIGH-25FEB03-B42.5', 42, 43],
      ['SIMHIGH-25FEB03-T43', 43, null],
    ])
  })

  it('is contiguous and disjoint in whole degrees', () => {
    expect(ladderFault(ladder.rungs)).toBeNull()
    expect(ladderFault(ladderOf('SIMHIGH', 0, -3).rungs)).toBeNull()
  })

  it.each([
    [35.4, 35],
    [35.5, 36],
    [-0.5, 0],
    [-0.6, -1],
  ])('rounds %f to %i degrees, halves up', (max, official) => {
    expect(officialMaximum(max)).toBe(official)
  })
})
