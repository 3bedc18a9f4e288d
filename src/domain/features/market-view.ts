import type { CivilTime } from '../../base/time/civil-time.ts'
import { climateDayEnd, MS_PER_MINUTE, minuteToMs } from '../../base/time/days.ts'
import type { Bracket } from '../config/production-config.ts'
import type { Settlement } from '../market/settlement.ts'
import type { StrikeType } from '../market/settles-yes.ts'
import type { LadderView, MarketView, WeatherView } from './feature.ts'
import { ladderView, type Rung } from './ladder-view.ts'
import type { Prices } from './prices.ts'
import { type WeatherSeries, weatherAsOf } from './weather.ts'

/** What a view needs of a market's row in the database. */
export interface MarketFacts {
  readonly strike_type: StrikeType
  readonly floor_strike: number | null
  readonly cap_strike: number | null
  readonly close_ms: number | null
  /** Day number of the event. */
  readonly day: number
}

/** The bracket of the exchange's kinds of strike: both sides given, or only one. */
export const bracketOf = (strikeType: StrikeType): Bracket =>
  strikeType === 'between' ? 'between' : strikeType.startsWith('greater') ? 'greater' : 'less'

/** Epoch minute of the close; the end of the climate day where the exchange's metadata is lost. */
export const closeMinuteOf = ({ close_ms, day }: MarketFacts, standardOffset: number): number =>
  close_ms === null ? climateDayEnd(day, standardOffset) : close_ms / MS_PER_MINUTE

/** The official maximum of a day and the moment from which it is known. */
export interface KnownMaximum {
  readonly tmax: number
  readonly knownMs: number
}

/**
 * The moment from which an issuance of a daily maximum is known: its issue. An archive does not say, so its values are
 * known at the end of the day after.
 */
export const knownMsOf = ({ day, issued_ms }: Pick<Settlement, 'day' | 'issued_ms'>, standardOffset: number): number =>
  issued_ms ?? minuteToMs(climateDayEnd(day + 1, standardOffset))

/** The used maximum of each day, and from when on it is known. */
export function knownMaxima(settlements: readonly Settlement[], standardOffset: number): Map<number, KnownMaximum> {
  const maxima = new Map<number, KnownMaximum>()
  for (const settlement of settlements) {
    const { day, tmax_f, used } = settlement
    if (!used || tmax_f === null) continue
    maxima.set(day, { tmax: tmax_f, knownMs: knownMsOf(settlement, standardOffset) })
  }
  return maxima
}

/**
 * Everything that features may read of one market, joined as of each row.
 *
 * @param prices  rows up to the close
 * @param rungs  all markets of the event, this one included, asked for when a feature reads the ladder; null for none
 */
export function marketView(
  market: MarketFacts,
  prices: Prices,
  {
    civil,
    standardOffset,
    weather,
    rungs,
    yesterday,
  }: {
    civil: CivilTime
    standardOffset: number
    weather: WeatherSeries
    rungs: () => readonly Rung[] | null
    yesterday: KnownMaximum | undefined
  },
): MarketView {
  const n = prices.endMinute.length
  const joined: { weather?: WeatherView; ladder?: LadderView | null; priorDayMax?: Float64Array } = {}
  return {
    n,
    bracket: bracketOf(market.strike_type),
    floor: market.floor_strike ?? Number.NaN,
    cap: market.cap_strike ?? Number.NaN,
    eventDay: market.day,
    closeMinute: closeMinuteOf(market, standardOffset),
    civil,
    ...prices,
    // Joined when a feature asks: most windows of prices read neither weather nor ladder.
    get weather() {
      joined.weather ??= weatherAsOf(weather, prices.endMinute)
      return joined.weather
    },
    get ladder() {
      if (joined.ladder !== undefined) return joined.ladder
      const all = rungs()
      joined.ladder = all && ladderView(prices, all)
      return joined.ladder
    },
    get priorDayMax() {
      joined.priorDayMax ??= yesterdayAsOf(prices.endMinute, yesterday)
      return joined.priorDayMax
    },
  }
}

function yesterdayAsOf(endMinute: Int32Array, yesterday: KnownMaximum | undefined): Float64Array {
  const out = new Float64Array(endMinute.length).fill(Number.NaN)
  if (!yesterday) return out
  const first = endMinute.findIndex((minute) => minuteToMs(minute) >= yesterday.knownMs)
  return first < 0 ? out : out.fill(yesterday.tmax, first)
}
