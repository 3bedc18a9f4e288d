import type { City } from './city.ts'

/** Stations whose reports may be weather features of a city: its settlement station, then its declared proxies. */
export const stationsOf = ({ station, proxies }: Pick<City, 'station' | 'proxies'>): string[] => [
  station,
  ...proxies.map((proxy) => proxy.station),
]

/**
 * Feeds that give the reports of a city's stations, the one that a dataset is built from first. Unless the manifest says
 * otherwise IEM's archive, with api.weather.gov for what it does not have yet.
 */
export const observationFeeds = ({
  observations = ['iem-asos', 'nws'],
}: Pick<City, 'observations'>): readonly string[] => observations
