import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { candleOf } from '../../../src/data/clients/kalshi/candles.ts'
import { marketOf } from '../../../src/data/clients/kalshi/market.ts'
import { strikesOfRules } from '../../../src/data/clients/kalshi/strikes.ts'
import { newestFirst, tapeOf } from '../../../src/data/clients/kalshi/trades.ts'

const market = {
  ticker: 'KXHIGHMIA-25FEB01-B83.5',
  event_ticker: 'KXHIGHMIA-25FEB01',
  strike_type: 'between',
  floor_strike: 83,
  cap_strike: 84,
  open_time: '2025-01-31T15:00:00Z',
  close_time: '2025-02-02T04:59:00Z',
  status: 'finalized',
  result: 'yes',
  expiration_value: '84.00',
  volume_fp: '11.77',
}

describe('marketOf', () => {
  it('reads strikes, times, volume and settlement', () => {
    expect(marketOf(market, 'live')).toEqual({
      ticker: 'KXHIGHMIA-25FEB01-B83.5',
      eventTicker: 'KXHIGHMIA-25FEB01',
      strikeType: 'between',
      floorStrike: 83,
      capStrike: 84,
      openMs: Date.UTC(2025, 0, 31, 15),
      closeMs: Date.UTC(2025, 1, 2, 4, 59),
      status: 'finalized',
      result: 'yes',
      expirationValue: 84,
      volumeCenti: 1177,
      settledMs: null,
      tier: 'live',
    })
  })

  it('reads a blank result and a blank or wordy settlement value as none', () => {
    expect(marketOf({ ...market, result: '', expiration_value: '' }, 'live')).toMatchObject({
      result: null,
      expirationValue: null,
    })
    expect(marketOf({ ...market, expiration_value: '84 degrees' }, 'live').expirationValue).toBeNull()
  })

  it('takes the sides that the strike type has, whatever else is there', () => {
    const tail = { ...market, strike_type: 'greater', floor_strike: 86, cap_strike: null }
    expect(marketOf(tail, 'historical')).toMatchObject({ strikeType: 'greater', floorStrike: 86, capStrike: null })
    const { cap_strike: _, ...live } = tail
    expect(marketOf(live, 'live')).toMatchObject({ floorStrike: 86, capStrike: null })
  })

  it.each([
    ['status', undefined, /"status" of market KXHIGHMIA-25FEB01-B83.5 is nothing; expected text/],
    ['volume_fp', 12, /"volume_fp" .* is 12; expected a count/],
    ['floor_strike', null, /"floor_strike" .* is null; expected whole degrees/],
    ['close_time', '2025-02-02 04:59', /expected an instant/],
    ['result', 'scalar', /"result" .* is "scalar"/],
    ['strike_type', 'custom', /has the strike type "custom"/],
  ])('refuses a market whose %s is %j', (name, value, message) => {
    expect(() => marketOf({ ...market, [name]: value }, 'live')).toThrow(message)
  })

  it('reads the strikes of an old market from its rules', () => {
    const old = { ...market, strike_type: null, floor_strike: null, cap_strike: null }
    const rules =
      'If the highest temperature in Central Park on August 6, 2021 is strictly greater than 86°F, then Yes.'
    expect(marketOf({ ...old, rules_primary: rules }, 'historical')).toMatchObject({
      strikeType: 'greater',
      floorStrike: 86,
    })
    expect(() => marketOf({ ...old, rules_primary: 'If it is hot, then Yes.' }, 'historical')).toThrow(/no strike/)
  })
})

describe('strikesOfRules', () => {
  it.each([
    ['is strictly greater than 86°F', 'greater', 86, null],
    ['is greater than 86°', 'greater', 86, null],
    ['is strictly less than 75°F', 'less', null, 75],
    ['is between 79-80° fahrenheit', 'between', 79, 80],
    ['is between 79° to 80°', 'between', 79, 80],
    ['is between 79° and 80°F', 'between', 79, 80],
    ['is between -3--2°', 'between', -3, -2],
    ['is less than -4°', 'less', null, -4],
    ['is greater than or equal to 90°', 'greater_or_equal', 90, null],
  ])('reads "%s"', (rules, strikeType, floorStrike, capStrike) => {
    expect(strikesOfRules(rules, 'a market')).toEqual({ strikeType, floorStrike, capStrike })
  })

  it('returns strikes or throws KALSHI_STRIKE, whatever it reads', () => {
    fc.assert(
      fc.property(fc.string(), (rules) => {
        try {
          strikesOfRules(rules, 'a market')
        } catch (error) {
          expect(error).toMatchObject({ code: 'KALSHI_STRIKE' })
        }
      }),
    )
  })
})

const legs = (o: string, h: string, l: string, c: string, suffix: string) => ({
  [`open${suffix}`]: o,
  [`high${suffix}`]: h,
  [`low${suffix}`]: l,
  [`close${suffix}`]: c,
})

