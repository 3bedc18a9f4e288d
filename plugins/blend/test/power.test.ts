import { describe, expect, it } from 'vitest'

import { gridFile } from '../src/services/grid-file.ts'
import { walkWindows } from '../src/services/walk-windows.ts'
import { madePilots } from './support/made-pilots.ts'

/** Four cities of 56 test days each; a market that is wrong by `edge`, a model of its own that errs too. */
function trial(seed: number, edge: number) {
  const pilots = madePilots({ seed, pilots: 4, edge, noise: 0.3, rowsPerDay: 2 })
  return gridFile(pilots, walkWindows(pilots, seed), seed, { benchmarks: ['last'], delta: 0.0005 })
}

const SEEDS = Array.from({ length: 6 }, (_, k) => 100 + k)

// The whole question, with markets, datasets and models, is bench/promotion-power.js; this is its last part in small.
describe('the rule for skill', () => {
  it('claims nothing where the market is right, and does no harm', () => {
    const files = SEEDS.map((seed) => trial(seed, 0))
    expect(files.filter(({ skill }) => skill.outcome === 'pass')).toEqual([])
    expect(files.filter(({ weight }) => weight.low! > 0).length).toBeLessThanOrEqual(1)
    expect(files.filter(({ no_harm }) => no_harm.outcome === 'fail').length).toBeLessThanOrEqual(1)
  })

  it('finds a market whose log-odds are too near to 0', () => {
    const files = SEEDS.map((seed) => trial(seed, 0.6))
    const found = files.filter(({ skill, weight }) => skill.outcome === 'pass' && weight.low! > 0)
    expect(found.length).toBeGreaterThanOrEqual(5)
  })
})
