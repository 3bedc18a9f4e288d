import { createHash } from 'node:crypto'

import { regimeOn } from 'kwx/cities'
import { closeMinuteOf, type FeatureRows, MAX_OBSERVATION_AGE, reportAge } from 'kwx/features'
import { benchmarkProbability, type FeeSchedule } from 'kwx/market'
import { deliver, type MarketP, type ModelP, predictRows, withoutOverround } from 'kwx/model'
import { climateDayOfCandle } from 'kwx/time'
import type { Signal } from '../storage/signals.ts'

import { bestSide } from './best-side.ts'
import { type BookAt, bookAt } from './book-at.ts'
import type { CityRows } from './city-rows.ts'
import { type MarketAt, MarketRows } from './market-rows.ts'
import type { Pair, UsableModel } from './pair.ts'
import type { StandDown } from './stand-down.ts'

/** What applies to every market of a minute, whatever its own figures say. */
export interface Circumstances {
  /** The first of the loop's own reasons to act on nothing. */
  readonly standDown: StandDown | null
  readonly reason: string | null
}

/**
 * The signals of one pair at the end of one minute: one for each of its markets with a price row of that very minute.
 *
 * Pure: the same rows give the same signals, in the loop, in a replay and from a dataset. Rows after the minute are not
 * looked at, the features are the dataset builder's, and what is delivered is what the pool delivers.
 *
 * @param rows  may hold rows later than the minute
 */
export async function signalsAt(
  pair: Pair,
  rows: CityRows,
  minute: number,
  circumstances: Circumstances,
): Promise<Signal[]> {
  const at = new MarketRows(pair, rows, minute)
  const weatherAge = reportAge(rows.weather, minute)
  // An order is charged by the schedule of the day on which it trades; what settles it is a fact of the event's day.
  const fee = regimeOn(pair.city.regimes.fee, climateDayOfCandle(minute, pair.city.standardOffset))
  const signals: Signal[] = []
  for (const found of at.markets()) {
    const usable = await pair.modelFor(found.market.day)
    const challenger = (await pair.challengerFor?.(found.market.day)) ?? null
    signals.push(signalOf(pair, at, found, { minute, weatherAge, fee, circumstances, usable, challenger }))
  }
  return signals.sort((a, b) => (a.ticker < b.ticker ? -1 : 1))
}

interface Given {
  readonly minute: number
  readonly weatherAge: number | null
  readonly fee: FeeSchedule | undefined
  readonly circumstances: Circumstances
  readonly usable: UsableModel
  readonly challenger: UsableModel | null
}

