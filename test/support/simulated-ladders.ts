import type { Random } from 'kwx/random'
import { normalCdf } from '../../plugins/train/src/services/search/normal-cdf.ts'

/** Rows of ladders whose true probabilities are known. */
export interface SimulatedLadders {
  readonly day: Int32Array
  readonly market: Int32Array
  readonly hour: Int32Array
  readonly label: Uint8Array
  /** P(YES) given all that is known in the row's minute. */
  readonly truth: Float64Array
}

export interface LadderOptions {
  readonly days: number
  /** Hours of a day; 14 by default. */
  readonly hours?: number
  /** Rows of a market-hour are drawn from 1 to this; 5 by default. */
  readonly rows?: number
  /** Two tails and four brackets, or the brackets alone (default). */
  readonly tails?: boolean
}

const WIDTH = 2
/** Degrees Fahrenheit: standard deviation of the daily maximum given what is known in the morning. */
const MORNING = 2.5
const EVENING = 0.3

/**
 * Ladders of six markets a day. The expected maximum is a martingale whose remaining standard deviation falls from 2.5
 * to 0.3 degrees over the day, so rows of one day share one outcome and nearly one forecast.
 */
export function simulateLadders(
  random: Random,
  { days, hours = 14, rows = 5, tails = false }: LadderOptions,
): SimulatedLadders {
  const out = { day: [] as number[], market: [] as number[], hour: [] as number[], truth: [] as number[] }
  const label: number[] = []
  const kept = tails ? [0, 1, 2, 3, 4, 5] : [1, 2, 3, 4]
  for (let day = 0; day < days; day++) {
    // Where the ladder lies about the first forecast is chance too.
    const lowest = -2 * WIDTH + WIDTH * (random.uniform() - 0.5)
    const cuts = [-Infinity, 0, 1, 2, 3, 4, Infinity].map((k, j) => (Number.isFinite(k) ? lowest + WIDTH * (j - 1) : k))
    const first = label.length
    let mean = 0
    let left = MORNING
    for (let hour = 0; hour < hours; hour++) {
      const minutes = 1 + random.integer(rows)
      for (let minute = 0; minute < minutes; minute++) {
        const now = MORNING + (EVENING - MORNING) * ((hour + minute / minutes) / hours)
        mean += Math.sqrt(left * left - now * now) * random.normal()
        left = now
        for (const j of kept) {
          out.day.push(day)
          out.market.push(day * 6 + j)
          out.hour.push(hour)
          out.truth.push(normalCdf((cuts[j + 1]! - mean) / now) - normalCdf((cuts[j]! - mean) / now))
          label.push(j)
        }
      }
    }
    const high = mean + left * random.normal()
    const won = cuts.findLastIndex((cut) => high >= cut)
    for (let i = first; i < label.length; i++) label[i] = label[i] === won ? 1 : 0
  }
  return {
    day: Int32Array.from(out.day),
    market: Int32Array.from(out.market),
    hour: Int32Array.from(out.hour),
    label: Uint8Array.from(label),
    truth: Float64Array.from(out.truth, (p) => Math.min(1 - 1e-6, Math.max(1e-6, p))),
  }
}

const logit = (p: number) => Math.log(p / (1 - p))

/** Probabilities with log-odds `scale` · logit(p) + `shift`. */
export const distorted = (p: Float64Array, scale: number, shift = 0): Float64Array =>
  p.map((one) => 1 / (1 + Math.exp(-(scale * logit(one) + shift))))

/**
 * Probabilities with noise in their log-odds, half of its variance shared by the market of a day and half by its
 * market-hour.
 *
 * @param size  standard deviation of the noise, log-odds
 */
export function noisy(random: Random, rows: SimulatedLadders, size: number): Float64Array {
  const shared = new Map<string, number>()
  const draw = (key: string) => {
    let value = shared.get(key)
    if (value === undefined) shared.set(key, (value = random.normal()))
    return value
  }
  return rows.truth.map((p, i) => {
    const noise = draw(`${rows.market[i]}`) + draw(`${rows.market[i]}/${rows.hour[i]}`)
    return 1 / (1 + Math.exp(-(logit(p) + size * Math.SQRT1_2 * noise)))
  })
}

/** Log loss of each row, nats, probabilities clipped to [1e-6, 1 − 1e-6]. */
export const rowLosses = (label: ArrayLike<number>, p: Float64Array): Float64Array =>
  p.map((one, i) => {
    const clipped = Math.min(1 - 1e-6, Math.max(1e-6, one))
    return -Math.log(label[i] === 1 ? clipped : 1 - clipped)
  })
