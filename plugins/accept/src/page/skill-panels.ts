import type { EProcessFigures, WeightedDifference } from 'kwx/contracts'
import { legend, lineChart } from 'kwx/svg'

import type { JudgedSummary } from '../reports.ts'
import { READING_NAMES } from '../services/describe-skill.ts'
import { type ForestGroup, forestChart, forestHeight } from './forest-chart.ts'
import { intervalChart } from './interval-chart.ts'
import { change, count, ends, evidence, lastDayOf, plain, portion, powerWord, shortDay } from './numbers.ts'
import { figures, note, panel, twins } from './parts.ts'

/** Keys of the weightings, in words; the verdict takes the market-hours. */
const WEIGHTINGS = {
  per_row: 'by row',
  per_market_hour: 'by market-hour',
  per_event_day: 'by event day',
} as const satisfies Record<keyof WeightedDifference, string>

const WEIGHTING_KEYS = Object.keys(WEIGHTINGS) as (keyof WeightedDifference)[]

/** Configured reading -> the key under which file 01 compares it. */
const KEYS = { last: 'last', mid: 'middle', 'half-way': 'half_way' } as const

/** A difference in three weightings as lines of a forest chart. */
export const forestLines = (difference: WeightedDifference, decides: boolean): ForestGroup['lines'] =>
  WEIGHTING_KEYS.map((key) => ({
    name: WEIGHTINGS[key],
    ...difference[key],
    decides: decides && key === 'per_market_hour',
  }))

/** A difference in three weightings as rows of a table. */
export const forestRows = (name: string, difference: WeightedDifference): string[][] =>
  WEIGHTING_KEYS.map((key) => {
    const { mean, low, high, reason } = difference[key]
    return [name, WEIGHTINGS[key], change(mean), change(low), change(high), reason ?? '']
  })

/** Every reading of the market on the model's rows, in three weightings. */
export function benchmarksPanel({ benchmarks, benchmark, skill }: JudgedSummary): string {
  const readings = Object.keys(READING_NAMES) as (keyof typeof READING_NAMES)[]
  const decides = KEYS[benchmark.reading]
  const groups = readings.map(
    (one): ForestGroup => ({
      name: `${READING_NAMES[one]}${one === decides ? ' (decides)' : ''}`,
      lines: forestLines(benchmarks[one].difference, one === decides),
    }),
  )
  const description = `By market-hour: ${readings.map((one) => `${READING_NAMES[one]} ${change(benchmarks[one].difference.per_market_hour.mean)} ${ends(benchmarks[one].difference.per_market_hour)}`).join('; ')}.`
  const { rows, rows_without_middle, rows_without_last, max_side_age_minutes } = benchmark
  return panel('Benchmarks', 'log loss of the model minus that of each reading of the market, nats', [
    twins(
      'benchmarks',
      (size, id) =>
        forestChart({
          ...{ id, size, groups, description, margin: skill.delta },
          title: 'Difference from every reading of the market in three weightings',
          xTitle: 'below zero the model is ahead',
        }),
      forestHeight(groups),
    ),
    note(
      `Lines are ${portion(skill.interval.level)} intervals from ${count(skill.interval.draws)} resamples of whole days, seed ${count(skill.interval.seed)}. Shaded: ±${skill.delta}, too small to count. Heavy: what the verdict takes, ${benchmark.name} by market-hour.`,
    ),
    note(
      `Of ${count(rows)} test rows ${count(rows_without_middle)} have no middle and ${count(rows_without_last)} no last trade; there the other reading stands in. A side of the book older than ${count(max_side_age_minutes)} minutes is none.`,
    ),
    figures(
      'Scores of each reading on the rows of the model',
      ['reading', 'log loss', 'Brier score', 'ECE'],
      readings.map((one) => {
        const { log_loss, brier, ece } = benchmarks[one].scores
        return [READING_NAMES[one], plain(log_loss), plain(brier), plain(ece)]
      }),
    ),
    figures(
      'Difference in log loss, model minus reading',
      ['reading', 'weighting', 'difference', 'low', 'high', ''],
      readings.flatMap((one) => forestRows(READING_NAMES[one], benchmarks[one].difference)),
    ),
  ])
}

/** Model against benchmark in each window. */
export function windowsPanel({ windows, benchmark, skill }: JudgedSummary): string {
  const fitted = windows.filter(({ difference }) => difference.mean !== null)
  const ahead = fitted.filter(({ difference }) => difference.mean! < 0).length
  const alone = fitted.filter(
    ({ difference: { low, high } }) => (high !== null && high < 0) || (low !== null && low > 0),
  )
  const words = `${ahead} of ${fitted.length} windows are ahead of the benchmark; in ${alone.length} the interval leaves out zero.`
  return panel('Windows', `log loss in nats, model minus ${benchmark.name}, by market-hour`, [
    twins('windows', (size, id) =>
      intervalChart({
        ...{ id, size, margin: skill.delta },
        title: 'Difference by window with its interval',
        description: words,
        points: windows.map(({ window, difference }) => ({ name: shortDay(lastDayOf(window)), ...difference })),
        xTitle: 'last test day of the window',
      }),
    ),
    note(
      `${words} Filled: model ahead. Open: benchmark ahead. Triangle: the whole interval is above zero. Each window has few days: its interval is rough.`,
    ),
    figures(
      'Windows: model and market on the same rows',
      ['window', 'rows', 'days', 'log loss', 'market', 'difference', 'low', 'high', 'calibrator'],
      windows.map((row) => [
        row.window,
        count(row.n_test),
        count(row.n_test_days),
        plain(row.log_loss),
        plain(row.market.log_loss),
        ...[row.difference.mean, row.difference.low, row.difference.high].map(change),
        row.calibration ?? row.reason,
      ]),
    ),
  ])
}

