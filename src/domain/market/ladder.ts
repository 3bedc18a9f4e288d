import { type Strikes, yesDegrees } from './settles-yes.ts'

/** What is wrong with a ladder: `overlap` pays two markets for one degree, `gap` pays none. */
interface LadderFault {
  readonly kind: 'overlap' | 'gap'
  readonly sentence: string
}

const degrees = (low: number, high: number) =>
  low === high
    ? `${low} F`
    : low === -Infinity
      ? `${high} F and below`
      : high === Infinity
        ? `${low} F and above`
        : `${low} to ${high} F`

/**
 * The first fault of a ladder, overlaps before gaps, or null when its markets are exhaustive and disjoint in whole
 * degrees. Any number of brackets is allowed: ladders of five exist.
 */
export function ladderFault(markets: readonly Strikes[]): LadderFault | null {
  if (markets.length === 0) return { kind: 'gap', sentence: 'the ladder has no markets' }
  const rungs = markets.map(yesDegrees).sort((a, b) => a.low - b.low || a.high - b.high)
  let gap: LadderFault | null = null
  let covered = Number.NEGATIVE_INFINITY // the highest degree that is paid so far
  let first = true
  for (const { low, high } of rungs) {
    if (low > high) return { kind: 'gap', sentence: `a bracket from ${low} to ${high} F holds no degree` }
    if (!first && low <= covered)
      return { kind: 'overlap', sentence: `${degrees(low, Math.min(high, covered))} is paid twice` }
    const next = first ? Number.NEGATIVE_INFINITY : covered + 1
    if (low > next) gap ??= { kind: 'gap', sentence: `${degrees(next, low - 1)} is paid by no market` }
    covered = high
    first = false
  }
  if (covered < Infinity) gap ??= { kind: 'gap', sentence: `${degrees(covered + 1, Infinity)} is paid by no market` }
  return gap
}
