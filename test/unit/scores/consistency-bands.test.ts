import { randomFrom } from 'kwx/random'
import { consistencyBands, reliabilityBins } from 'kwx/scores'
import { describe, expect, it } from 'vitest'

const rows = (n: number, markets: number) => ({
  market: Int32Array.from({ length: n }, (_, i) => i % markets),
  p: Float64Array.from({ length: n }, (_, i) => ((i * 7919) % 1000) / 1000),
})
const bandsOf = (of: ReturnType<typeof rows>, more = {}) => consistencyBands(of, randomFrom('bands'), more)

describe('consistencyBands', () => {
  it('are what redrawing each row and counting its bin gives', () => {
    const { market, p } = rows(300, 40)
    const draws = 50
    const random = randomFrom('bands')
    const shares = Array.from({ length: 10 }, () => [] as number[])
    for (let draw = 0; draw < draws; draw++) {
      const uniform = Array.from({ length: 40 }, () => random.uniform())
      const y = Array.from(p, (one, i) => Number(uniform[market[i]!]! < one))
      reliabilityBins(y, p).forEach(({ observed }, k) => {
        shares[k]!.push(observed)
      })
    }
    bandsOf({ market, p }, { draws, level: 0.99999 }).forEach(({ low, high }, k) => {
      expect(low).toBeCloseTo(Math.min(...shares[k]!), 3)
      expect(high).toBeCloseTo(Math.max(...shares[k]!), 3)
    })
  })

  it('hold the mean probability of their bin, and are wider for few markets and a higher level', () => {
    const width = (of: ReturnType<typeof bandsOf>) => of.reduce((sum, { low, high }) => sum + high - low, 0)
    const many = rows(5000, 5000)
    bandsOf(many).forEach(({ low, high }, k) => {
      expect(low).toBeLessThan(k / 10 + 0.05)
      expect(high).toBeGreaterThan(k / 10 + 0.05)
    })
    expect(width(bandsOf(rows(5000, 50)))).toBeGreaterThan(3 * width(bandsOf(many)))
    expect(width(bandsOf(many, { level: 0.99 }))).toBeGreaterThan(1.3 * width(bandsOf(many)))
  })

  it('keep nine of ten forecasts that are right', () => {
    const of = rows(2000, 100)
    const band = bandsOf(of)[4]!
    const random = randomFrom('truth')
    let inside = 0
    for (let k = 0; k < 500; k++) {
      const uniform = Array.from({ length: 100 }, () => random.uniform())
      const { observed } = reliabilityBins(
        Array.from(of.p, (p, i) => Number(uniform[of.market[i]!]! < p)),
        of.p,
      )[4]!
      if (observed >= band.low && observed <= band.high) inside++
    }
    expect(inside / 500).toBeGreaterThan(0.85)
    expect(inside / 500).toBeLessThan(0.95)
  })

  it('have no figure in an empty bin, nor without rows', () => {
    const bands = bandsOf({ market: Int32Array.of(1), p: Float64Array.of(0.55) })
    expect(bands.map(({ low }) => Number.isNaN(low))).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      true,
      true,
      true,
      true,
    ])
    expect(bandsOf({ market: new Int32Array(0), p: new Float64Array(0) }).every(({ low }) => Number.isNaN(low))).toBe(
      true,
    )
  })

  it.each([
    [{ market: [1], p: [0.5, 0.5] }, {}, 'SCORE_SHAPE'],
    [{ market: [1], p: [1.5] }, {}, 'SCORE_VALUE'],
    [{ market: [1], p: [0.5] }, { draws: 5 }, 'SCORE_SETTING'],
    [{ market: [1], p: [0.5] }, { level: 1 }, 'SCORE_SETTING'],
  ])('refuse %j with %j', (of, more, code) => {
    expect(() => consistencyBands(of, randomFrom('x'), more)).toThrow(expect.objectContaining({ code }))
  })
})
