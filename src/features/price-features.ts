import type { Feature, FeatureInput, MarketView } from './feature.ts'
import { logReturns, rollingSum, rowAgo, volatility } from './rolling.ts'

const inputs: readonly FeatureInput[] = ['price']

/** A copy of one of the view's columns. */
const copy =
  (pick: (view: MarketView) => Float64Array): Feature['compute'] =>
  (view, out) =>
    out.set(pick(view))

const perRow =
  (value: (view: MarketView, i: number) => number): Feature['compute'] =>
  (view, out) => {
    for (let i = 0; i < view.n; i++) out[i] = value(view, i)
  }

/** Ask minus bid in cents; a crossed book counts as 0, a missing side as missing. */
export const spreadAt = ({ bid, ask }: MarketView, i: number): number => Math.max(0, ask[i]! - bid[i]!)

/** The market's price: middle of the quotes, or the last trade where candles are built from prints. */
export const yesMid: Feature = {
  name: 'yes_mid',
  unit: 'cents',
  inputs,
  lookBackMinutes: 0,
  missing: 'critical',
  compute: copy((view) => view.mid),
}
export const yesBid: Feature = {
  name: 'yes_bid',
  unit: 'cents',
  inputs,
  lookBackMinutes: 0,
  missing: 'optional',
  compute: copy((view) => view.bid),
}
export const yesAsk: Feature = {
  name: 'yes_ask',
  unit: 'cents',
  inputs,
  lookBackMinutes: 0,
  missing: 'optional',
  compute: copy((view) => view.ask),
}
export const spreadCents: Feature = {
  name: 'spread_cents',
  unit: 'cents',
  inputs,
  lookBackMinutes: 0,
  missing: 'optional',
  compute: perRow(spreadAt),
}

/** Spread as a part of the mid; the mid is held within 5 to 95 cents so that a tail does not explode. */
export const spreadPct: Feature = {
  name: 'spread_pct',
  unit: '1',
  inputs,
  lookBackMinutes: 0,
  missing: 'optional',
  compute: perRow((view, i) => spreadAt(view, i) / Math.min(95, Math.max(5, view.mid[i]!))),
}

/** Change of the mid over five minutes of time; 0 while the market is younger than that. */
export const midChg5m: Feature = {
  name: 'mid_chg_5m',
  unit: 'cents',
  inputs,
  lookBackMinutes: 5,
  missing: 'never',
  compute({ endMinute, mid }, out) {
    const ago = rowAgo(endMinute, mid, 5)
    for (let i = 0; i < out.length; i++) out[i] = ago[i]! < 0 ? 0 : mid[i]! - mid[ago[i]!]!
  },
}

/** Standard deviation of the log returns of `minutes` of time; 0 for fewer than three. */
const volatilityFeature = (minutes: number): Feature => ({
  name: `vol_${minutes}m`,
  unit: '1',
  inputs,
  lookBackMinutes: minutes,
  missing: 'never',
  compute: ({ endMinute, mid }, out) => volatility(endMinute, logReturns(mid), minutes, out),
})
export const vol5m = volatilityFeature(5)
export const vol15m = volatilityFeature(15)
export const vol60m = volatilityFeature(60)

/** Relative change of the mid over `minutes` of time; 0 while the market is younger than that. */
const returnFeature = (minutes: number): Feature => ({
  name: `ret_${minutes}m`,
  unit: '1',
  inputs,
  lookBackMinutes: minutes,
  missing: 'never',
  compute({ endMinute, mid }, out) {
    const ago = rowAgo(endMinute, mid, minutes)
    for (let i = 0; i < out.length; i++) out[i] = ago[i]! < 0 ? 0 : mid[i]! / mid[ago[i]!]! - 1
  },
})
export const ret1m = returnFeature(1)
export const ret5m = returnFeature(5)
export const ret15m = returnFeature(15)

export const volume5m: Feature = {
  name: 'volume_5m',
  unit: 'contracts',
  inputs,
  lookBackMinutes: 5,
  missing: 'never',
  compute: ({ endMinute, volume }, out) => rollingSum(endMinute, volume, 5, out),
}

/** Contracts per minute over an hour of time: minutes without a row count as none. */
export const volume60mAvg: Feature = {
  name: 'volume_60m_avg',
  unit: 'contracts/minute',
  inputs,
  lookBackMinutes: 60,
  missing: 'never',
  compute({ endMinute, volume }, out) {
    rollingSum(endMinute, volume, 60, out)
    for (let i = 0; i < out.length; i++) out[i] = out[i]! / 60
  },
}

/** This minute's contracts against the hour's average per minute; 0 where the hour had none. */
export const volumeRatio: Feature = {
  name: 'volume_ratio',
  unit: '1',
  inputs,
  lookBackMinutes: 60,
  missing: 'never',
  compute({ endMinute, volume }, out) {
    rollingSum(endMinute, volume, 60, out)
    for (let i = 0; i < out.length; i++) out[i] = out[i]! > 0 ? (60 * volume[i]!) / out[i]! : 0
  },
}

/** The market's own probability, from the mid and from either side of the book. */
export const marketProbMid: Feature = {
  name: 'market_prob_mid',
  unit: '1',
  inputs,
  lookBackMinutes: 0,
  missing: 'critical',
  compute: perRow((view, i) => view.mid[i]! / 100),
}
export const marketProbBid: Feature = {
  name: 'market_prob_bid',
  unit: '1',
  inputs,
  lookBackMinutes: 0,
  missing: 'optional',
  compute: perRow((view, i) => view.bid[i]! / 100),
}
export const marketProbAsk: Feature = {
  name: 'market_prob_ask',
  unit: '1',
  inputs,
  lookBackMinutes: 0,
  missing: 'optional',
  compute: perRow((view, i) => view.ask[i]! / 100),
}

/** Log-odds of the mid, held within half a cent of the ends. */
export const marketLogitMid: Feature = {
  name: 'market_logit_mid',
  unit: '1',
  inputs,
  lookBackMinutes: 0,
  missing: 'critical',
  compute: perRow((view, i) => {
    const p = Math.min(0.995, Math.max(0.005, view.mid[i]! / 100))
    return Math.log(p / (1 - p))
  }),
}

export const marketEdgeVsEven: Feature = {
  name: 'market_edge_vs_even',
  unit: '1',
  inputs,
  lookBackMinutes: 0,
  missing: 'critical',
  compute: perRow((view, i) => view.mid[i]! / 100 - 0.5),
}
