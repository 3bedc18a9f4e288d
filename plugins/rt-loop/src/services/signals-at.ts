import { createHash } from 'node:crypto'

import { regimeOn } from 'kwx/cities'
import type { MarketRow, Signal } from 'kwx/database'
import {
  bracketOf,
  civilOf,
  closeMinuteOf,
  type FeatureRows,
  joinMarket,
  MAX_OBSERVATION_AGE,
  type Prices,
} from 'kwx/features'
import { edgeCents, feeCounter, kellyFraction, type Side, winProbability } from 'kwx/market'
import { type BlendP, blendProbability, type ModelP, marketProbability, predictRows } from 'kwx/model'
import { MS_PER_MINUTE } from 'kwx/time'

import type { CityRows } from './city-rows.ts'
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
 * looked at, and the features are the dataset builder's.
 *
 * @param rows  may hold rows later than the minute
 */
export async function signalsAt(
  pair: Pair,
  rows: CityRows,
  minute: number,
  circumstances: Circumstances,
): Promise<Signal[]> {
  const { city, loaded } = pair
  const until = new Map<number, Prices>()
  for (const [id, prices] of rows.prices) until.set(id, upTo(prices, minute))
  const signals: Signal[] = []
  for (const market of rows.markets) {
    if (bracketOf(market.strike_type) !== loaded.config.bracket) continue
    const own = until.get(market.market_id)
    if (!own || own.endMinute.at(-1) !== minute) continue
    if (minute > closeMinuteOf(market, city.standardOffset)) continue
    const joined = joinMarket(
      {
        set: pair.set,
        standardOffset: city.standardOffset,
        civil: civilOf(city, market.day, market.day),
        weather: rows.weather,
        maxima: rows.maxima,
      },
      market,
      rows.markets,
      until,
    )
    const built = joined?.rows() ?? null
    const models = {
      usable: await pair.modelFor(market.day),
      challenger: (await pair.challengerFor?.(market.day)) ?? null,
    }
    signals.push(signalOf(pair, rows, market, own, minute, built, models, circumstances))
  }
  return signals.sort((a, b) => (a.ticker < b.ticker ? -1 : 1))
}

/** The rows with ends up to and including a minute. */
function upTo(prices: Prices, minute: number): Prices {
  let n = prices.endMinute.length
  while (n > 0 && prices.endMinute[n - 1]! > minute) n--
  const cut = (values: Float64Array) => values.subarray(0, n)
  return {
    endMinute: prices.endMinute.subarray(0, n),
    mid: cut(prices.mid),
    bid: cut(prices.bid),
    ask: cut(prices.ask),
    volume: cut(prices.volume),
  }
}

function signalOf(
  pair: Pair,
  rows: CityRows,
  market: MarketRow,
  prices: Prices,
  minute: number,
  built: FeatureRows | null,
  { usable, challenger }: { readonly usable: UsableModel; readonly challenger: UsableModel | null },
  circumstances: Circumstances,
): Signal {
  const { city, loaded, weight } = pair
  const [bid, ask] = [prices.bid.at(-1)!, prices.ask.at(-1)!]
  const last = built !== null && built.rows > 0 && built.endMinute[built.rows - 1] === minute ? built.rows - 1 : -1
  const row = last < 0 ? null : designRow(built!, last)
  const fee = regimeOn(city.regimes.fee, market.day)
  const settlement = regimeOn(city.regimes.settlement, market.day)
  const weatherAge = rows.newestReportMs === null ? null : minute - rows.newestReportMs / MS_PER_MINUTE
  const pMarket = row === null ? null : marketProbability(built!.price[last]!)
  const pModel = row === null || usable.model === null ? null : (predictOne(usable.model, row) as ModelP)
  const pBlend = pModel === null || pMarket === null ? null : blendProbability(pModel, pMarket, weight.value)
  const best = pBlend === null || !fee ? null : bestSide(pBlend, { bid, ask }, fee, loaded.config.risk)
  const spread = ask - bid
  const { max_spread_cents, tau_open_cents, kelly_alpha, max_bankroll_pct_city_day_side } = loaded.config.risk
  const standDown = ((): StandDown | null => {
    if (circumstances.standDown) return circumstances.standDown
    if (!fee || !settlement) return 'regime_unknown'
    if (usable.standDown) return usable.standDown
    if (weatherAge === null || weatherAge > MAX_OBSERVATION_AGE) return 'weather_stale'
    if (pBlend === null) return 'feature_missing'
    if (weight.value === 0) return 'no_weight'
    if (Number.isNaN(bid) && Number.isNaN(ask)) return 'empty_book'
    if (Number.isNaN(spread)) return 'one_sided_book'
    if (spread > max_spread_cents) return 'wide_spread'
    return best === null || best.edge < tau_open_cents ? 'no_edge' : null
  })()
  const size = best === null ? null : Math.min(kelly_alpha * best.kelly, max_bankroll_pct_city_day_side)
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
    sizeFraction: size,
    spreadCents: Number.isNaN(spread) ? null : spread,
    minutesToClose: closeMinuteOf(market, city.standardOffset) - minute,
    modelId: usable.model?.id ?? null,
    window: usable.model?.window ?? null,
    side: best?.side ?? null,
    standDown,
    candidate: pair.candidate,
    trace: {
      features: row === null ? null : digest(row),
      price_cents: Number.isNaN(prices.mid.at(-1)!) ? null : prices.mid.at(-1)!,
      weather_age_minutes: weatherAge,
      weight: weight.value,
      weight_source: weight.source,
      fee: fee ? { type: fee.type, multiplier: fee.multiplier, grain: fee.grain } : null,
      settlement: settlement?.source ?? null,
      reason: circumstances.reason ?? usable.reason,
      ...challengerOf(challenger, row),
    },
  }
}

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

/** SHA-256 of the row's bytes: two rows with one digest are the same row. */
const digest = (row: Float64Array): string =>
  createHash('sha256')
    .update(new Uint8Array(row.buffer, row.byteOffset, row.byteLength))
    .digest('hex')

function predictOne(model: NonNullable<UsableModel['model']>, row: Float64Array): number {
  const design = { names: model.features, n: 1, values: row }
  return predictRows(model, design, Int32Array.of(0)).model[0]!
}

interface BestSide {
  readonly side: Side
  /** Cents per contract after fee and slippage. */
  readonly edge: number
  readonly kelly: number
}

/** The side of the book that is worth more when it is crossed; null where neither has a price. */
function bestSide(
  p: BlendP,
  { bid, ask }: { readonly bid: number; readonly ask: number },
  fee: { readonly type: string; readonly multiplier: number; readonly grain: 'cent' | 'centicent' },
  { slip_per_leg_cents }: Pair['loaded']['config']['risk'],
): BestSide | null {
  const taker = feeCounter(fee, false)
  // Per contract of an order of 100, as the backtest takes it.
  const feeCents = (price: number) => taker(Math.round(100 * price), 10_000) / 10_000
  const worth = (side: Side, price: number): BestSide[] => {
    if (Number.isNaN(price)) return []
    const paid = Math.min(99, price + Math.ceil(slip_per_leg_cents))
    const cost = paid + feeCents(paid)
    const win = winProbability(p, side)
    return [{ side, edge: edgeCents(win, cost), kelly: kellyFraction(win, cost) }]
  }
  const sides = [...worth('yes', ask), ...worth('no', 100 - bid)]
  return sides.sort((a, b) => b.edge - a.edge)[0] ?? null
}
