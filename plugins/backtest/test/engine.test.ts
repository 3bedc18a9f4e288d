import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { ASSUMPTIONS, FILL_RULES } from '../src/engine/assumptions.ts'
import { type Happening, type PlayOptions, play } from './play.ts'

/** A book 40 at 43, a signal of 0.60 and a quote after it: an offer to buy YES rests at 41. */
const OFFER: Happening[] = [
  [0, 'quote', 40, 43],
  [60, 'signal', 0.6],
  [61, 'quote', 40, 43],
]
const filled = (ledger: ReturnType<typeof play>) =>
  ledger.fills.map(({ price, countCenti, side, maker }) => [side === 0 ? 'yes' : 'no', price, countCenti / 100, maker])

describe('a resting order', () => {
  const rows: [string, Happening, Record<(typeof FILL_RULES)[number], number>][] = [
    ['a print beyond it', [70, 'print', 40, 30, 'no'], { through: 30, queue_last: 30, touch: 30 }],
    ['a print at it, inside the spread', [70, 'print', 41, 30, 'no'], { through: 0, queue_last: 30, touch: 30 }],
    ['a print above it', [70, 'print', 42, 30, 'no'], { through: 0, queue_last: 0, touch: 0 }],
    ['a taker of YES at it', [70, 'print', 41, 30, 'yes'], { through: 0, queue_last: 0, touch: 30 }],
    ['a fractional print', [70, 'print', 40, 0.37, 'no'], { through: 0.37, queue_last: 0.37, touch: 0.37 }],
    ['an ask without size below it', [70, 'quote', 38, 39], { through: 0, queue_last: 0, touch: 0 }],
    ['an ask of known size below it', [70, 'quote', 38, 39, 5, 12], { through: 12, queue_last: 12, touch: 12 }],
  ]
  it.each(rows)('meets %s', (_, happening, expected) => {
    for (const rule of FILL_RULES) {
      const sum = play([...OFFER, happening], { rule }).fills.reduce((sum, fill) => sum + fill.countCenti, 0)
      expect([rule, sum / 100]).toEqual([rule, expected[rule]])
    }
  })

  it('waits behind the displayed size when it joins the best bid', () => {
    const joined: Happening[] = [
      [0, 'quote', 42, 43, 50, 50],
      [60, 'signal', 0.6],
      [61, 'quote', 42, 43, 50, 50],
      [70, 'print', 42, 30, 'no'],
      [71, 'print', 42, 30, 'no'],
      [72, 'print', 42, 30, 'no'],
    ]
    expect(filled(play(joined, { rule: 'queue_last' }))).toEqual([
      ['yes', 42, 10, true],
      ['yes', 42, 30, true],
    ])
    expect(filled(play(joined, { rule: 'touch' })).map((row) => row[2])).toEqual([30, 30, 30])
    expect(filled(play(joined, { rule: 'through' }))).toEqual([])
  })

  it('takes a hundred contracts to stand before it where nobody told a size', () => {
    const joined: Happening[] = [
      [0, 'quote', 42, 43],
      [60, 'signal', 0.6],
      [61, 'quote', 42, 43],
      [70, 'print', 42, 99, 'no'],
      [71, 'print', 42, 3, 'no'],
    ]
    expect(filled(play(joined, { rule: 'queue_last' }))).toEqual([['yes', 42, 2, true]])
  })

  it('buys NO where YES is too dear, at a price of its own side', () => {
    const ledger = play([
      [0, 'quote', 57, 60],
      [60, 'signal', 0.4],
      [61, 'quote', 57, 60],
      [70, 'print', 60, 8, 'yes'], // NO at 40, beyond the offer of 41
      [99, 'settle', 0],
    ])
    expect(filled(ledger)).toEqual([['no', 41, 8, true]])
    expect(ledger.marketPnl[0]).toBe(8 * 59 * 100)
  })

  it('is filled in parts, never beyond what it wants', () => {
    const prints = Array.from({ length: 40 }, (_, i): Happening => [70 + i, 'print', 30, 100, 'no'])
    const { fills, orders } = play([...OFFER, ...prints])
    const want = orders[0]!.wantCenti
    expect(fills.length).toBeGreaterThan(3)
    expect(fills.reduce((sum, fill) => sum + fill.countCenti, 0)).toBe(want)
    expect(orders[0]).toMatchObject({ end: 'filled', filledCenti: want })
  })

  it('expires, is cancelled when its edge is gone, and moves with the market', () => {
    expect(play([...OFFER, [61 + 16 * 60, 'print', 30, 5, 'no']]).orders[0]!.end).toBe('expired')
    const gone = play([...OFFER, [120, 'signal', 0.415], [121, 'quote', 40, 43], [122, 'print', 30, 5, 'no']])
    expect([gone.orders[0]!.end, gone.fills]).toEqual(['no-edge', []])
    const moved = play([...OFFER, [120, 'signal', 0.48], [121, 'quote', 44, 47], [122, 'print', 41, 5, 'no']])
    expect(moved.orders.map(({ end, price }) => [end, price])).toEqual(
      [
        ['replaced', 41],
        ['resting', 45],
      ].map(([end, price]) => [end === 'resting' ? 'closed' : end, price]),
    )
    expect(filled(moved)).toEqual([['yes', 45, 5, true]])
  })

  it('can still be hit by the event that would have cancelled it', () => {
    const hit = play([...OFFER, [120, 'signal', 0.1], [121, 'print', 30, 5, 'no'], [130, 'settle', 0]])
    expect(filled(hit)).toEqual([['yes', 41, 5, true]])
  })

  it('pays a maker fee once per order where the series has one', () => {
    const prints: Happening[] = [70, 71, 72].map((at) => [at, 'print', 30, 10, 'no'])
    const { fills } = play([...OFFER, ...prints], { type: 'quadratic_with_maker_fees' })
    // ceil(0.0175 * 30 * 0.41 * 0.59) cents in all; 0.05 + 0.03 + 0.05
    expect(fills.map(({ fee }) => fee)).toEqual([500, 400, 400])
  })
})

