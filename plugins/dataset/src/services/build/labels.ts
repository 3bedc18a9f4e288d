import { type City, regimeOn } from 'kwx/cities'
import type { Bracket } from 'kwx/config'
import type { ArchiveDifference, SealedLabel } from 'kwx/contracts'
import { bracketOf } from 'kwx/features'
import { eventDayOfTicker, ladderFault, settlesYes } from 'kwx/market'
import { climateDayEnd, formatDay, formatInstant, minuteToMs } from 'kwx/time'

import type { DatasetMarket, Settlement } from './data.ts'

/** A label with what it was checked against. */
interface CheckedLabel extends SealedLabel {
  readonly official_tmax: number | null
  /** Whether the official maximum settles the market the same way; null where either is missing. */
  readonly archive_agrees: boolean | null
}

/**
 * The label without the cross-check: sources that know different maxima and agree on what was paid and on when it was
 * known give equal bytes. The maxima stand in `completeness.json`.
 *
 * `known_at` is in it although a file of maxima does not have the issue times that reports have, so that the bytes of the
 * two differ there: a time of knowledge that was not sealed with the outcome could not be held against the training days.
 * Outcomes and so coefficients stay equal; only the hash by which a model names its labels differs.
 */
export const sealed = ({ official_tmax: _, archive_agrees: __, ...label }: CheckedLabel): SealedLabel => label

export interface Labels {
  readonly labels: readonly CheckedLabel[]
  readonly archive_differences: readonly ArchiveDifference[]
  /** Events whose ladder leaves degrees unpaid: a market of theirs is not in the database. */
  readonly ladder_gaps: readonly { readonly event: string; readonly sentence: string }[]
}

/** From the end of a climate day to when its report is taken to be out where no issue time is known: offices issue it by then. */
const ASSUMED_DELAY_MINUTES = 600

/** Which sources of maxima may decide a market under a settlement regime. Anything else is a proxy. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  'nws-cli': ['nws-cli', 'archive'],
  'weather-company': ['weather-company'],
}

/**
 * Labels the markets of one bracket: by the exchange's result, else derived from the official maximum and marked so.
 *
 * Quarantined: an event day without a known settlement regime, a ticker of another day, a ladder that pays a degree
 * twice, a result that contradicts the exchange's own value and the strikes, and a market with neither a result nor an
 * official maximum of the source that its regime names.
 *
 * @param markets  all markets of the events, every bracket: the ladder is checked whole
 */
export function labelMarkets(
  markets: readonly DatasetMarket[],
  settlements: readonly Settlement[],
  city: City,
  bracket: Bracket,
): Labels {
  const official = new Map(settlements.filter(({ used }) => used).map((settlement) => [settlement.day, settlement]))
  const faults = ladderFaults(markets)
  const chosen = markets.filter(({ strike_type }) => bracketOf(strike_type) === bracket)
  const labels = chosen.map((market) => {
    const fault = faults.get(market.event_ticker)
    return labelOf(market, official.get(market.day), city, fault?.kind === 'overlap' ? fault.sentence : null)
  })
  return {
    labels,
    archive_differences: differences(labels),
    ladder_gaps: [...faults]
      .filter(([, { kind }]) => kind === 'gap')
      .map(([event, { sentence }]) => ({ event, sentence })),
  }
}

function ladderFaults(markets: readonly DatasetMarket[]) {
  const faults = new Map<string, NonNullable<ReturnType<typeof ladderFault>>>()
  for (const [event, ladder] of Map.groupBy(markets, ({ event_ticker }) => event_ticker)) {
    const fault = ladder.some(strikeMissing) ? null : ladderFault(ladder)
    if (fault) faults.set(event, fault)
  }
  return faults
}

const strikeMissing = ({ strike_type, floor_strike, cap_strike }: DatasetMarket) =>
  (strike_type !== 'less' && strike_type !== 'less_or_equal' && floor_strike === null) ||
  (strike_type !== 'greater' && strike_type !== 'greater_or_equal' && cap_strike === null)

