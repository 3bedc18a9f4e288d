import { civilTime, parseDay, parseInstant } from '../../../src/base/time/index.ts'
import type { MarketView, WeatherView } from '../../../src/domain/features/index.ts'

export const minuteOf = (instant: string): number => parseInstant(instant) / 60_000

const column = (values: readonly number[] | undefined, n: number) =>
  values ? Float64Array.from(values) : new Float64Array(n).fill(Number.NaN)

/** A market's view from a few numbers; what is not given is missing. */
export function viewOf({
  minutes,
  mid = minutes.map(() => 50),
  zone = 'America/New_York',
  ...given
}: {
  minutes: readonly number[]
  mid?: readonly number[]
  bid?: readonly number[]
  ask?: readonly number[]
  volume?: readonly number[]
  floor?: number
  cap?: number
  closeMinute?: number
  zone?: string
  day?: string
  weather?: Partial<Record<keyof WeatherView, readonly number[]>>
}): MarketView {
  const n = minutes.length
  const { weather = {} } = given
  return {
    n,
    bracket: given.floor === undefined ? 'less' : given.cap === undefined ? 'greater' : 'between',
    floor: given.floor ?? Number.NaN,
    cap: given.cap ?? Number.NaN,
    eventDay: parseDay(given.day ?? '2025-02-20'),
    closeMinute: given.closeMinute ?? minutes.at(-1)!,
    civil: civilTime(zone, Math.min(...minutes) - 1440, Math.max(...minutes) + 1440),
    endMinute: Int32Array.from(minutes),
    mid: column(mid, n),
    bid: column(given.bid, n),
    ask: column(given.ask, n),
    volume: given.volume ? column(given.volume, n) : new Float64Array(n),
    weather: {
      temp: column(weather.temp, n),
      max3h: column(weather.max3h, n),
      min3h: column(weather.min3h, n),
      temp1hAgo: column(weather.temp1hAgo, n),
      dew: column(weather.dew, n),
      humidity: column(weather.humidity, n),
      wind: column(weather.wind, n),
    },
    ladder: null,
    priorDayMax: column(undefined, n),
  }
}