describe('crossing', () => {
  const twice = (p: number): Happening[] => [
    [0, 'quote', 40, 43, 80, 70],
    [60, 'signal', p],
    [61, 'quote', 40, 43, 80, 70],
    [120, 'signal', p],
    [121, 'quote', 40, 43, 80, 70],
  ]

  it('happens only after an offer has rested, for the displayed size, with slippage and fee', () => {
    const { fills, orders } = play(twice(0.6))
    expect(filled({ fills } as never)).toEqual([['yes', 44, 70, false]])
    expect(fills[0]!.fee).toBe(12_100) // ceil(0.07 * 70 * 0.44 * 0.56 = 1.2074) cents
    expect(orders.map(({ end }) => end)).toEqual(['crossed-instead', 'partly'])
  })

  it('does not happen when fee and slippage eat the edge', () => {
    expect(play(twice(0.46)).fills).toEqual([]) // 46 - 44 - 1.73 < 1
    expect(play(twice(0.47)).fills).toHaveLength(1) // 47 - 44 - 1.73 > 1
    expect(play(twice(0.46), { limits: { slip_per_leg_cents: 0 } }).fills).toHaveLength(1)
  })

  it('takes no more than the last print where no size is displayed, and nothing before any print', () => {
    const blind: Happening[] = twice(0.6).map((one) => (one[1] === 'quote' ? [one[0], 'quote', 40, 43] : one))
    expect(play(blind).fills).toEqual([])
    expect(filled(play([[1, 'print', 43, 7, 'yes'], ...blind]))).toEqual([['yes', 44, 7, false]])
    expect(filled(play([[1, 'print', 43, 7000, 'yes'], ...blind]))).toEqual([['yes', 44, 100, false]])
  })
})

