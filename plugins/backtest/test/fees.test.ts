import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { kwx } from '../../../test/support/kwx.ts'
import type { FeeAnswer } from '../src/services/quote-fee.ts'

const ask = async (...argv: string[]) => {
  const { stdout } = await kwx('fees', ...argv, '--json')
  return JSON.parse(stdout) as { ok: boolean; result: FeeAnswer; error: { code: string; exit: number } }
}

describe('kwx fees', () => {
  const before = process.env['KWX_CLOCK']
  beforeEach(() => {
    process.env['KWX_CLOCK'] = '2026-11-22T12:00:00Z'
  })
  afterEach(() => {
    if (before === undefined) delete process.env['KWX_CLOCK']
    else process.env['KWX_CLOCK'] = before
    process.exitCode = 0
  })

  it.each([
    ['today, in centicents', [], '1.5925', '1.60'],
    ['a dated series', ['--series', 'KXHIGHMIA', '--at', '2026-08-01'], '1.5925', '1.60'],
    ['the day before the change', ['--series', 'KXHIGHMIA', '--at', '2026-07-06'], '1.60', '1.5925'],
    ['the older series of a city', ['--series', 'HIGHMIA', '--at', '2024-01-01'], '1.60', '1.5925'],
    ['a grain of choice', ['--grain', 'cent'], '1.60', '1.5925'],
    ['a maker', ['--maker'], '0.0000', '0.00'],
  ])('answers %s', async (_, flags, dollars, other) => {
    const { ok, result } = await ask('--price', '0.35', '--count', '100', ...flags)
    expect(ok).toBe(true)
    expect([result.fee_dollars, result.other_grain.fee_dollars]).toEqual([dollars, other])
  })

  it('says which regime it took and what the fee was before rounding', async () => {
    const { result } = await ask('--price', '0.35', '--count', '12.5', '--series', 'KXHIGHMIA', '--at', '2026-06-01')
    expect(result).toMatchObject({
      city: 'miami',
      fee_type: 'quadratic',
      regime: { from: '2021-08-06', until: '2026-07-06' },
      grain: 'cent',
      grain_from: 'regime',
      raw_dollars: '0.1990625',
      fee_dollars: '0.20',
    })
  })

  it.each(['0', '0.00', '1', '1.0', '1.2', '-1', '1e3', '3.5e-1', 'NaN', '', '0,35', '0x1', '.', '9'.repeat(400)])(
    'refuses the price "%s"',
    async (price) => {
      const { ok, error } = await ask(`--price=${price}`, '--count', '100')
      expect([ok, error.code, error.exit]).toEqual([false, 'FEE_PRICE_INVALID', 2])
    },
  )

  it.each(['0.355', '0.355555', '0.001', '0.9999'])('refuses the price %s, off the tick', async (price) => {
    expect((await ask('--price', price, '--count', '100')).error.code).toBe('FEE_PRICE_OFF_TICK')
  })

  it.each(['0', '0.00', '-1', '1e3', 'NaN', '', '0.001', '1.', '9'.repeat(400)])(
    'refuses the count "%s"',
    async (count) => {
      expect((await ask('--price', '0.35', `--count=${count}`)).error.code).toBe('FEE_COUNT_INVALID')
    },
  )

  it('answers for counts beyond any float', async () => {
    const { result } = await ask('--price', '0.35', '--count', '999999999999.99')
    expect(result.raw_dollars).toBe('15924999999.99984075')
    expect(result.fee_dollars).toBe('15924999999.9999')
  })

  it('refuses a series that no city has, with the nearest, and a date that is none', async () => {
    const unknown = await kwx('fees', '--price', '0.35', '--count', '1', '--series', 'KXHIGHMIAA')
    expect(unknown.stderr).toContain('the nearest is "KXHIGHMIA"')
    expect((await ask('--price', '0.35', '--count', '1', '--series', 'NOPE')).error.code).toBe('FEE_SERIES_UNKNOWN')
    expect((await ask('--price', '0.35', '--count', '1', '--at', '2026-02-30')).error.code).toBe('FEE_DATE_INVALID')
    const early = await ask('--price', '0.35', '--count', '1', '--series', 'KXHIGHMIA', '--at', '2001-01-01')
    expect([early.error.code, early.error.exit]).toEqual(['FEE_REGIME_UNKNOWN', 5])
  })
})
