import type { Feature, MarketView } from './feature.ts'
import { logReturns, rollingSum, rowAgo, volatility } from './rolling.ts'

/** A feature of prices alone. */
const price = (
  name: string,
  unit: string,
  missing: Feature['missing'],
  lookBackMinutes: number,
  compute: Feature['compute'],
): Feature => ({ name, unit, inputs: ['price'], lookBackMinutes, missing, compute })

/** A feature that is one of the view's columns as it stands. */
const column = (name: string, missing: Feature['missing'], pick: (view: MarketView) => Float64Array): Feature =>
  price(name, 'cents', missing, 0, (view, out) => out.set(pick(view)))

/** A feature that follows from its own row. */
const perRow = (
  name: string,
  unit: string,
  missing: Feature['missing'],
  value: (view: MarketView, i: number) => number,
): Feature =>
  price(name, unit, missing, 0, (view, out) => {
    for (let i = 0; i < view.n; i++) out[i] = value(view, i)
  })

/** A feature of the mid now and the newest one at or before `minutes` ago; 0 while the market is younger than that. */
const against = (name: string, unit: string, minutes: number, value: (now: number, then: number) => number): Feature =>
  price(name, unit, 'never', minutes, ({ endMinute, mid }, out) => {
    const ago = rowAgo(endMinute, mid, minutes)
    for (let i = 0; i < out.length; i++) out[i] = ago[i]! < 0 ? 0 : value(mid[i]!, mid[ago[i]!]!)
  })

/** The market's price: middle of the quotes, or the last trade where candles are built from prints. */
export const yesMid = column('yes_mid', 'critical', (view) => view.mid)
/** Best price at which YES could be sold; missing where that side of the book is empty. */
export const yesBid = column('yes_bid', 'optional', (view) => view.bid)
/** Best price at which YES could be bought. */
export const yesAsk = column('yes_ask', 'optional', (view) => view.ask)

/** Ask minus bid in cents; a crossed book counts as 0, a missing side as missing. */
export const spreadAt = ({ bid, ask }: MarketView, i: number): number => Math.max(0, ask[i]! - bid[i]!)
/** `spreadAt` of each row. */
export const spreadCents = perRow('spread_cents', 'cents', 'optional', spreadAt)
/** Spread as a part of the mid; the mid is held within 5 to 95 cents so that a tail does not explode. */
export const spreadPct = perRow(
  'spread_pct',
  '1',
  'optional',
  (view, i) => spreadAt(view, i) / Math.min(95, Math.max(5, view.mid[i]!)),
)

/** Change of the mid over five minutes of time. */
export const midChg5m = against('mid_chg_5m', 'cents', 5, (now, then) => now - then)

/** Relative change of the mid over `minutes` of time. */
const relativeChange = (minutes: number): Feature =>
  against(`ret_${minutes}m`, '1', minutes, (now, then) => now / then - 1)
export const ret1m = relativeChange(1)
export const ret5m = relativeChange(5)
export const ret15m = relativeChange(15)

/** Standard deviation of the log returns of `minutes` of time; 0 for fewer than three. */
const volatilityOver = (minutes: number): Feature =>
  price(`vol_${minutes}m`, '1', 'never', minutes, ({ endMinute, mid }, out) =>
    volatility(endMinute, logReturns(mid), minutes, out),
  )
export const vol5m = volatilityOver(5)
export const vol15m = volatilityOver(15)
export const vol60m = volatilityOver(60)

/** Contracts in five minutes of time. */
export const volume5m = price('volume_5m', 'contracts', 'never', 5, ({ endMinute, volume }, out) =>
  rollingSum(endMinute, volume, 5, out),
)
/** Contracts per minute over an hour of time: minutes without a row count as none. */
export const volume60mAvg = price('volume_60m_avg', 'contracts/minute', 'never', 60, ({ endMinute, volume }, out) => {
  rollingSum(endMinute, volume, 60, out)
  for (let i = 0; i < out.length; i++) out[i] = out[i]! / 60
})
/** This minute's contracts against the hour's average per minute; 0 where the hour had none. */
export const volumeRatio = price('volume_ratio', '1', 'never', 60, ({ endMinute, volume }, out) => {
  rollingSum(endMinute, volume, 60, out)
  for (let i = 0; i < out.length; i++) out[i] = out[i]! > 0 ? (60 * volume[i]!) / out[i]! : 0
})

/** The market's own probability, from the mid and from either side of the book. */
export const marketProbMid = perRow('market_prob_mid', '1', 'critical', (view, i) => view.mid[i]! / 100)
export const marketProbBid = perRow('market_prob_bid', '1', 'optional', (view, i) => view.bid[i]! / 100)
export const marketProbAsk = perRow('market_prob_ask', '1', 'optional', (view, i) => view.ask[i]! / 100)
/** Log-odds of the mid, held within half a cent of the ends. */
export const marketLogitMid = perRow('market_logit_mid', '1', 'critical', (view, i) => {
  const p = Math.min(0.995, Math.max(0.005, view.mid[i]! / 100))
  return Math.log(p / (1 - p))
})
/** Probability of the mid above one half. */
export const marketEdgeVsEven = perRow('market_edge_vs_even', '1', 'critical', (view, i) => view.mid[i]! / 100 - 0.5)
