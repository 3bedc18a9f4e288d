import type { SkillVerdictName } from '../scores/skill-verdict.ts'
import type { ReportVerdict } from './verdict.ts'

/** A mean difference of losses, nats, with its day-block percentile interval; null with a reason where it does not exist. */
export interface MeanInterval {
  readonly mean: number | null
  readonly low: number | null
  readonly high: number | null
  readonly reason: string | null
}

/** One mean difference, three ways to weigh it. */
export interface WeightedDifference {
  /** Each row counts once. */
  readonly per_row: MeanInterval
  /** Each hour of a market counts once: what the gate takes. */
  readonly per_market_hour: MeanInterval
  /** Each day counts once, with the mean over its market-hours. */
  readonly per_event_day: MeanInterval
}

/** What the test days say of a forecast against its benchmark. Files 01 and 08 hold one, made by one function. */
export interface SkillJudgement extends ReportVerdict {
  /** `pass` of better only; `not-enough-evidence` of too few days; else `fail`. */
  readonly outcome: 'pass' | 'fail' | 'not-enough-evidence'
  readonly verdict: SkillVerdictName
  /** Smallest difference that counts, nats per market-hour: `gates.min_effect` of the configuration. */
  readonly delta: number
  readonly min_days: number
  /** Every row is within 1e-3 in probability and 0.01 in log-odds of the benchmark. */
  readonly echo: boolean
  /** How often the forecast would look as good where the benchmark is right; better needs at most 0.025. Null without rows. */
  readonly chance: number | null
  /** Log loss of the forecast minus that of the benchmark. */
  readonly interval: MeanInterval & {
    readonly weighting: 'market-hour'
    readonly level: number
    readonly draws: number
    readonly seed: number
    readonly days: number
    readonly market_hours: number
  }
  /** The upper end lies below `harm_limit`: reported, no pass by itself. Null without an interval. */
  readonly no_harm: boolean | null
  readonly harm_limit: number
}

/** Two e-processes over the test days; values are evidence against their nulls, 20 and above at the level 1/20. */
export interface EProcessFigures {
  /** Differences of days are clipped to ± this, nats. Fixed before the run. */
  readonly clip: number
  readonly bar: number
  readonly days: number
  readonly clipped_days: number
  /** At the last day. */
  readonly e_for: number
  readonly e_against: number
  readonly peak_for: number
  readonly peak_against: number
  /** First day on which the process stood at the bar or above; null where it never did. */
  readonly for_since: string | null
  readonly against_since: string | null
  /** Bounds of the running mean of the clipped differences, valid on all days at once. */
  readonly confidence_sequence: {
    readonly mean: number | null
    readonly low: number
    readonly high: number
    readonly level: number
  }
  /** Days rising. */
  readonly by_day: readonly {
    readonly day: string
    readonly market_hours: number
    /** Mean over the day's market-hours before clipping, nats. */
    readonly difference: number
    readonly e_for: number
    readonly e_against: number
  }[]
}