function signalOf(pair: Pair, at: MarketRows, { market, prices }: MarketAt, given: Given): Signal {
  const { city, loaded, pool } = pair
  const { minute, weatherAge, fee, circumstances, usable, challenger } = given
  const built = at.built(market)
  const last = built !== null && built.rows > 0 && built.endMinute[built.rows - 1] === minute ? built.rows - 1 : -1
  const row = last < 0 ? null : designRow(built!, last)
  const { benchmark } = loaded.config
  const pMarket = row === null ? null : benchmarkProbability(benchmark, built!.last[last]!, built!.middle[last]!)
  const pModel = row === null || usable.model === null ? null : (predictOne(usable.model, row) as ModelP)
  const delivered =
    pModel === null || pMarket === null ? null : deliveredOf(pair, at, market, usable.model!, pModel, pMarket)
  const pBlend = delivered?.p ?? null
  const book = bookAt(prices, prices.endMinute.length - 1)
  const settlement = regimeOn(city.regimes.settlement, market.day)
  const best = pBlend === null || !fee ? null : bestSide(pBlend, book, fee, loaded.config.risk)
  const { max_spread_cents, tau_open_cents, kelly_alpha, max_bankroll_pct_city_day_side } = loaded.config.risk
  const spread = book.ask - book.bid
  const standDown = ((): StandDown | null => {
    if (circumstances.standDown) return circumstances.standDown
    if (!fee || !settlement) return 'regime_unknown'
    if (usable.standDown) return usable.standDown
    if (weatherAge === null || weatherAge > MAX_OBSERVATION_AGE) return 'weather_stale'
    if (book.state !== 'quoted') return book.state
    if (pBlend === null) return 'feature_missing'
    if (Object.is(pBlend, pMarket)) return 'no_weight'
    if (spread > max_spread_cents) return 'wide_spread'
    return best === null || best.edge < tau_open_cents ? 'no_edge' : null
  })()
  return {
    endMinute: minute,
    ticker: market.ticker,
    city: city.id,
    bracket: loaded.config.bracket,
    pModel,
    pMarket,
    pBlend,
    edgeCents: best?.edge ?? null,
    kellyFraction: best?.kelly ?? null,
    sizeFraction: best === null ? null : Math.min(kelly_alpha * best.kelly, max_bankroll_pct_city_day_side),
    spreadCents: Number.isNaN(spread) ? null : spread,
    minutesToClose: closeMinuteOf(market, city.standardOffset) - minute,
    modelId: usable.model?.id ?? null,
    window: usable.model?.window ?? null,
    side: best?.side ?? null,
    standDown,
    candidate: pair.candidate,
    trace: {
      features: row === null ? null : digest(row),
      price_cents: orNull(prices.mid.at(-1)!),
      benchmark,
      last_cents: row === null ? null : orNull(built!.last[last]!),
      middle_cents: row === null ? null : orNull(built!.middle[last]!),
      // Older rows give no signal at all.
      price_age_minutes: minute - prices.endMinute.at(-1)!,
      ...bookTrace(book),
      weather_age_minutes: weatherAge,
      weight: pool.weight,
      weight_source: pool.source,
      overround: pool.devig,
      head: pool.head.method,
      head_temperature: pool.head.temperature,
      p_market_side: delivered?.market ?? null,
      ladder: delivered?.ladder ?? null,
      head_refused: delivered?.refused ?? null,
      fee: fee ? { type: fee.type, multiplier: fee.multiplier, grain: fee.grain } : null,
      settlement: settlement?.source ?? null,
      reason: circumstances.reason ?? usable.reason,
      ...challengerOf(challenger, row),
    },
  }
}

/** What `kwx blend` would deliver for the row, with the digest of the ladder that went into it. */
function deliveredOf(
  { pool }: Pair,
  at: MarketRows,
  market: MarketAt['market'],
  model: NonNullable<UsableModel['model']>,
  pModel: ModelP,
  pMarket: MarketP,
) {
  const isLooked = pool.weight > 0 && (pool.devig !== 'none' || pool.head.method !== 'none')
  const ladder = isLooked ? at.ladder(market, (built, row) => predictOne(model, designRow(built, row))) : null
  const devigged = withoutOverround(ladder, pool.devig)
  const delivered = deliver({ model: pModel, market: pMarket, devigged, ladder: () => ladder }, pool)
  return {
    ...delivered,
    ladder: ladder && digest(Float64Array.of(...Array.from(ladder.price), ...Array.from(ladder.model))),
  }
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value)

const bookTrace = ({ bid, ask, age }: BookAt) => ({
  bid_cents: orNull(bid),
  ask_cents: orNull(ask),
  book_age_minutes: age,
})

/** What the challenger says of the same row, for whoever compares the two later; nothing where there is none. */
function challengerOf(challenger: UsableModel | null, row: Float64Array | null): Record<string, unknown> {
  if (!challenger?.model) return {}
  const { model, standDown } = challenger
  return {
    challenger_model_id: model.id,
    challenger_window: model.window,
    challenger_p_model: row === null ? null : predictOne(model, row),
    challenger_stand_down: standDown,
  }
}

/** Values of one row of the design: features, then indicators, as `designNames` orders them. */
const designRow = (built: FeatureRows, row: number): Float64Array =>
  Float64Array.from([...built.values.map((column) => column[row]!), ...built.isNa.map((column) => column[row]!)])

/** SHA-256 of the numbers' bytes: two rows with one digest are the same row. */
const digest = (row: Float64Array): string =>
  createHash('sha256')
    .update(new Uint8Array(row.buffer, row.byteOffset, row.byteLength))
    .digest('hex')

function predictOne(model: NonNullable<UsableModel['model']>, row: Float64Array): number {
  const design = { names: model.features, n: 1, values: row }
  return predictRows(model, design, Int32Array.of(0)).model[0]!
}
