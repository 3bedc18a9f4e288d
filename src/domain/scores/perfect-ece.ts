import type { Random } from '../../base/random/index.ts'
import { checkSetting, checkShape, checkValues, isProbability } from './check-columns.ts'

/** ECE that a perfect forecaster would show on the same rows. */
export interface PerfectEce {
  readonly mean: number
  /** 95th percentile of the draws. */
  readonly high: number
  readonly draws: number
}

export interface PerfectEceOptions {
  /** Whole number >= 20; 500 by default, which resolves the 95th percentile to about a percentile. */
  readonly draws?: number
  /** As of `ece`; 10 by default. */
  readonly bins?: number
}

/**
 * Distribution of the expected calibration error when labels are drawn from the probabilities themselves.
 *
 * ECE is never 0 on finite data, and rows of one market share their outcome, so its size says nothing without this. A
 * draw takes one uniform number U for each market of a day; a row is YES where U < p. Each row is YES with exactly its
 * own probability, and rows of a market agree as far as their probabilities allow. (One outcome per market, drawn from
 * its mean probability, would call late rows at 0.01 of a market that opened at 0.40 badly calibrated: on simulated
 * ladders its mean is 3.7 times the ECE of the truth, that of this function 1.2 times.) Markets of one ladder are drawn
 * independently, though just one of them settles YES. Reported only.
 *
 * @param day  climate day, shape [n], whole numbers
 * @param market  market id, shape [n], whole numbers
 * @param p  probabilities in [0, 1], shape [n]
 * @param weight  weights > 0, shape [n], for example of `marketHourWeights`
 * @returns NaN figures without a row
 * @throws KwxError SCORE_SHAPE, SCORE_VALUE, SCORE_SETTING
 * @cost O(n · draws)
 */
export function perfectEce(
  {
    day,
    market,
    p,
    weight,
  }: { day: ArrayLike<number>; market: ArrayLike<number>; p: ArrayLike<number>; weight: ArrayLike<number> },
  random: Random,
  { draws = 500, bins = 10 }: PerfectEceOptions = {},
): PerfectEce {
  checkShape({ day, market, p, weight })
  checkValues('probability', p, isProbability, 'a number in [0, 1]')
  checkValues('weight', weight, (w) => w > 0 && w < Infinity, 'a number above 0')
  checkSetting('draws', draws, Number.isInteger(draws) && draws >= 20, 'a whole number of at least 20')
  checkSetting('bins', bins, Number.isInteger(bins) && bins >= 1, 'a whole number of at least 1')
  const n = p.length
  if (n === 0) return { mean: Number.NaN, high: Number.NaN, draws }
  const edges = Array.from({ length: bins }, (_, k) => (k + 1) / bins)
  const bin = Int32Array.from(p, (one) => edges.findIndex((edge) => one <= edge))
  const numbers = new Map<string, number>()
  const group = Int32Array.from(p, (_, i) => {
    const key = `${day[i]}/${market[i]}`
    const known = numbers.get(key) ?? numbers.size
    numbers.set(key, known)
    return known
  })
  let total = 0
  for (let i = 0; i < n; i++) total += weight[i]!
  const uniform = new Float64Array(numbers.size)
  const gap = new Float64Array(bins)
  const found = new Float64Array(draws)
  for (let draw = 0; draw < draws; draw++) {
    for (let g = 0; g < uniform.length; g++) uniform[g] = random.uniform()
    gap.fill(0)
    for (let i = 0; i < n; i++) gap[bin[i]!]! += weight[i]! * ((uniform[group[i]!]! < p[i]! ? 1 : 0) - p[i]!)
    found[draw] = gap.reduce((sum, one) => sum + Math.abs(one), 0) / total
  }
  found.sort()
  const mean = found.reduce((sum, one) => sum + one, 0) / draws
  return { mean, high: found[Math.ceil(0.95 * draws) - 1]!, draws }
}
