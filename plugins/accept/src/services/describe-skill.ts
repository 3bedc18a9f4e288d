import type { EProcessFigures, MeanInterval, WeightedDifference } from 'kwx/contracts'

import type { JudgedSummary } from '../reports.ts'
import { figure, fixed, share, signed } from './format.ts'
import { table } from './markdown.ts'

/** What a page calls the readings of the market. */
export const READING_NAMES: Readonly<Record<keyof JudgedSummary['benchmarks'], string>> = {
  last: 'last trade',
  middle: 'middle of the book',
  half_way: 'half-way price',
}

/** How an interval stands in a table. */
const shownInterval = ({ mean, low, high, reason }: MeanInterval): string =>
  mean === null || low === null ? `${signed(mean)} (${reason})` : `${signed(mean)} (${signed(low)} to ${signed(high)})`

/** A difference in the three weightings, as cells. */
export const weightingCells = ({ per_row, per_market_hour, per_event_day }: WeightedDifference): string[] =>
  [per_row, per_market_hour, per_event_day].map(shownInterval)

/** One line about both processes. */
export function describeEProcess(figures: EProcessFigures): string {
  const { days, clipped_days, clip, bar, e_for, e_against, peak_for, peak_against, against_since } = figures
  const { mean, low, high } = figures.confidence_sequence
  const since = against_since === null ? '' : `, at ${bar} or above since ${against_since}`
  const values = `for ${value(e_for)} (peak ${value(peak_for)}), against ${value(e_against)} (peak ${value(peak_against)}${since})`
  return `E-processes over ${days} days: ${values}; daily mean ${signed(mean)} [${signed(low)}, ${signed(high)}] on all days at once; ${clipped_days} days clipped at ${figure(clip)} nats.`
}

/** E-values span many powers of ten. */
const value = (e: number): string => (e >= 1e6 ? 'over a million' : fixed(e))

/** The verdict, the differences to every reading of the market, and the e-processes, for the page. */
export function skillSection({ skill, benchmark, benchmarks, e_process, evaluations }: JudgedSummary): string[] {
  const { rows, rows_without_middle, rows_without_last, max_side_age_minutes, name } = benchmark
  const harm = { true: 'yes', false: 'no', null: 'not known' }[String(skill.no_harm) as 'true' | 'false' | 'null']
  const readings = Object.keys(READING_NAMES) as (keyof typeof READING_NAMES)[]
  return [
    [
      `- Verdict: ${skill.verdict}. ${skill.sentence}`,
      `- Benchmark: ${name}, fixed in the configuration. Of ${rows} test rows ${rows_without_middle} have no middle and ${rows_without_last} no last trade; there the other reading stands in. A side of the book older than ${max_side_age_minutes} minutes is none.`,
      `- No harm (the upper end lies below ${figure(skill.harm_limit)} nats): ${harm}. Reported only.`,
      `- Evaluations: ${evaluations.sentence}`,
    ].join('\n'),
    `Log loss of the model minus that of each reading, with ${share(skill.interval.level)} intervals that resample whole days; the verdict takes the benchmark by market-hour:`,
    table(
      ['reading', 'log loss', 'Brier score', 'by row', 'by market-hour', 'by event day'],
      readings.map((one) => {
        const { scores, difference } = benchmarks[one]
        return [READING_NAMES[one], fixed(scores.log_loss), fixed(scores.brier), ...weightingCells(difference)]
      }),
    ),
    describeEProcess(e_process),
  ]
}
