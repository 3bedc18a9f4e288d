import { eventDayOfTicker, ladderFault } from 'kwx/market'
import type { KalshiMarket, Tier } from 'kwx/sources'
import { climateDayEnd, climateDayStart, MS_PER_DAY, minuteToMs } from 'kwx/time'

import type { IngestOptions } from './options.ts'

/** The ladder of one city-day as the exchange lists it. */
export interface FoundEvent {
  readonly day: number
  readonly ticker: string
  readonly seriesTicker: string
  readonly markets: readonly KalshiMarket[]
  /** Null: one market for every degree. Else what is wrong, said by two listings. */
  readonly fault: string | null
}

interface FoundMarkets {
  readonly events: ReadonlyMap<number, FoundEvent>
  /** Days for which the exchange's own list of events has none, though it has later ones. */
  readonly noEvent: ReadonlySet<number>
}

// A market closes within two days of its climate day and settles within eight.
const CLOSES_WITHIN_MS = 2 * MS_PER_DAY
const SETTLES_WITHIN_MS = 8 * MS_PER_DAY

type Search = Pick<IngestOptions, 'city' | 'sources' | 'clock'>

/**
 * The ladders of some days, by event ticker: every market, whatever its bracket.
 *
 * The tiers are chosen by the cutoff; a day that is not where it should be is looked for in the other tier and then in
 * the city's older series. A ladder with a hole is listed once more before it is believed.
 */
export async function findMarkets({ city, sources, clock }: Search, days: readonly number[]): Promise<FoundMarkets> {
  const { kalshi } = sources
  const wanted = new Set(days)
  const fromMs = minuteToMs(climateDayStart(days[0]!, city.standardOffset))
  const toMs = minuteToMs(climateDayEnd(days.at(-1)!, city.standardOffset)) + CLOSES_WITHIN_MS
  const { marketSettledMs } = await kalshi.cutoff()
  const first: Tier[] = []
  if (toMs + SETTLES_WITHIN_MS >= marketSettledMs) first.push('live')
  if (fromMs < marketSettledMs) first.push('historical')
  const others = (['live', 'historical'] as const).filter((tier) => !first.includes(tier))

  const byDay = new Map<number, Map<string, KalshiMarket>>()
  const seriesOf = new Map<number, string>()
  const unlisted = () => days.filter((day) => !byDay.has(day))
  const list = async (seriesTicker: string, tier: Tier, only: ReadonlySet<number>) => {
    const keep = (event: string) => only.has(eventDayOfTicker(event) ?? Number.NaN)
    for (const market of await kalshi.markets({ seriesTicker, tier, fromMs, toMs, keep })) {
      const day = eventDayOfTicker(market.eventTicker)!
      if (!byDay.has(day)) byDay.set(day, new Map())
      const ladder = byDay.get(day)!
      // Both tiers may have it for a while: the archive's copy is the settled one.
      if (!ladder.has(market.ticker) || tier === 'historical') ladder.set(market.ticker, market)
      if (!seriesOf.has(day)) seriesOf.set(day, seriesTicker)
    }
  }

  for (const { ticker } of city.series) {
    if (unlisted().length === 0) break
    for (const tier of first) await list(ticker, tier, wanted)
    for (const tier of others) if (unlisted().length > 0) await list(ticker, tier, wanted)
  }
  const faultOf = (day: number) => {
    const fault = ladderFault([...byDay.get(day)!.values()].map(strikes))
    return fault?.sentence ?? null
  }
  const holed = new Set([...byDay.keys()].filter((day) => faultOf(day) !== null))
  for (const series of new Set([...holed].map((day) => seriesOf.get(day)!))) {
    for (const tier of first) await list(series, tier, holed)
  }

  const noEvent =
    unlisted().length > 0 ? await withoutEvent({ city, sources, clock }, unlisted(), fromMs) : new Set<number>()
  const events = new Map<number, FoundEvent>()
  for (const [day, ladder] of [...byDay].sort(([a], [b]) => a - b)) {
    const markets = [...ladder.values()].sort((a, b) => (a.ticker < b.ticker ? -1 : 1))
    events.set(day, {
      day,
      ticker: markets[0]!.eventTicker,
      seriesTicker: seriesOf.get(day)!,
      markets,
      fault: faultOf(day),
    })
  }
  return { events, noEvent }
}

const strikes = ({ strikeType, floorStrike, capStrike }: KalshiMarket) => ({
  strike_type: strikeType,
  floor_strike: floorStrike,
  cap_strike: capStrike,
})

/** Some days never had an event (2025-11-30): that is believed when a list of events has later days but not this one. */
async function withoutEvent({ city, sources }: Search, days: readonly number[], fromMs: number): Promise<Set<number>> {
  const known = new Set<number>()
  for (const { ticker } of city.series) {
    for (const event of await sources.kalshi.events(ticker, fromMs))
      known.add(eventDayOfTicker(event.ticker) ?? Number.NaN)
  }
  return new Set(days.filter((day) => !known.has(day) && [...known].some((other) => other > day)))
}
