import { EXIT, KwxError } from '../../base/errors.ts'
import { FEE_TYPES, type FeeGrain, type FeeSchedule, type FeeType } from './fee-schedule.ts'

/** Part of an order that traded at one price. */
export interface FeeFill {
  /** 1e-4 dollars, 0 to 10,000; YES or NO, which cost the same. */
  readonly price: number
  /** 1e-2 contracts, at least 0. */
  readonly countCenti: number | bigint
  /** True when the order rested and another one traded against it. */
  readonly maker: boolean
}

/** What an order costs. */
export interface Fee {
  /** Charged: 1e-4 dollars, a multiple of the grain. */
  readonly fee: bigint
  /** Before rounding: units of 1e-21 dollars. */
  readonly raw: bigint
}

/** Rates per dollar of C·P·(1 − P), in units of 1e-5. */
const TAKER = 7000n
const MAKER: Record<FeeType, bigint> = {
  quadratic: 0n,
  quadratic_with_maker_fees: 1750n,
  quadratic_with_combo_maker_fees: 875n,
}
const ONE = 10_000n
/** 1e-5 of a rate · 1e-6 of a multiplier · 1e-2 contracts · 1e-4 · 1e-4 dollars. */
const RAW_PLACES = 21
const GRAIN_IN_RAW: Record<FeeGrain, bigint> = { cent: 10n ** 19n, centicent: 10n ** 17n }
const GRAIN_IN_UNITS: Record<FeeGrain, bigint> = { cent: 100n, centicent: 1n }

/**
 * Fee of one order, exact: Σ over its fills of rate · M · C · P · (1 − P), rounded up to the grain once.
 *
 * The taker's rate is 0.07; the maker's is 0.0175 where the fee type has maker fees, half of that under
 * `quadratic_with_combo_maker_fees`, and 0 under `quadratic`. There is no fee for settlement.
 *
 * @param fills  all fills of the order; none cost nothing
 * @throws KwxError FEE_TYPE_UNKNOWN (exit 2): `flat` is one, for its table was never published in a form that can be read
 * @throws KwxError FEE_MULTIPLIER_INVALID (exit 2) for a negative one or one finer than 1e-6
 * @throws RangeError for a price or count that is no whole number in its range
 * @source Kalshi's fee schedule of 7 July 2026
 */
export function feeOf({ type, multiplier, grain }: FeeSchedule, fills: readonly FeeFill[]): Fee {
  let raw = 0n
  for (const { price, countCenti, maker } of fills) {
    if (!Number.isInteger(price) || price < 0 || price > 10_000) {
      throw new RangeError(`A price is a whole number of 1e-4 dollars from 0 to 10000, not ${price}.`)
    }
    const count = BigInt(countCenti)
    if (count < 0n) throw new RangeError(`A count is at least 0, not ${count}.`)
    raw += feeRate({ type, multiplier, grain }, maker) * count * BigInt(price) * (ONE - BigInt(price))
  }
  const grains = (raw + GRAIN_IN_RAW[grain] - 1n) / GRAIN_IN_RAW[grain]
  return { fee: grains * GRAIN_IN_UNITS[grain], raw }
}

/** Rate times multiplier in units of 1e-11, refused like `feeOf` refuses. */
export function feeRate({ type, multiplier }: FeeSchedule, maker: boolean): bigint {
  if (!(FEE_TYPES as readonly string[]).includes(type)) {
    throw new KwxError(`The fee type "${type}" has no known formula; expected one of ${FEE_TYPES.join(', ')}.`, {
      code: 'FEE_TYPE_UNKNOWN',
      exit: EXIT.usage,
      hint: 'Look it up in the exchange\'s fee schedule, then correct regimes.fee of the city; "kwx cities --json" shows it.',
      details: { type, known: FEE_TYPES },
    })
  }
  return (maker ? MAKER[type as FeeType] : TAKER) * multiplierInMillionths(multiplier)
}

function multiplierInMillionths(multiplier: number): bigint {
  const millionths = Math.round(multiplier * 1e6)
  // Exactly the double nearest to that decimal, so that no digit beyond the sixth is dropped in silence.
  if (multiplier >= 0 && Number.isSafeInteger(millionths) && millionths / 1e6 === multiplier) return BigInt(millionths)
  throw new KwxError(`The fee multiplier ${multiplier} is not a decimal >= 0 of at most 6 places.`, {
    code: 'FEE_MULTIPLIER_INVALID',
    exit: EXIT.usage,
    hint: 'Correct regimes.fee of the city; "kwx cities --json" shows it.',
    details: { multiplier },
  })
}

/** A charged fee as a decimal text with the places of its grain: `1.60` or `1.5925`. */
export const feeDollars = ({ fee }: Pick<Fee, 'fee'>, grain: FeeGrain): string =>
  grain === 'cent' ? decimal(fee / 100n, 2, 2) : decimal(fee, 4, 4)

/** The fee before rounding as a decimal text, every digit of it: `0.1990625`. */
export const rawFeeDollars = ({ raw }: Pick<Fee, 'raw'>): string => decimal(raw, RAW_PLACES, 0)

function decimal(units: bigint, places: number, least: number): string {
  const digits = units.toString().padStart(places + 1, '0')
  const [whole, fraction] = [digits.slice(0, -places), digits.slice(-places)]
  const shown = fraction.replace(/0+$/, '').padEnd(least, '0')
  return shown === '' ? whole : `${whole}.${shown}`
}