describe('a signal', () => {
  it('is not acted on in its own candle: a planted same-candle edge vanishes', () => {
    // Every even minute the ask falls to 20 for that candle only, and the signal, made from it, says 0.5.
    const planted: Happening[] = []
    for (let minute = 1; minute < 400; minute++) {
      const dip = minute % 2 === 0
      planted.push([60 * minute - 30, 'print', dip ? 20 : 50, 50, 'yes'])
      planted.push([60 * minute, 'quote', dip ? 19 : 49, dip ? 20 : 51, 500, 500])
      if (dip) planted.push([60 * minute, 'signal', 0.5])
    }
    const ledger = play([...planted, [86_400, 'settle', 1]], { rule: 'touch' })
    expect(ledger.fills).toEqual([])
    // The same edge, when it outlasts its candle, is traded.
    const lasting = planted.map((one): Happening => (one[1] === 'quote' ? [one[0], 'quote', 19, 20, 500, 500] : one))
    expect(play([...lasting, [86_400, 'settle', 1]], { rule: 'touch' }).fills.length).toBeGreaterThan(0)
  })

  it('crosses no implied price of its own candle either', () => {
    const tape: Happening[] = [
      [0, 'print', 18, 5, 'no'],
      [30, 'print', 20, 5, 'yes'],
      [60, 'signal', 0.5],
      [61, 'print', 18, 5, 'no'],
      [90, 'print', 20, 5, 'yes'],
      [120, 'signal', 0.5],
    ]
    const takers = (next: Happening) => play([...tape, next], { impliedBook: true }).fills.filter(({ maker }) => !maker)
    expect(takers([121, 'print', 18, 5, 'no'])).toEqual([]) // the ask of 20 is older than the signal
    expect(takers([121, 'print', 20, 5, 'yes'])).toHaveLength(1)
  })

  it('acts on the next event of its market only, even if that is of the same second', () => {
    expect(
      play([
        [0, 'quote', 40, 43],
        [60, 'signal', 0.6],
        [60, 'quote', 40, 43],
      ]).orders,
    ).toEqual([])
    expect(
      play([
        [0, 'quote', 40, 43],
        [60, 'signal', 0.6],
        [60.001, 'quote', 40, 43],
      ]).orders,
    ).toHaveLength(1)
  })

  it('comes later under latency', () => {
    const late = play([...OFFER, [70, 'print', 40, 30, 'no'], [200, 'quote', 40, 43]], { delayMs: 60_000 })
    expect(late.fills).toEqual([])
    expect(late.orders[0]!.timeMs).toBe(200_000)
  })

  const outcomes: [string, Happening[], PlayOptions][] = [
    [
      'empty_book',
      [
        [0, 'quote', 0, 100],
        [60, 'signal', 0.6],
        [61, 'quote', 0, 100],
      ],
      {},
    ],
    [
      'one_sided_book',
      [
        [60, 'signal', 0.6],
        [61, 'quote', 0, 43],
      ],
      {},
    ],
    [
      'one_sided_book',
      [
        [60, 'signal', 0.6],
        [61, 'print', 43, 5, 'yes'],
      ],
      { impliedBook: true },
    ],
    [
      'empty_book',
      [
        [60, 'signal', 0.6],
        [61, 'quote', 45, 43],
      ],
      {},
    ],
    [
      'wide_spread',
      [
        [60, 'signal', 0.6],
        [61, 'quote', 40, 44],
      ],
      {},
    ],
    [
      'stale_book',
      [
        [0, 'print', 40, 5, 'no'],
        [1200, 'signal', 0.6],
        [1201, 'print', 43, 5, 'yes'],
      ],
      { impliedBook: true },
    ],
    [
      'no_edge',
      [
        [60, 'signal', 0.415],
        [61, 'quote', 40, 43],
      ],
      {},
    ],
    ['signal_expired', [[60, 'signal', 0.6]], {}],
    [
      'signal_expired',
      [
        [60, 'signal', 0.6],
        [600, 'quote', 40, 43],
      ],
      {},
    ],
    [
      'market_closed',
      [
        [0, 'quote', 40, 43],
        [50, 'close'],
        [60, 'signal', 0.6],
        [61, 'quote', 40, 43],
      ],
      {},
    ],
    [
      'too_small',
      [
        [60, 'signal', 0.6],
        [61, 'quote', 40, 43],
      ],
      { limits: { kelly_alpha: 1e-9 } },
    ],
  ]
  it.each(outcomes)('ends as %s', (name, happenings, options) => {
    const { signals, orders } = play(happenings, options)
    expect(orders).toEqual([])
    expect(signals).toMatchObject({ [name]: 1 })
    expect(Object.values(signals).reduce((a, b) => a + b)).toBe(1)
  })

  it('counts a crossed quote', () => expect(play([[61, 'quote', 45, 43]]).crossedQuotes).toBe(1))

  it('with a negative edge on both sides trades nothing', () => {
    expect(
      play([
        [0, 'quote', 40, 43],
        [60, 'signal', 0.415],
        [61, 'quote', 40, 43],
        [70, 'print', 1, 5, 'no'],
      ]).fills,
    ).toEqual([])
  })
})

