import fc from 'fast-check'
import { ASSUMPTIONS, FILL_RULES } from 'kwx/trading'
import { describe, expect, it } from 'vitest'
import { type Happening, OFFER, type PlayOptions, play } from './play.ts'

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
