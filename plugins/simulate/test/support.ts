import type { City } from 'kwx/cities'

import manifest from '../cities/simville.json' with { type: 'json' }
import { type MarketParameters, marketParameters } from '../src/parameters.ts'
import { type SimulatedDay, simulateDays } from '../src/simulate-days.ts'

export const simville = manifest as City

/** The schema's defaults with some values of one's own. */
export function parameters(own: Partial<MarketParameters> = {}): MarketParameters {
  const defaults = Object.entries(marketParameters.properties).map(([name, { default: value }]) => [name, value])
  return { ...Object.fromEntries(defaults), ...own } as MarketParameters
}

export const daysOf = (own: Partial<MarketParameters> = {}): SimulatedDay[] => [
  ...simulateDays(parameters(own), simville),
]

/** All markets of all days. */
export const marketsOf = (days: readonly SimulatedDay[]) => days.flatMap(({ event }) => event?.markets ?? [])
