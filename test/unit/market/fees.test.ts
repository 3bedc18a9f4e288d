import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDay } from '../../../src/base/time/index.ts'
import {
  type FeeGrain,
  type FeeSchedule,
  feeCounter,
  feeDollars,
  feeOf,
  feeRegimeOn,
  rawFeeDollars,
  WEATHER_FEES,
} from '../../../src/domain/market/index.ts'

const schedule = (grain: FeeGrain, type = 'quadratic', multiplier = 1): FeeSchedule => ({ type, multiplier, grain })
const fee = (countCenti: number | bigint, cents: number, how: FeeSchedule, maker = false) =>
  feeOf(how, [{ price: cents * 100, countCenti, maker }])

describe('feeOf', () => {
  // Written by golden/fees.py (Python 3.11.7, fractions): all prices, 15 sizes, both grains, three roles.
  it('agrees with exact rationals at every price and a range of sizes', () => {
    const [head, ...lines] = readFileSync(join(import.meta.dirname, 'golden/fees.csv'), 'utf8')
      .trim()
      .split('\n')
    const sizes = head!.split(',').slice(3)
    const type = {
      taker: 'quadratic',
      maker: 'quadratic_with_maker_fees',
      combo_maker: 'quadratic_with_combo_maker_fees',
    }
    const wrong: string[] = []
    for (const line of lines) {
      const [role, grain, cents, ...fees] = line.split(',') as [keyof typeof type, FeeGrain, string, ...string[]]
      const how = schedule(grain, type[role])
      const counter = feeCounter(how, role !== 'taker')
      sizes.forEach((size, k) => {
        const countCenti = Math.round(Number(size) * 100)
        const units = BigInt(fees[k]!) * (grain === 'cent' ? 100n : 1n)
        const exact = fee(countCenti, Number(cents), how, role !== 'taker').fee
        const fast = counter(Number(cents) * 100, countCenti)
        if (exact !== units || BigInt(fast) !== units) wrong.push(`${line}: ${size} is ${exact}, ${fast}`)
      })
    }
    expect(wrong).toEqual([])
    expect(lines).toHaveLength(99 * 6)
  })

  it.each([
    [10000, 35, '1.5925', '1.5925', '1.60', '0.3982'],
    [100, 35, '0.015925', '0.0160', '0.02', '0.0040'],
    [1000, 35, '0.15925', '0.1593', '0.16', '0.0399'],
    [1250, 35, '0.1990625', '0.1991', '0.20', '0.0498'],
    [10000, 50, '1.75', '1.7500', '1.75', '0.4375'],
    [100, 50, '0.0175', '0.0175', '0.02', '0.0044'],
    [10000, 10, '0.63', '0.6300', '0.63', '0.1575'],
    [10000, 25, '1.3125', '1.3125', '1.32', '0.3282'],
    [10000, 5, '0.3325', '0.3325', '0.34', '0.0832'],
    [10000, 1, '0.0693', '0.0693', '0.07', '0.0174'],
    [700, 33, '0.108339', '0.1084', '0.11', '0.0271'],
  ])('charges the published examples: %i hundredths at %i cents', (count, cents, raw, centicent, cent, maker) => {
    const taken = fee(count, cents, schedule('centicent'))
    expect(rawFeeDollars(taken)).toBe(raw)
    expect(feeDollars(taken, 'centicent')).toBe(centicent)
    expect(feeDollars(fee(count, cents, schedule('cent')), 'cent')).toBe(cent)
    expect(feeDollars(fee(count, cents, schedule('centicent', 'quadratic_with_maker_fees'), true), 'centicent')).toBe(
      maker,
    )
    expect(feeDollars(fee(count, cents, schedule('centicent'), true), 'centicent')).toBe('0.0000')
  })

  it('rounds once per order, not per fill', () => {
    const fills = [35, 36, 37].map((cents) => ({ price: cents * 100, countCenti: 100, maker: false }))
    const alone = fills.map((fill) => feeOf(schedule('cent'), [fill]).fee).reduce((a, b) => a + b)
    expect(feeOf(schedule('cent'), fills).fee).toBe(500n)
    expect(alone).toBe(600n)
    expect(feeOf(schedule('cent'), []).fee).toBe(0n)
  })

  it('applies a multiplier exactly', () => {
    expect(rawFeeDollars(fee(10000, 35, schedule('cent', 'quadratic', 0.5)))).toBe('0.79625')
    expect(fee(10000, 35, schedule('cent', 'quadratic', 0)).fee).toBe(0n)
  })

  it.each(['flat', 'cubic', '', 'Quadratic'])('refuses the fee type "%s"', (type) => {
    expect(() => fee(100, 35, schedule('cent', type))).toThrow(expect.objectContaining({ code: 'FEE_TYPE_UNKNOWN' }))
    expect(() => feeCounter(schedule('cent', type), false)).toThrow('no known formula')
  })

  it.each([-1, Number.NaN, 1e-7, Number.POSITIVE_INFINITY])('refuses the multiplier %d', (multiplier) => {
    expect(() => fee(100, 35, schedule('cent', 'quadratic', multiplier))).toThrow(
      expect.objectContaining({ code: 'FEE_MULTIPLIER_INVALID' }),
    )
  })

  it('refuses prices and counts out of range', () => {
    for (const price of [-1, 10_001, 3500.5, Number.NaN]) {
      expect(() => feeOf(schedule('cent'), [{ price, countCenti: 1, maker: false }])).toThrow(RangeError)
    }
    expect(() => fee(-1n, 35, schedule('cent'))).toThrow(RangeError)
  })

  it('never charges less by the cent, less for more, or YES unlike NO', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), fc.bigInt({ min: 0n, max: 10n ** 15n }), (price, countCenti) => {
        const of = (price: number, countCenti: bigint, grain: FeeGrain) =>
          feeOf(schedule(grain), [{ price, countCenti, maker: false }])
        const { fee, raw } = of(price, countCenti, 'centicent')
        expect(of(price, countCenti, 'cent').fee).toBeGreaterThanOrEqual(fee)
        expect(of(price, countCenti + 1n, 'centicent').fee).toBeGreaterThanOrEqual(fee)
        expect(of(10_000 - price, countCenti, 'centicent').fee).toBe(fee)
        expect(fee * 10n ** 17n - raw).toBeGreaterThanOrEqual(0n)
        expect(fee * 10n ** 17n - raw).toBeLessThan(10n ** 17n)
      }),
    )
  })
})