function labelOf(
  market: DatasetMarket,
  settlement: Settlement | undefined,
  city: City,
  overlap: string | null,
): CheckedLabel {
  const { ticker, strike_type, floor_strike, cap_strike, day, result, expiration_value } = market
  const regime = regimeOn(city.regimes.settlement, day)
  const allowed = regime ? [...(SOURCES[regime.source] ?? [regime.source]), 'simulated'] : []
  const proxy = settlement !== undefined && !allowed.includes(settlement.source)
  const tmax = settlement && !proxy ? settlement.tmax_f : null
  const whole = (value: number | null): value is number => value !== null && Number.isInteger(value)
  const yesOn = (value: number) => settlesYes(strike_type, floor_strike, cap_strike, value)
  const exchange = result === null ? null : result === 'yes' ? 1 : 0
  const missing = strikeMissing(market)
  const derived = missing || !whole(tmax) ? null : yesOn(tmax) ? 1 : 0

  const quarantine = ((): string | null => {
    if (!regime) return `no settlement regime is known for ${formatDay(day)}`
    if (missing) return `a ${strike_type} market without its strike`
    const named = eventDayOfTicker(ticker)
    if (named !== null && named !== day) return `the ticker names ${formatDay(named)}, the event ${formatDay(day)}`
    if (overlap) return `broken ladder: ${overlap}`
    if (exchange !== null && expiration_value !== null) {
      if (!whole(expiration_value)) return `the exchange's value ${expiration_value} is not whole degrees`
      if (yesOn(expiration_value) !== (exchange === 1)) {
        return `the result ${result} contradicts the exchange's own value ${expiration_value}`
      }
    }
    if (exchange !== null || derived !== null) return null
    if (proxy) return `no result, and ${settlement.source} is not what settles this market`
    return 'no result and no official maximum'
  })()

  const label = quarantine ? null : (exchange ?? derived)
  const archive_agrees = exchange === null || derived === null ? null : exchange === derived
  // A report that would pay otherwise is not the one that settled the day, nor is a proxy.
  const settled = proxy || archive_agrees === false ? undefined : settlement
  return {
    market: ticker,
    event: market.event_ticker,
    event_day: formatDay(day),
    strike_type,
    floor_strike,
    cap_strike,
    label,
    source: label === null ? null : exchange !== null ? 'exchange' : 'derived',
    ...(label === null ? { known_at: null, known_at_source: null } : knownAt(day, settled, city.standardOffset)),
    expiration_value,
    official_tmax: tmax,
    archive_agrees,
    quarantine,
  }
}

/** When the outcome of a day was known: at the issue of the report that settled it, else ten hours after the day's end. */
function knownAt(
  day: number,
  settled: Settlement | undefined,
  standardOffset: number,
): Pick<SealedLabel, 'known_at' | 'known_at_source'> {
  const issued = settled?.issued_ms ?? null
  if (issued !== null) return { known_at: formatInstant(issued), known_at_source: 'issued' }
  const assumed = minuteToMs(climateDayEnd(day, standardOffset) + ASSUMED_DELAY_MINUTES)
  return { known_at: formatInstant(assumed), known_at_source: 'assumed' }
}

function differences(labels: readonly CheckedLabel[]): ArchiveDifference[] {
  const found: ArchiveDifference[] = []
  for (const [event, markets] of Map.groupBy(labels, (label) => label.event)) {
    const archive = markets.find(({ official_tmax }) => official_tmax !== null)?.official_tmax
    const exchange = markets.find(({ expiration_value }) => expiration_value !== null)?.expiration_value ?? null
    if (archive === undefined || archive === null) continue
    const flipped = markets.filter(({ archive_agrees }) => archive_agrees === false).map(({ market }) => market)
    if (flipped.length === 0 && (exchange === null || exchange === archive)) continue
    found.push({ event, event_day: markets[0]!.event_day, exchange, archive, flipped })
  }
  return found
}