describe('candleOf', () => {
  it('reads both tiers alike, with the empty sides of the book as null', () => {
    const live = {
      end_period_ts: 1788188400,
      price: { ...legs('0.0200', '0.0200', '0.0100', '0.0100', '_dollars'), previous_dollars: '0.0100' },
      yes_bid: legs('0.0100', '0.0200', '0.0000', '0.0000', '_dollars'),
      yes_ask: legs('1.0000', '1.0000', '0.0100', '0.0100', '_dollars'),
      volume_fp: '1524.50',
      open_interest_fp: '1524.00',
    }
    const historical = {
      end_period_ts: 1788188400,
      price: { ...legs('0.0200', '0.0200', '0.0100', '0.0100', ''), previous: null },
      yes_bid: legs('0.0100', '0.0200', '0.0000', '0.0000', ''),
      yes_ask: legs('1.0000', '1.0000', '0.0100', '0.0100', ''),
      volume: '1524.50',
      open_interest: '1524.00',
    }
    const expected = {
      endMinute: 1788188400 / 60,
      price: { open: 200, high: 200, low: 100, close: 100 },
      bid: { open: 100, high: 200, low: null, close: null },
      ask: { open: null, high: null, low: 100, close: 100 },
      volumeCenti: 152450,
      openInterestCenti: 152400,
    }
    expect(candleOf(live, 'live', 'T')).toEqual(expected)
    expect(candleOf(historical, 'historical', 'T')).toEqual(expected)
  })

  it.each([
    ['live', {}],
    ['live', { previous_dollars: '0.0100' }],
    ['historical', legs(null as never, null as never, null as never, null as never, '')],
  ] as const)('reads a candle without a trade (%s) as no price', (tier, price) => {
    const suffix = tier === 'live' ? '_dollars' : ''
    const quotes = legs('0.2000', '0.2000', '0.2000', '0.2000', suffix)
    const counts =
      tier === 'live' ? { volume_fp: '0.00', open_interest_fp: '0.00' } : { volume: '0.00', open_interest: '0.00' }
    const candle = candleOf({ end_period_ts: 60, price, yes_bid: quotes, yes_ask: quotes, ...counts }, tier, 'T')
    expect(candle.price).toEqual({ open: null, high: null, low: null, close: null })
    expect(candle.bid.close).toBe(2000)
  })

  it('refuses a candle of the other tier instead of reading zeros', () => {
    const quotes = legs('0.2000', '0.2000', '0.2000', '0.2000', '')
    const candle = {
      end_period_ts: 60,
      price: {},
      yes_bid: quotes,
      yes_ask: quotes,
      volume: '0.00',
      open_interest: '0.00',
    }
    expect(() => candleOf(candle, 'live', 'T')).toThrow(/"open_dollars" .* is nothing/)
  })
})

const print = (id: number, ms: number) => ({
  trade_id: `t${id}`,
  ticker: 'T',
  count_fp: '1.00',
  yes_price_dollars: '0.4000',
  taker_outcome_side: 'yes',
  created_time: new Date(ms).toISOString(),
})

describe('tapeOf', () => {
  it('turns newest first around and keeps twins: equal prints with different ids', () => {
    const rows = [print(4, 2000), print(3, 1000), print(2, 1000), print(1, 1000)]
    const tape = tapeOf(rows, 'T')
    expect(tape.trades.map(({ tradeId }) => tradeId)).toEqual(['t1', 't2', 't3', 't4'])
    expect(tape).toMatchObject({ countCenti: 400, repeated: 0 })
  })

  it('drops only what has come before under its id', () => {
    const rows = [print(2, 2000), print(2, 2000), print(1, 1000)]
    expect(tapeOf(rows, 'T')).toMatchObject({ countCenti: 200, repeated: 1 })
  })

  it('brings shuffled rows into the order of time', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(Array.from({ length: 20 }, (_, k) => k)), (ids) => {
        const rows = ids.map((id) => print(id, id * 1000))
        expect(tapeOf(rows, 'T').trades.map(({ tsMs }) => tsMs)).toEqual(
          ids.map((id) => id * 1000).sort((a, b) => a - b),
        )
      }),
    )
  })

  it('refuses prints of another market, which a service that ignores the filter would send', () => {
    expect(() => tapeOf([{ ...print(1, 0), ticker: 'OTHER' }], 'T')).toThrow(/"ticker" .* is "OTHER"; expected "T"/)
  })
})

describe('newestFirst', () => {
  it('accepts ties and refuses a print that is newer than the one before it', () => {
    expect(newestFirst([print(1, 2), print(2, 2), print(3, 1)])).toBe(true)
    expect(newestFirst([print(1, 1), print(2, 2)])).toBe(false)
  })
})
