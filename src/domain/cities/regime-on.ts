import { EXIT, KwxError } from '../../base/errors.ts'
import { type Dated, formatDay, holdsOn } from '../../base/time/index.ts'
import type { City } from './city.ts'

/** The fact of a list that holds for the event of a day, or undefined when none is known for it. */
export const regimeOn = <Fact extends Dated>(facts: readonly Fact[], day: number): Fact | undefined =>
  facts.find((fact) => holdsOn(fact, day))

/**
 * A dated fact that something cannot be done without.
 *
 * @throws KwxError REGIME_UNKNOWN (exit 5) when nobody knows it for that day: an assumption would be a guess
 */
export function requireRegime<Kind extends keyof City['regimes']>(
  city: City,
  kind: Kind,
  day: number,
): City['regimes'][Kind][number] {
  const facts: readonly (Dated & City['regimes'][Kind][number])[] = city.regimes[kind]
  const fact = regimeOn(facts, day)
  if (fact) return fact
  const known = facts.map(({ from = 'ever', until = 'today' }) => `${from} to ${until}`).join(', ')
  throw new KwxError(`No ${kind} regime is known for ${city.name}'s event of ${formatDay(day)}; known are ${known}.`, {
    code: 'REGIME_UNKNOWN',
    exit: EXIT.stale,
    hint: `Add the dated fact to the manifest of ${city.id}, or leave the day out; "kwx cities --json" shows what is known.`,
    details: { city: city.id, kind, day: formatDay(day) },
  })
}

/** The series that lists the event of a day: tickers were renamed, and each era's events keep their own prefix. */
export const seriesOn = (city: City, day: number): string | undefined => regimeOn(city.series, day)?.ticker