describe('a position', () => {
  const held: Happening[] = [...OFFER, [70, 'print', 40, 30, 'no']]

  it('is sold when a sale pays more than it is expected to, after costs', () => {
    const ledger = play([...held, [120, 'signal', 0.5], [121, 'quote', 55, 58, 20, 20], [180, 'settle', 1]])
    const [, sale] = ledger.fills
    // 55 - 1 of slippage - 1.74 of fee = 52.26 > 50 + 0.5
    expect(sale).toMatchObject({ opens: false, maker: false, price: 54, countCenti: 2000, fee: 3500 })
    expect(ledger.marketPnl[0]).toBe(-30 * 41 * 100 + 20 * 54 * 100 - 3500 + 10 * 100 * 100)
  })

  it('is held to its settlement otherwise', () => {
    const ledger = play([...held, [120, 'signal', 0.52], [121, 'quote', 55, 58, 20, 20], [180, 'settle', 0]])
    expect(ledger.fills).toHaveLength(1)
    expect(ledger.marketPnl[0]).toBe(-30 * 41 * 100)
  })

  it('is judged at its settlement, not half an hour after the fill', () => {
    const risen: Happening[] = [...held, [1900, 'quote', 70, 72], [90_000, 'settle', 0]]
    const fallen: Happening[] = [...held, [1900, 'quote', 10, 12], [90_000, 'settle', 1]]
    expect(play(risen).marketPnl[0]).toBeLessThan(0)
    expect(play(fallen).marketPnl[0]).toBeGreaterThan(0)
  })

  it.each([
    [-1, 'unsettled', 'contradictory'],
    [-2, 'contradictory', 'unsettled'],
  ] as const)('in a market that settles on %i is %s: left open at its cost', (pays, name, other) => {
    const ledger = play([...held, [180, 'settle', pays]])
    expect([ledger[name], ledger[other]]).toEqual([1, 0])
    expect(ledger.marketPnl[0]).toBe(0)
    expect(ledger.openCenti[0]).toBe(3000)
    expect(ledger.equity).toBe(ASSUMPTIONS.bankroll)
  })

  it('locks its cash until the settlement', () => {
    const whole: PlayOptions = { event: [0, 1], limits: { kelly_alpha: 1, max_bankroll_pct_city_day_side: 1 } }
    const first: Happening[] = [
      [0, 'quote', 40, 43],
      [60, 'signal', 0.999],
      [61, 'quote', 40, 43],
      [70, 'print', 1, 1e6, 'no'],
    ]
    const second: Happening[] = [
      [120, 'signal', 0.999, 1],
      [121, 'quote', 40, 43, undefined, undefined, 1],
    ]
    const before = play([...first, ...second, [200, 'settle', 1]], whole)
    const after = play([...first, [100, 'settle', 1], ...second], whole)
    expect(before.orders[1]!.wantCenti).toBeLessThan(0.1 * before.orders[0]!.wantCenti)
    expect(after.orders[1]!.wantCenti).toBeGreaterThan(before.orders[0]!.wantCenti)
  })

  it('stays below the cap of its city, day and side over all markets of the event', () => {
    const happenings: Happening[] = [0, 1, 2].flatMap((m): Happening[] => [
      [60 + m, 'signal', 0.95, m],
      [61 + m, 'quote', 40, 43, undefined, undefined, m],
      [70 + m, 'print', 1, 1e6, 'no', m],
    ])
    const cost = (event: number[]) =>
      play(happenings, { event, limits: { kelly_alpha: 1 } }).fills.reduce(
        (sum, fill) => sum + fill.price * fill.countCenti,
        0,
      )
    expect(cost([0, 0, 0])).toBeLessThanOrEqual(0.1 * ASSUMPTIONS.bankroll)
    expect(cost([0, 1, 2])).toBeGreaterThan(0.27 * ASSUMPTIONS.bankroll)
  })
})

