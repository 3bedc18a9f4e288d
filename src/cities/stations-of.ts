import type { City } from './city.ts'

/** Stations whose reports may be weather features of a city: its settlement station, then its declared proxies. */
export const stationsOf = ({ station, proxies }: City): string[] => [station, ...proxies.map((proxy) => proxy.station)]
