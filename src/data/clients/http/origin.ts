import type { Origin } from '../../../domain/origin.ts'

const LIVE_HOSTS: ReadonlySet<string> = new Set([
  'external-api.kalshi.com',
  'api.elections.kalshi.com',
  'mesonet.agron.iastate.edu',
  'api.weather.gov',
  'weather.visualcrossing.com',
  'www.ncei.noaa.gov',
])

/**
 * `real` only for the services themselves; whatever else answers (a replay, a proxy, a demo) is `replay`.
 *
 * @param marked  an answer carried X-Replay-Now
 */
export const originOf = (address: string, marked: boolean): Origin =>
  !marked && LIVE_HOSTS.has(new URL(address).hostname) ? 'real' : 'replay'
