import type { FeeSchedule } from './fee-schedule.ts'
import { feeOf, feeRate } from './fees.ts'

/**
 * Fee of an order that trades at one price, in 1e-4 dollars: `feeOf` in plain integers, for loops.
 *
 * @param price  1e-4 dollars, 0 to 10,000
 * @param countCenti  1e-2 contracts, at least 0: all that the order has traded so far
 * @cost  some nanoseconds; falls back to BigInt where a product would pass 2^53 (half a million contracts)
 */
export type FeeCounter = (price: number, countCenti: number) => number

/**
 * The counter of a schedule and a side of the trade.
 *
 * rate · M / grain is a fraction n / d in lowest terms, so that the fee is ⌈n·C·P·(10⁴ − P) / d⌉ grains. Whole numbers
 * below 2^53 are exact in a double, and so are their remainder and the quotient without it.
 *
 * @throws KwxError as `feeOf`
 */
export function feeCounter(schedule: FeeSchedule, maker: boolean): FeeCounter {
  const grain = schedule.grain === 'cent' ? 100 : 1
  const top = feeRate(schedule, maker)
  if (top === 0n) return () => 0
  const bottom = 10n ** (schedule.grain === 'cent' ? 19n : 17n)
  const common = gcd(top, bottom)
  const [n, d] = [Number(top / common), Number(bottom / common)]
  const fast = Number.isSafeInteger(n) && Number.isSafeInteger(d)
  return (price, countCenti) => {
    const product = n * countCenti * price * (10_000 - price)
    if (!fast || product > Number.MAX_SAFE_INTEGER) return Number(feeOf(schedule, [{ price, countCenti, maker }]).fee)
    const rest = product % d
    return ((product - rest) / d + (rest > 0 ? 1 : 0)) * grain
  }
}

function gcd(a: bigint, b: bigint): bigint {
  while (b > 0n) [a, b] = [b, a % b]
  return a
}
