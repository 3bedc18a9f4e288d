import { type CivilTime, civilTime } from '../../base/time/civil-time.ts'
import { climateDayEnd, climateDayStart } from '../../base/time/days.ts'
import type { City } from '../cities/city.ts'
import type { FeatureSet, MarketView } from './feature.ts'
import { closeMinuteOf, type KnownMaximum, type MarketFacts, marketView } from './market-view.ts'
import { type Prices, pricesSince, pricesUntil, rowsUntil } from './prices.ts'
import { type FeatureRows, featureRows, newestRows } from './rows.ts'
import type { WeatherSeries } from './weather.ts'

/** A market that can be found among those of its event. */
export interface LadderMarket extends MarketFacts {
  readonly market_id: number
  readonly ticker: string
  readonly event_ticker: string
}

/** What the rows of all markets of a city share. */
export interface JoinContext {
  readonly set: FeatureSet
  readonly standardOffset: number
  readonly civil: CivilTime
  readonly weather: WeatherSeries
  /** Of `knownMaxima`, by day. */
  readonly maxima: ReadonlyMap<number, KnownMaximum>
}

/** One market's prices up to the close, and the rows that a model may see of them. */
interface JoinedMarket {
  readonly own: Prices
  /** Price rows left out because they came after the close. */
  readonly afterClose: number
  /**
   * Computed on each call.
   *
   * @param since  only rows of this minute and later, the same bits at the cost of their look-back; absent: all
   */
  rows(since?: number): FeatureRows
}

/** Civil time over the event days [first, last]: a ladder opens the day before its event and closes soon after its end. */
export const civilOf = ({ zone, standardOffset }: Pick<City, 'zone' | 'standardOffset'>, first: number, last: number) =>
  civilTime(zone, climateDayStart(first - 8, standardOffset), climateDayEnd(last + 2, standardOffset))

/** Whether a feature of the set reads the other markets of the event. */
export const readsLadder = ({ features }: FeatureSet): boolean =>
  features.some(({ inputs }) => inputs.includes('ladder'))

/**
 * Joins one market with everything its features may read: the one way from raw rows to a model's rows, for whoever
 * builds a dataset, audits one or runs live.
 *
 * @param markets  at least all markets of the event
 * @param prices  by market id; without a feature that reads the ladder this market's are enough
 * @returns null where the market has no prices
 */
export function joinMarket(
  { set, standardOffset, civil, weather, maxima }: JoinContext,
  market: LadderMarket,
  markets: readonly LadderMarket[],
  prices: ReadonlyMap<number, Prices>,
): JoinedMarket | null {
  const all = prices.get(market.market_id)
  if (!all) return null
  const own = pricesUntil(all, closeMinuteOf(market, standardOffset))
  return {
    own,
    afterClose: all.endMinute.length - own.endMinute.length,
    rows(since) {
      const ladder = () => (readsLadder(set) ? ladderOf(market, markets, prices) : null)
      const shared = { civil, standardOffset, weather, yesterday: maxima.get(market.day - 1) }
      if (since === undefined) return featureRows(set, marketView(market, own, { ...shared, rungs: ladder }))
      const views = new Map<number, MarketView>()
      const back = (minutes: number): MarketView => {
        const known = views.get(minutes)
        if (known) return known
        // One minute more than features look back: the ladder's volume counts rows of the minute itself, priced or not.
        const cut = (rows: Prices) => pricesSince(rows, since - 1 - minutes)
        const view = marketView(market, cut(own), { ...shared, rungs: () => ladder()?.map(cut) ?? null })
        views.set(minutes, view)
        return view
      }
      return newestRows(set, own.endMinute.length - rowsUntil(own.endMinute, since - 1), back)
    },
  }
}

/** Markets by ticker, the one order in which sums over a ladder run. */
export const byTicker = <Market extends { readonly ticker: string }>(markets: readonly Market[]): Market[] =>
  markets.toSorted((a, b) => (a.ticker < b.ticker ? -1 : a.ticker > b.ticker ? 1 : 0))

/** The price rows of the event's markets. */
function ladderOf(
  market: LadderMarket,
  markets: readonly LadderMarket[],
  prices: ReadonlyMap<number, Prices>,
): Prices[] {
  const ladder = markets.filter(({ event_ticker }) => event_ticker === market.event_ticker)
  return byTicker(ladder).flatMap(({ market_id }) => prices.get(market_id) ?? [])
}
