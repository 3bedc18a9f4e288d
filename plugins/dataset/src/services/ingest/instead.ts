import type { City } from 'kwx/cities'

import { type CompletenessRow, type Need, type PriceSource, unknownDays } from './coverage.ts'

/**
 * A sentence about the settings of a configuration with which the data that is there would do: the other kind of
 * prices, another station. Empty where some need is met by neither.
 */
export function insteadOf(
  rows: readonly CompletenessRow[],
  missing: readonly Need[],
  {
    city,
    priceSource,
    station,
  }: { city: Pick<City, 'station' | 'proxies'>; priceSource: PriceSource; station: string },
): string[] {
  const has = (need: Need) => unknownDays(rows, need).length === 0
  const stations = [city.station, ...city.proxies.map((proxy) => proxy.station)].filter((id) => id !== station)
  const settings = missing.map((need) => {
    if (need.kind === priceSource) {
      const other = priceSource === 'candles' ? 'trades' : 'candles'
      return has({ ...need, kind: other }) ? `price_source: ${other}` : null
    }
    const proxy = need.kind === 'observations' && stations.find((id) => has({ ...need, station: id }))
    return proxy ? `observation_station: ${proxy}` : null
  })
  if (settings.includes(null)) return []
  return [`What is there would do with "${settings.join('" and "')}" in the configuration.`]
}