describe('feeCounter', () => {
  it('equals feeOf at every size, also beyond 2^53', () => {
    const types = ['quadratic', 'quadratic_with_maker_fees', 'quadratic_with_combo_maker_fees']
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000 }),
        fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 2 ** 40 })),
        fc.constantFrom(...types),
        fc.constantFrom<FeeGrain>('cent', 'centicent'),
        fc.boolean(),
        fc.constantFrom(1, 0.5, 2, 0, 0.123456),
        (price, countCenti, type, grain, maker, multiplier) => {
          const how = { type, grain, multiplier }
          expect(BigInt(feeCounter(how, maker)(price, countCenti))).toBe(feeOf(how, [{ price, countCenti, maker }]).fee)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('feeRegimeOn', () => {
  it('changes from cents to centicents on 7 July 2026', () => {
    expect(feeRegimeOn(WEATHER_FEES, parseDay('2026-07-06')).grain).toBe('cent')
    expect(feeRegimeOn(WEATHER_FEES, parseDay('2026-07-07')).grain).toBe('centicent')
  })

  it('refuses a day without a regime and a day with two', () => {
    const [first, second] = WEATHER_FEES
    const day = parseDay('2026-07-06')
    expect(() => feeRegimeOn([second!], day, 'KXHIGHMIA')).toThrow('No fee regime of KXHIGHMIA on 2026-07-06')
    expect(() => feeRegimeOn([first!, first!], day)).toThrow(expect.objectContaining({ code: 'FEE_REGIME_UNKNOWN' }))
  })
})
