import type { Benchmark } from '../config/production-config.ts'
import type { EProcessFigures, SkillJudgement, WeightedDifference } from './skill.ts'
import type { ReportVerdict } from './verdict.ts'

/** A mean difference with its day-block percentile interval; null with a reason where it does not exist. */
export interface BlendInterval {
  readonly mean: number | null
  readonly low: number | null
  readonly high: number | null
  readonly reason: string | null
}

/** Scores of one kind of probability on the rows; null without rows. */
export interface BlendScores {
  readonly log_loss: number | null
  readonly brier: number | null
  readonly ece: number | null
}

/** A weight of the model, and how sure the days are of it. */
export interface BlendWeight {
  /** The weight to use, in [0, 1]: `low`, or less where that could do harm; 0 where there is too little evidence. */
  readonly value: number
  /** The weight with the least log loss, event days counting alike; null without rows. */
  readonly fitted: number | null
  /** Ends of the day-block interval of `fitted`; null with fewer than two days. */
  readonly low: number | null
  readonly high: number | null
  readonly level: number
  readonly draws: number
  /** Distinct dates, the blocks of the interval. */
  readonly days: number
  /** City-days: a date counts once for each pilot. */
  readonly event_days: number
  readonly outcome: 'fitted' | 'too-few-days' | 'one-class' | 'flat' | 'no-rows'
  readonly reason: string
}

/** How the market's ladder was made to sum to 1 on its way into the pool. */
export interface BlendDevig {
  readonly method: 'none' | 'proportional' | 'power' | 'logit_shift'
  readonly reason: string
  /** Log loss of the raw price minus that of the de-vigged one on the evidence, event days counting alike. */
  readonly candidates: readonly (BlendInterval & { readonly method: BlendDevig['method'] })[]
}

/** How the pooled ladder was made to sum to 1 on its way out. */
export interface BlendHead {
  readonly method: 'none' | 'softmax' | 'cumulative'
  /** Null with method `none`. */
  readonly temperature: number | null
  readonly missing: 'refuse'
  readonly reason: string
  /** Log loss without the head minus with it on the evidence, event days counting alike. */
  readonly candidates: readonly (BlendInterval & {
    readonly method: BlendHead['method']
    readonly temperature: number
  })[]
}

/** One test window: what was chosen for it on earlier windows, and what that gave. */
export interface BlendWindow {
  /** Name of the configuration whose window it is. */
  readonly pilot: string
  readonly window: string
  readonly outcome: 'delivered' | 'not-fitted'
  readonly rows: number
  readonly days: number
  /** Fitted on the test rows of earlier windows that lie before this window's first test day and the embargo. */
  readonly weight: BlendWeight
  readonly devig: BlendDevig['method']
  readonly head: Pick<BlendHead, 'method' | 'temperature'>
  readonly delivered: BlendScores
  readonly market: BlendScores
}

/** A pilot whose rows the file judges. */
export interface BlendPilot {
  readonly name: string
  readonly city: string
  readonly bracket: string
  /** Hash of the pilot artefact. */
  readonly pilot: string
  readonly origin: string
  readonly windows: number
  readonly rows: number
  readonly days: number
  /** What this pilot may take after its test rows; in a joint file by its own days, at most the common weight. */
  readonly weight: number
  readonly delivered: BlendScores
  readonly market: BlendScores
}

/** `08_blend_grid.json`. */
export interface BlendGridFile {
  /** That of `skill`. */
  readonly verdict: ReportVerdict
  /** The pooled probability against its benchmark, by the function that judges models. */
  readonly skill: SkillJudgement
  /** The readings of the market that the pilots name; `market` everywhere in the file is of them. */
  readonly benchmarks: readonly Benchmark[]
  /** The difference of log loss by row, market-hour and event day. */
  readonly weightings: WeightedDifference
  readonly e_process: EProcessFigures
  /** Non-inferiority by market-hours. Reported: nothing passes by it alone. */
  readonly no_harm: ReportVerdict & {
    /** Upper end of the interval by market-hours, and what it must lie below. */
    readonly value: number | null
    readonly threshold: number
    /** Log loss by row over all rows, each pilot and each half-year of each pilot. */
    readonly parts: readonly {
      readonly part: string
      readonly rows: number
      readonly days: number
      /** Delivered minus market. */
      readonly difference: number | null
    }[]
  }
  readonly origin: string
  /** Ids; of several pilots joined by `+`. */
  readonly city: string
  readonly bracket: string
  /** Hash of the pilot artefact; null in a joint file. */
  readonly pilot: string | null
  readonly pilots: readonly BlendPilot[]
  readonly n_windows: number
  readonly total_test_rows: number
  readonly total_test_days: number
  readonly total_event_days: number
  /** Fitted on all test rows: what a model that is used after them may take; of several pilots, the most careful. */
  readonly weight: BlendWeight
  readonly devig: BlendDevig & {
    readonly rows_complete: number
    readonly rows_incomplete: number
    readonly max_age_minutes: number
  }
  readonly head: BlendHead & { readonly ladders: BlendLadders | null }
  /** Every test row scored with one weight for all: what was given up or avoided. */
  readonly grid: readonly (BlendScores & {
    readonly weight: number
    /** Log loss minus the market's. */
    readonly difference: BlendInterval
  })[]
  readonly windows: readonly BlendWindow[]
  readonly scores: { readonly model: BlendScores; readonly market: BlendScores; readonly delivered: BlendScores }
  /** Delivered minus market. */
  readonly difference: {
    readonly method: 'day-block bootstrap, percentile'
    readonly level: number
    readonly draws: number
    readonly seed: number
    readonly days: number
    readonly log_loss: BlendInterval
    readonly brier: BlendInterval
  }
}

/** Whole ladders, one for each event and minute at which every rung has a price. */
export interface BlendLadders {
  readonly ladders: number
  readonly days: number
  readonly events_without_outcome: number
  readonly market: { readonly rps: number | null; readonly log_loss: number | null }
  readonly delivered: { readonly rps: number | null; readonly log_loss: number | null }
}
