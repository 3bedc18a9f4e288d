import { EXIT, KwxError } from '../../../base/errors.ts'
import type { StrikeType } from '../../../domain/market/settles-yes.ts'
import { badField, type Fields, optionalText } from './fields.ts'

/** The strikes of a market, whole degrees F. */
export interface Strikes {
  readonly strikeType: StrikeType
  /** Whole degrees F. */
  readonly floorStrike: number | null
  readonly capStrike: number | null
}

/** Which sides each type has. */
const SIDES: Readonly<Record<StrikeType, { floor: boolean; cap: boolean }>> = {
  between: { floor: true, cap: true },
  greater: { floor: true, cap: false },
  greater_or_equal: { floor: true, cap: false },
  less: { floor: false, cap: true },
  less_or_equal: { floor: false, cap: true },
}

/**
 * Strikes of a market from its fields; from the wording of its rules where the fields are null (markets of 2021 to 2023).
 *
 * Never from the ticker: `T73` does not say which tail it is.
 *
 * @throws KwxError KALSHI_STRIKE for a type that no temperature market has and for rules that say no strike
 */
export function strikesOf(market: Fields, where: string): Strikes {
  const type = optionalText(market, 'strike_type', where)
  if (type === null) return strikesOfRules(optionalText(market, 'rules_primary', where) ?? '', where)
  const sides = Object.hasOwn(SIDES, type) ? SIDES[type as StrikeType] : undefined
  if (!sides) {
    throw new KwxError(`kalshi: ${where} has the strike type "${type}"; expected ${Object.keys(SIDES).join(', ')}.`, {
      code: 'KALSHI_STRIKE',
      exit: EXIT.error,
      hint: 'Check that the series in the city manifest is a daily temperature series.',
      details: { where, strike_type: type },
    })
  }
  const side = (name: string, has: boolean): number | null => {
    if (!has) return null
    const value = market[name]
    if (!Number.isSafeInteger(value))
      throw badField(where, name, value, `whole degrees, as the strike type is "${type}"`)
    return value as number
  }
  return {
    strikeType: type as StrikeType,
    floorStrike: side('floor_strike', sides.floor),
    capStrike: side('cap_strike', sides.cap),
  }
}

const N = '(-?\\d{1,3})'
const RULES: readonly (readonly [RegExp, (a: number, b: number) => Strikes])[] = [
  [
    new RegExp(`between ${N}\\s*°?\\s*(?:-|–|to|and)\\s*${N}\\s*°`, 'i'),
    (a, b) => ({ strikeType: 'between', floorStrike: a, capStrike: b }),
  ],
  [
    new RegExp(`greater than or equal to ${N}\\s*°`, 'i'),
    (a) => ({ strikeType: 'greater_or_equal', floorStrike: a, capStrike: null }),
  ],
  [
    new RegExp(`less than or equal to ${N}\\s*°`, 'i'),
    (a) => ({ strikeType: 'less_or_equal', floorStrike: null, capStrike: a }),
  ],
  [new RegExp(`greater than ${N}\\s*°`, 'i'), (a) => ({ strikeType: 'greater', floorStrike: a, capStrike: null })],
  [new RegExp(`less than ${N}\\s*°`, 'i'), (a) => ({ strikeType: 'less', floorStrike: null, capStrike: a })],
]

/** Strikes from the rules' wording: "strictly greater than 86°F", "between 79-80°", "less than 75°". */
export function strikesOfRules(rules: string, where: string): Strikes {
  for (const [pattern, make] of RULES) {
    const match = pattern.exec(rules)
    if (!match) continue
    const strikes = make(Number(match[1]), Number(match[2]))
    const { floorStrike, capStrike } = strikes
    if (floorStrike === null || capStrike === null || floorStrike <= capStrike) return strikes
  }
  throw new KwxError(`kalshi: ${where} has no strike type, and its rules name no strike: "${rules.slice(0, 160)}".`, {
    code: 'KALSHI_STRIKE',
    exit: EXIT.error,
    hint: 'Load this market from a file with "kwx ingest import <folder>".',
    details: { where },
  })
}
