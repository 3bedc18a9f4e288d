import type { City } from 'kwx/cities'
import type { ProductionConfig } from 'kwx/config'
import {
  type FeatureSet,
  gateObservations,
  isMinute,
  type JoinContext,
  joinMarket,
  knownMaxima,
  type MoistureGate,
  type Prices,
  pricesFromCandles,
  pricesFromTrades,
  weatherSeries,
} from 'kwx/features'
import { climateDayAtMs } from 'kwx/time'

import type { CutData, RawPrices } from './raw-data.ts'

/** What a row is rebuilt with, beside the data. */
interface Rebuilding {
  readonly city: City
  readonly config: Pick<ProductionConfig, 'excluded_vc_cities' | 'use_vc_minutes'>
  readonly set: FeatureSet
  readonly civil: JoinContext['civil']
  /**
   * Days, as `source day`, whose minute moisture repeats too much when the whole day is looked at. Absent: only what was
   * known of the day by then is looked at.
   */
  readonly filledDays?: ReadonlySet<string> | undefined
}

/** A row of the design as it could be built then: price, last trade, middle, then values, then the `_is_na` columns. */
export type RebuiltRow = Float64Array

/**
 * The row of one market at one minute from what was known then, by the code that builds datasets.
 *
 * @returns null where the cut gives no row at that minute
 */
export function rebuildRow(cut: CutData, marketId: number, minute: number, rebuilding: Rebuilding): RebuiltRow | null {
  const market = cut.markets.find(({ market_id }) => market_id === marketId)
  if (!market) return null
  const { city, set, civil } = rebuilding
  const prices = new Map<number, Prices>()
  for (const [id, raw] of cut.prices) prices.set(id, pricesOf(raw))
  const context: JoinContext = {
    set,
    civil,
    standardOffset: city.standardOffset,
    weather: weatherOf(cut, rebuilding),
    maxima: knownMaxima(cut.settlements, city.standardOffset),
  }
  const rows = joinMarket(context, market, cut.markets, prices)?.rows()
  const last = (rows?.rows ?? 0) - 1
  if (!rows || last < 0 || rows.endMinute[last] !== minute) return null
  return Float64Array.of(
    rows.price[last]!,
    rows.last[last]!,
    rows.middle[last]!,
    ...rows.values.map((column) => column[last]!),
    ...rows.isNa.map((column) => column[last]!),
  )
}

const pricesOf = (raw: RawPrices): Prices => (raw.kind === 'trades' ? pricesFromTrades(raw) : pricesFromCandles(raw))

function weatherOf({ observations }: CutData, { city, config, filledDays }: Rebuilding) {
  const rules = { city, excludedVcCities: config.excluded_vc_cities, useVcMinutes: config.use_vc_minutes }
  if (!filledDays) {
    const { rows, hides } = gateObservations(observations, rules)
    return weatherSeries(rows, hides)
  }
  const unmarked = observations.map((row) => ({ ...row, forward_filled: false }))
  const { rows, hides } = gateObservations(unmarked, rules)
  const isFilled: MoistureGate = (row) =>
    isMinute(row) && filledDays.has(`${row.source} ${climateDayAtMs(row.valid_ms, city.standardOffset)}`)
  return weatherSeries(rows, (row, field) => hides(row, field) || isFilled(row, field))
}
