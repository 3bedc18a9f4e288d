import { FILL_RULES } from 'kwx/trading'
import { describe, expect, it } from 'vitest'
import { type Happening, OFFER, type PlayOptions, play } from './play.ts'

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
