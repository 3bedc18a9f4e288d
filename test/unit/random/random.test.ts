import fc from 'fast-check'
import { randomFrom, seedOf } from 'kwx/random'
import { describe, expect, it } from 'vitest'

const draws = (seed: string, n: number) => {
  const random = randomFrom(seed)
  return Array.from({ length: n }, () => random.uniform())
}

describe('randomFrom', () => {
  it('repeats itself for equal seeds and differs for others', () => {
    expect(draws('42/win_1', 50)).toEqual(draws('42/win_1', 50))
    expect(draws('42/win_1', 50)).not.toEqual(draws('42/win_2', 50))
  })

  it('goes on giving what artefacts were made with', () => {
    // Written down from the first version: a change here changes every seeded result.
    expect(draws('kwx', 3)).toEqual([0.03221813581241917, 0.5718302349269021, 0.08502211814163196])
    expect(randomFrom('kwx').shuffled([1, 2, 3, 4, 5, 6, 7, 8])).toEqual([7, 4, 2, 3, 6, 8, 5, 1])
  })

  it('is uniform: means, variance and tenths of 20,000 draws', () => {
    const sample = draws('uniform', 20_000)
    const mean = sample.reduce((a, b) => a + b) / sample.length
    expect(mean).toBeCloseTo(0.5, 2)
    const tenths = new Array<number>(10).fill(0)
    for (const u of sample) tenths[Math.floor(10 * u)]!++
    const chiSquare = tenths.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)
    expect(chiSquare).toBeLessThan(27.9) // 0.1 % point of 9 degrees of freedom
  })

  it('draws standard normals', () => {
    const random = randomFrom('normal')
    const sample = Array.from({ length: 20_000 }, () => random.normal())
    const mean = sample.reduce((a, b) => a + b) / sample.length
    expect(Math.abs(mean)).toBeLessThan(0.03)
    expect(sample.reduce((sum, z) => sum + (z - mean) ** 2, 0) / sample.length).toBeCloseTo(1, 1)
    expect(sample.filter((z) => Math.abs(z) > 1.959964).length / sample.length).toBeCloseTo(0.05, 2)
  })

  it('stays in range for every seed', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 1000 }), (seed, n) => {
        const random = randomFrom(seed)
        const [u, k] = [random.uniform(), random.integer(n)]
        return u >= 0 && u < 1 && Number.isInteger(k) && k >= 0 && k < n
      }),
    )
  })

  it('shuffles without losing anything and leaves the original alone', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.integer()), (seed, items) => {
        const copy = [...items]
        const shuffled = randomFrom(seed).shuffled(items)
        expect(items).toEqual(copy)
        expect([...shuffled].sort()).toEqual([...items].sort())
      }),
    )
  })
})

describe('seedOf', () => {
  it('gives four words of 32 bits', () => {
    for (const word of seedOf('42/win_20250101_20250204')) expect(word >>> 0).toBe(word)
  })
})