/**
 * Model against benchmark in each hour of the climate day.
 *
 * @param fewest  an hour with fewer event days is not drawn: its figure would set the scale and say nothing
 */
export function hoursPanel(summary: JudgedSummary, fewest: number): string {
  const { difference_by_hour: hours, benchmark, skill, standard_offset } = summary
  const drawn = new Map(hours.filter(({ days }) => days >= fewest).map((one) => [one.hour_local, one]))
  const listed = (list: readonly { readonly hour_local: number }[]) =>
    list.map(({ hour_local }) => `${hour_local} h`).join(', ')
  const worse = [...drawn.values()].filter(({ difference: { low } }) => low !== null && low > 0)
  const left = hours.filter(({ days }) => days < fewest)
  const clock = `UTC${standard_offset < 0 ? '−' : '+'}${Math.abs(standard_offset) / 60} h`
  const words = [
    worse.length > 0
      ? `The whole interval is above zero at ${listed(worse)}.`
      : 'In no hour is the whole interval above zero.',
    left.length > 0 ? `Not drawn, with fewer than ${fewest} days: ${listed(left)}.` : '',
  ]
  const description = words.filter((one) => one !== '').join(' ')
  const [first = 0, last = -1] = [Math.min(...drawn.keys()), Math.max(...drawn.keys())].filter(Number.isFinite)
  return panel('Hours of the day', `log loss in nats, model minus ${benchmark.name}, by market-hour`, [
    twins('hours', (size, id) =>
      intervalChart({
        ...{ id, size, description, margin: skill.delta },
        title: 'Difference by hour of the climate day with its interval',
        points: Array.from({ length: last - first + 1 }, (_, k) => ({
          name: String(first + k),
          ...(drawn.get(first + k)?.difference ?? { mean: null }),
        })),
        xTitle: 'hour, local standard time',
      }),
    ),
    note(`${description} Hours of local standard time (${clock}) all year; the interval of each hour is by itself.`),
    figures(
      'Difference by hour of the climate day',
      ['hour', 'days', 'market-hours', 'difference', 'low', 'high'],
      hours.map(({ hour_local, days, market_hours, difference: { mean, low, high } }) => [
        `${hour_local} h`,
        ...[days, market_hours].map(count),
        ...[mean, low, high].map(change),
      ]),
    ),
  ])
}

/** Model against benchmark on each event day. */
export function daysPanel({ e_process, benchmark, skill }: JudgedSummary): string {
  const { by_day, confidence_sequence: bounds, clip, clipped_days } = e_process
  const ahead = by_day.filter(({ difference }) => difference < 0).length
  const words = `On ${ahead} of ${by_day.length} days the model is ahead.`
  return panel('Event days', `log loss in nats, model minus ${benchmark.name}, mean over the market-hours of the day`, [
    twins('days', (size, id) =>
      intervalChart({
        ...{ id, size },
        title: 'Difference by event day',
        description: words,
        margin: skill.delta,
        points: by_day.map(({ day, difference }) => ({ name: shortDay(day), mean: difference })),
        xTitle: 'event day',
      }),
    ),
    note(
      `${words} Mean over days ${change(bounds.mean)}, ${portion(bounds.level)} bounds [${change(bounds.low)}, ${change(bounds.high)}] that hold on all days at once. ${clipped_days} days are clipped at ±${clip} nats for these bounds and for the e-processes.`,
    ),
    figures(
      'Difference by event day',
      ['day', 'market-hours', 'difference'],
      by_day.map(({ day, market_hours, difference }) => [day, count(market_hours), change(difference)]),
    ),
  ])
}

/** Both e-processes over days, on a logarithmic scale. `id` is unlike that of every other drawing. */
export function eProcessPanel(id: string, title: string, e: EProcessFigures): string {
  const { by_day, bar, e_for, e_against, peak_for, peak_against, for_since, against_since } = e
  const values = by_day.flatMap((day) => [day.e_for, day.e_against]).filter((one) => one > 0 && Number.isFinite(one))
  const low = Math.max(1e-3, Math.min(0.1, ...values))
  const high = Math.min(1e6, Math.max(5 * bar, ...values))
  const since = (day: string | null) => (day === null ? '' : `, at the bar since ${day}`)
  const words = `For: ${evidence(e_for)}, peak ${evidence(peak_for)}${since(for_since)}. Against: ${evidence(e_against)}, peak ${evidence(peak_against)}${since(against_since)}. The bar is ${count(bar)}.`
  return panel(title, 'evidence over days, log scale', [
    legend(['for: better than the benchmark', 'against: worse than the benchmark']),
    twins(id, (size, own) =>
      lineChart({
        ...{ id: own, size, title, description: words, log: true, y: [low * 0.8, high * 1.25] },
        marks: size.width < 400 ? 4 : 5,
        series: [
          { name: 'for', values: by_day.map((day) => day.e_for) },
          { name: 'against', values: by_day.map((day) => day.e_against) },
        ],
        day: (index) => shortDay(by_day[index]?.day ?? ''),
        yTitle: 'e-value',
        yLabel: powerWord,
        threshold: { value: bar, name: `bar: ${count(bar)}` },
      }),
    ),
    note(`${words} Readable on any day: looking often does not inflate it. Values beyond the axis lie on its edge.`),
    figures(
      `${title}: e-values by day`,
      ['day', 'market-hours', 'difference', 'for', 'against'],
      by_day.map((one) => [
        one.day,
        count(one.market_hours),
        change(one.difference),
        evidence(one.e_for),
        evidence(one.e_against),
      ]),
    ),
  ])
}
