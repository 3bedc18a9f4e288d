/** The exchange's kinds of bracket. The database's type is the same; this module knows no database. */
export type StrikeType = 'between' | 'greater' | 'less' | 'greater_or_equal' | 'less_or_equal'

/** The strikes of one market, whole degrees F; null where the bracket has no such side. */
export interface Strikes {
  readonly strike_type: StrikeType
  readonly floor_strike: number | null
  readonly cap_strike: number | null
}

/**
 * The whole degrees F for which a market settles YES, both ends included; -Infinity or Infinity for an open side.
 *
 * `between` holds both its strikes, `less` stops one below its cap, `greater` starts one above its floor.
 *
 * @throws RangeError when the side that the strike type needs is missing
 */
export function yesDegrees({ strike_type, floor_strike, cap_strike }: Strikes): { low: number; high: number } {
  const side = (value: number | null, name: string) => {
    if (value === null || !Number.isFinite(value))
      throw new RangeError(`A ${strike_type} market needs a ${name} strike.`)
    return value
  }
  switch (strike_type) {
    case 'between':
      return { low: side(floor_strike, 'floor'), high: side(cap_strike, 'cap') }
    case 'less':
      return { low: Number.NEGATIVE_INFINITY, high: side(cap_strike, 'cap') - 1 }
    case 'less_or_equal':
      return { low: Number.NEGATIVE_INFINITY, high: side(cap_strike, 'cap') }
    case 'greater':
      return { low: side(floor_strike, 'floor') + 1, high: Number.POSITIVE_INFINITY }
    case 'greater_or_equal':
      return { low: side(floor_strike, 'floor'), high: Number.POSITIVE_INFINITY }
  }
}

/**
 * Whether a market settles YES on an official maximum.
 *
 * @param tmax  whole degrees F
 * @throws RangeError for a fractional maximum or a missing strike
 */
export function settlesYes(strikeType: StrikeType, floor: number | null, cap: number | null, tmax: number): boolean {
  if (!Number.isInteger(tmax)) throw new RangeError(`A market settles on whole degrees F, not on ${tmax}.`)
  const { low, high } = yesDegrees({ strike_type: strikeType, floor_strike: floor, cap_strike: cap })
  return low <= tmax && tmax <= high
}