describe('simulate', () => {
  const random = fc.array(
    fc.record({
      gap: fc.integer({ min: 0, max: 90 }),
      market: fc.integer({ min: 0, max: 2 }),
      what: fc.constantFrom('print', 'print', 'quote', 'signal'),
      cents: fc.integer({ min: 1, max: 98 }),
      wide: fc.integer({ min: 1, max: 4 }),
      count: fc.integer({ min: 1, max: 5000 }),
      taker: fc.constantFrom('yes' as const, 'no' as const, 'unknown' as const),
      p: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
    }),
    { maxLength: 120 },
  )

  it('neither makes nor loses money: cash moves only by fills, fees and settlements', () => {
    fc.assert(
      fc.property(
        random,
        fc.constantFrom(...FILL_RULES),
        fc.tuple(...[0, 1, 2].map(() => fc.constantFrom(1, 0, -1))),
        (rows, rule, pays) => {
          let at = 0
          const tape = rows.map(({ gap, market, what, cents, wide, count, taker, p }): Happening => {
            at += gap
            if (what === 'print') return [at, 'print', cents, count / 100, taker, market]
            if (what === 'quote') return [at, 'quote', cents, Math.min(99, cents + wide), count % 7, count % 11, market]
            return [at, 'signal', p, market]
          })
          const settled = pays.map((pay, market): Happening => [at + 1, 'settle', pay as 0 | 1 | -1, market])
          const ledger = play([...tape, ...settled], { rule, event: [0, 0, 1], type: 'quadratic_with_maker_fees' })
          const pnl = [0, 0, 0]
          for (const { market, side, opens, price, countCenti, fee } of ledger.fills) {
            const won = pays[market] === -1 ? null : pays[market] === (side === 0 ? 1 : 0)
            if (opens) pnl[market]! += (won === null ? 0 : won ? 100 : 0) * countCenti - price * countCenti
            else pnl[market]! += price * countCenti - (won === null ? 0 : won ? 100 : 0) * countCenti
            pnl[market]! -= fee
            expect(price).toBeGreaterThanOrEqual(1)
            expect(price).toBeLessThanOrEqual(99)
            expect(countCenti).toBeGreaterThan(0)
          }
          const paid = [0, 1, 2].filter((market) => pays[market] !== -1)
          for (const market of paid) expect(ledger.marketPnl[market]).toBe(pnl[market])
          expect(ledger.equity).toBe(ASSUMPTIONS.bankroll + ledger.marketPnl.reduce((a, b) => a + b))
          for (const order of ledger.orders) expect(order.filledCenti).toBeLessThanOrEqual(order.wantCenti)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('fills a first offer least by trade-through and most by touch', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 36, max: 44 }), fc.integer({ min: 1, max: 40 }), fc.boolean()), {
          maxLength: 30,
        }),
        (prints) => {
          const tape: Happening[] = [
            ...OFFER,
            ...prints.map(([cents, count, yes], i): Happening => [62 + i, 'print', cents, count, yes ? 'yes' : 'no']),
          ]
          const sum = FILL_RULES.map((rule) =>
            play(tape, { rule }).fills.reduce((sum, fill) => sum + fill.countCenti, 0),
          )
          expect(sum[0]).toBeLessThanOrEqual(sum[1]!)
          expect(sum[1]).toBeLessThanOrEqual(sum[2]!)
        },
      ),
    )
  })
})
