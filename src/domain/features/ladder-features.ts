import type { Feature, LadderView, MarketView } from './feature.ts'

/**
 * Of the ladder's mids at the same minute, this market's included. Missing where the mid is, or where this is the only
 * market with a price.
 */
const feature = (
  name: string,
  unit: string,
  value: (ladder: LadderView, mid: number, i: number) => number,
): Feature => ({
  name,
  unit,
  inputs: ['price', 'ladder'],
  lookBackMinutes: 0,
  missing: 'optional',
  compute({ n, ladder, mid }: MarketView, out) {
    for (let i = 0; i < n; i++) out[i] = ladder && ladder.count[i]! > 1 ? value(ladder, mid[i]!, i) : Number.NaN
  },
})

/** Mean, spread and ends of the ladder's mids. */
export const midGroupMean = feature('mid_group_mean', 'cents', ({ mean }, _, i) => mean[i]!)
export const midGroupStd = feature('mid_group_std', 'cents', ({ std }, _, i) => std[i]!)
export const midGroupMin = feature('mid_group_min', 'cents', ({ min }, _, i) => min[i]!)
export const midGroupMax = feature('mid_group_max', 'cents', ({ max }, _, i) => max[i]!)
/** Standard deviations above the ladder's mean; 0 where all mids are equal. */
export const midZscore = feature('mid_zscore', '1', ({ mean, std }, mid, i) =>
  std[i]! > 0 ? (mid - mean[i]!) / std[i]! : 0,
)
/** Share of the ladder's mids at or below this one. */
export const midRankPct = feature('mid_rank_pct', '1', ({ rank }, _, i) => rank[i]!)
/** Mid over the ladder's mean. */
export const midRelToGroup = feature('mid_rel_to_group', '1', ({ mean }, mid, i) => mid / mean[i]!)
/** Cents from the ladder's most expensive and from its cheapest market. */
export const midToBestDiff = feature('mid_to_best_diff', 'cents', ({ max }, mid, i) => mid - max[i]!)
export const midToWorstDiff = feature('mid_to_worst_diff', 'cents', ({ min }, mid, i) => mid - min[i]!)

/** This market's part of the ladder's contracts in the minute; 0 where nothing traded. */
export const volumeShare: Feature = {
  name: 'volume_share',
  unit: '1',
  inputs: ['price', 'ladder'],
  lookBackMinutes: 0,
  missing: 'optional',
  compute({ n, ladder, volume }, out) {
    for (let i = 0; i < n; i++) {
      if (!ladder) out[i] = Number.NaN
      else out[i] = ladder.volume[i]! > 0 ? volume[i]! / ladder.volume[i]! : 0
    }
  },
}
