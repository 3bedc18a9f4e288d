import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDay } from '../../../src/base/time/index.ts'
import { eventDayOfTicker, ladderFault, type Strikes, settlesYes } from '../../../src/domain/market/index.ts'

const between = (floor: number, cap: number): Strikes => ({
  strike_type: 'between',
  floor_strike: floor,
  cap_strike: cap,
})
const less = (cap: number): Strikes => ({ strike_type: 'less', floor_strike: null, cap_strike: cap })
const greater = (floor: number): Strikes => ({ strike_type: 'greater', floor_strike: floor, cap_strike: null })
const wins = ({ strike_type, floor_strike, cap_strike }: Strikes, tmax: number) =>
  settlesYes(strike_type, floor_strike, cap_strike, tmax)

/** A whole ladder: low tail, brackets of the given widths, high tail; strict or inclusive tails. */
const ladders = fc
  .record({
    first: fc.integer({ min: -40, max: 110 }),
    widths: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 8 }),
    inclusive: fc.boolean(),
    order: fc.infiniteStream(fc.nat()),
  })
  .map(({ first, widths, inclusive, order }) => {
    const rungs: Strikes[] = [
      inclusive ? { strike_type: 'less_or_equal', floor_strike: null, cap_strike: first - 1 } : less(first),
    ]
    let floor = first
    for (const width of widths) {
      rungs.push(between(floor, floor + width - 1))
      floor += width
    }
    rungs.push(
      inclusive ? { strike_type: 'greater_or_equal', floor_strike: floor, cap_strike: null } : greater(floor - 1),
    )
    return rungs
      .map((rung) => ({ rung, key: order.next().value as number }))
      .sort((a, b) => a.key - b.key)
      .map(({ rung }) => rung)
  })

describe('settlesYes', () => {
  it.each([
    [between(64, 65), 63, false],
    [between(64, 65), 64, true],
    [between(64, 65), 65, true],
    [between(64, 65), 66, false],
    [less(73), 72, true],
    [less(73), 73, false],
    [greater(80), 80, false],
    [greater(80), 81, true],
  ])('%j on %i F is %s', (market, tmax, yes) => {
    expect(wins(market, tmax)).toBe(yes)
  })

  it('refuses a fractional maximum and a missing strike', () => {
    expect(() => wins(between(64, 65), 64.5)).toThrow('whole degrees')
    expect(() => settlesYes('greater', null, 80, 81)).toThrow('floor strike')
  })

  it('pays exactly one market of any ladder for every whole degree', () => {
    fc.assert(
      fc.property(ladders, fc.integer({ min: -80, max: 160 }), (ladder, tmax) => {
        expect(ladder.filter((market) => wins(market, tmax))).toHaveLength(1)
      }),
    )
  })
})

describe('ladderFault', () => {
  it('accepts any exhaustive and disjoint ladder, five brackets and shuffled ones included', () => {
    fc.assert(
      fc.property(ladders, (ladder) => {
        expect(ladderFault(ladder)).toBeNull()
      }),
    )
  })

  it('finds a market that is missing, and one that is there twice', () => {
    fc.assert(
      fc.property(ladders, fc.nat(), (ladder, pick) => {
        const k = pick % ladder.length
        expect(ladderFault(ladder.toSpliced(k, 1))?.kind).toBe('gap')
        expect(ladderFault([...ladder, ladder[k]!])?.kind).toBe('overlap')
      }),
    )
  })

  it('names the degrees', () => {
    expect(ladderFault([less(64), between(64, 65), between(65, 66), greater(66)])?.sentence).toBe('65 F is paid twice')
    expect(ladderFault([less(64), between(66, 67), greater(67)])?.sentence).toBe('64 to 65 F is paid by no market')
    expect(ladderFault([less(64)])?.sentence).toBe('64 F and above is paid by no market')
  })
})

describe('eventDayOfTicker', () => {
  it.each([
    ['KXHIGHCHI-25AUG10-B80.5', '2025-08-10'],
    ['HIGHNY-23DEC25-T40', '2023-12-25'],
    ['KXHIGHMIA-24FEB29', '2024-02-29'],
  ])('%s is %s', (ticker, day) => {
    expect(eventDayOfTicker(ticker)).toBe(parseDay(day))
  })

  it.each(['KXHIGHCHI', 'KXHIGHCHI-25FEB30-T1', 'KXHIGHCHI-25XXX01-T1'])('%s names no day', (ticker) => {
    expect(eventDayOfTicker(ticker)).toBeNull()
  })
})
