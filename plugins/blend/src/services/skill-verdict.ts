import type { BlendGridFile, BlendWeight } from 'kwx/contracts'
import { type ForecastJudgement, type ForecastRows, judgeForecast } from 'kwx/scores'

import { MIN_DAYS } from './fit-weight.ts'

/** Windows with test rows below which nothing was delivered on evidence. */
const MIN_WINDOWS = 2

type SkillVerdict = BlendGridFile['skill']

/**
 * Judges the pooled probability against its benchmark, as a model is judged.
 *
 * Two things are the pool's own: how much evidence there must be, and that a probability that would be delivered
 * without the model after these days shows no skill of it.
 *
 * @param evidence.windows  that have test rows
 * @param evidence.weight  what may be used after the test days
 */
export function judgePool(
  rows: ForecastRows,
  { days, windows, weight }: { days: number; windows: number; weight: BlendWeight },
  { seed, delta, benchmark }: { seed: number; delta: number; benchmark: string },
): ForecastJudgement {
  const judged = judgeForecast(rows, {
    seed,
    delta,
    benchmark,
    subject: 'The pooled probability',
    minDays: MIN_DAYS,
    lacking: whyTooFew(days, windows, weight),
  })
  return { ...judged, skill: withWeight(judged.skill, weight) }
}

function whyTooFew(days: number, windows: number, weight: BlendWeight): string | null {
  if (days < MIN_DAYS || windows < MIN_WINDOWS) {
    return `${days} test days in ${windows} fitted windows are too few to judge skill; ${MIN_DAYS} days in ${MIN_WINDOWS} windows are needed.`
  }
  return weight.outcome === 'one-class' ? 'All test rows have one outcome: skill cannot be judged.' : null
}

function withWeight(skill: SkillVerdict, weight: BlendWeight): SkillVerdict {
  if (skill.outcome === 'not-enough-evidence') return skill
  const used =
    weight.fitted === null
      ? weight.reason
      : `Weight of the model ${weight.fitted.toFixed(2)} [${weight.low?.toFixed(2) ?? 'none'}, ${weight.high?.toFixed(2) ?? 'none'}], used ${weight.value.toFixed(2)}.`
  if (skill.verdict !== 'better' || weight.value > 0) return { ...skill, sentence: `${skill.sentence} ${used}` }
  return {
    ...skill,
    verdict: 'not-shown',
    outcome: 'fail',
    sentence: `The model is not used after the test days, so no skill of it is shown. ${skill.sentence} ${used}`,
  }
}
