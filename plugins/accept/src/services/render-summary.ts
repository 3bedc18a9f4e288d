import { copiedFiles, type Decision } from '../decision.ts'
import {
  type EqualAccuracy,
  type JudgedSummary,
  REPORT_FILES,
  type Reliability,
  type Reports,
  type RowScores,
  SUMMARY_HTML,
  type WindowMetrics,
} from '../reports.ts'
import { skillSection } from './describe-skill.ts'
import { figure, fixed, share, signed } from './format.ts'
import { list, table } from './markdown.ts'
import { renderDecision } from './render-decision.ts'

/** File 06, for a person. Every figure is taken from files 01 to 05 and 07 to 10; this file types none. */
export function renderSummary(reports: Reports, decision: Decision): string {
  const { summary } = reports
  return [
    summary.verdict.sentence,
    summary.evaluations.sentence,
    `# Acceptance of ${summary.city} ${summary.bracket} (${summary.phase})`,
    origin(reports),
    '## Skill',
    ...skillSection(summary),
    '## Model and market on the same rows',
    sideBySide(summary),
    difference(summary),
    equalAccuracy(summary),
    '## Gates',
    gates(summary),
    '## Windows',
    windows(summary),
    '## Calibration',
    calibration(reports),
    '## Excluded sources',
    `${reports.exclusion.status}: ${reports.exclusion.sentence} Excluded: ${list(reports.exclusion.excluded_cities)}.`,
    '## Configuration',
    configuration(reports),
    '## Infrastructure',
    infrastructure(reports),
    ...renderDecision(decision, summary),
    '## Files',
    [...Object.values(REPORT_FILES), SUMMARY_HTML, ...copiedFiles(decision).map(({ file }) => file), 'provenance.json']
      .map((file) => `- [${file}](${file})`)
      .join('\n'),
  ]
    .join('\n\n')
    .concat('\n')
}

const ORIGINS = {
  real: 'Rows are real: recorded from the exchange and the weather stations.',
  replay: 'Rows are a replay of recorded data.',
  simulated: 'Rows are simulated: the figures say nothing about a real market.',
}

function origin({ summary }: Reports): string {
  const { weather, price_source, labels, n_windows, n_windows_planned, total_test_rows, total_test_days } = summary
  const proxy = weather.proxy ? ', a proxy for the settlement station' : ', the settlement station'
  return [
    `- ${ORIGINS[summary.origin]}`,
    `- Weather of ${weather.station}${proxy}.`,
    `- Prices from ${price_source}.`,
    `- Labels: ${labels.exchange} markets by the exchange, ${labels.derived} derived from the official maximum, ${labels.quarantined} quarantined.`,
    `- Features ${summary.feature_set}, penalty ${summary.penalty ?? 'none'}; pilot ${summary.pilot_dir}.`,
    `- ${n_windows} of ${n_windows_planned} windows fitted, ${total_test_rows} test rows of ${total_test_days} event days.`,
  ].join('\n')
}

function sideBySide({ metrics, market, pooled }: JudgedSummary): string {
  const names = { log_loss: 'log loss', brier: 'Brier score', ece: 'ECE' } as const
  const meanSd = (from: WindowMetrics, score: keyof RowScores) =>
    from[`${score}_mean`] === null ? 'none' : `${fixed(from[`${score}_mean`])} ± ${fixed(from[`${score}_std`])}`
  const rows = (Object.keys(names) as (keyof RowScores)[]).flatMap((score) => [
    [`${names[score]}, mean ± sd over windows`, meanSd(metrics, score), meanSd(market, score)],
    [`${names[score]}, all rows`, fixed(pooled.model[score]), fixed(pooled.market[score])],
  ])
  return table(
    ['', 'model', 'market'],
    [...rows, ['accuracy, all rows', share(pooled.model.accuracy), share(pooled.market.accuracy)]],
  )
}

function difference({ difference: { level, draws, seed, days, log_loss, brier } }: JudgedSummary): string {
  const of = (name: string, { mean, low, high, reason }: typeof log_loss) =>
    mean === null
      ? `- ${name}: none. ${reason}`
      : `- ${name}: ${signed(mean)}${reason ? `. ${reason}` : `, ${share(level)} interval ${signed(low)} to ${signed(high)}`}`
  return [
    `Model minus market, all rows (below zero the model is better); ${draws} resamples of ${days} whole days, seed ${seed}:`,
    [of('log loss', log_loss), of('Brier score', brier)].join('\n'),
  ].join('\n\n')
}

function equalAccuracy({ diebold_mariano: { days, lags, log_loss, brier } }: JudgedSummary): string {
  const of = (name: string, { mean, statistic, p_value, reason }: EqualAccuracy) =>
    mean === null || reason
      ? `- ${name}: ${signed(mean)}. ${reason}`
      : `- ${name}: ${signed(mean)} a day, statistic ${signed(statistic)}, p ${fixed(p_value)}`
  return [
    `Diebold-Mariano test that model and market are equally good, on the means of ${days} days that count alike (${lags} lags):`,
    [of('log loss', log_loss), of('Brier score', brier)].join('\n'),
  ].join('\n\n')
}

const gates = ({ gates }: JudgedSummary) =>
  table(
    ['gate', 'outcome', 'value', 'threshold', 'source of the threshold', 'in words'],
    gates.map(({ title, outcome, value, threshold, threshold_source, sentence }) => [
      title,
      outcome,
      figure(value),
      figure(threshold),
      threshold_source,
      sentence,
    ]),
  )

function windows({ windows, model_sparsity: { nonzero_coef_mean, nonzero_coef_std } }: JudgedSummary): string {
  const rows = windows.map((row) => [
    row.window,
    ...[row.n_train, row.n_calibration, row.n_test, row.n_test_days].map(String),
    ...[row.log_loss, row.market.log_loss, row.brier, row.market.brier, row.ece, row.market.ece].map(fixed),
    figure(row.n_nonzero_coef),
    row.calibration ?? row.reason,
    share(row.clipped_share),
  ])
  const head = [
    'window',
    'train',
    'calibration',
    'test',
    'days',
    'log loss',
    'market',
    'Brier',
    'market',
    'ECE',
    'market',
    'non-zero',
    'calibrator',
    'clipped',
  ]
  const sparsity = `Non-zero coefficients: ${fixed(nonzero_coef_mean)} ± ${fixed(nonzero_coef_std)} (mean ± sd over windows).`
  return `${table(head, rows)}\n\n${sparsity}`
}

function calibration(reports: Reports): string {
  const { calibration } = reports
  const row = ({ ece, max_error, judged_bins }: Reliability) => [fixed(ece), fixed(max_error), String(judged_bins)]
  return [
    `- Tests, ${calibration.test.outcome}: ${calibration.test.sentence}`,
    eceLine(calibration),
    table(
      ['', 'ECE', 'largest error', 'bins judged'],
      [
        ['model', ...row(calibration)],
        ['market', ...row(calibration.market)],
      ],
    ),
    parts(reports),
    table(
      ['bin of the model', 'rows', 'days', 'mean probability', 'share of YES', 'error', ''],
      calibration.bins.map((bin) => [
        bin.bin_range,
        String(bin.count),
        String(bin.event_days),
        ...[bin.mean_pred, bin.observed_freq, bin.calibration_error].map(fixed),
        bin.verdict,
      ]),
    ),
    `A bin with fewer than ${calibration.minimum_event_days_per_bin} event days gives no verdict.`,
  ].join('\n\n')
}

function eceLine({
  ece_reported: { ece, perfect_mean, perfect_high, origin_threshold },
}: Reports['calibration']): string {
  const perfect = `a perfect forecaster has ${fixed(perfect_mean)} on these rows, seldom above ${fixed(perfect_high)}`
  return `- ECE, reported: ${fixed(ece)}; ${perfect}; the origin's threshold of ${figure(origin_threshold)} decides nothing.`
}

/** The pooled scores taken apart, model beside market. */
function parts({ summary: { decomposition } }: Reports): string {
  const scores = { log_loss: 'log loss', brier: 'Brier score' } as const
  const names = { mcb: 'miscalibration (MCB)', dsc: 'discrimination (DSC)', unc: 'uncertainty (UNC)' } as const
  const rows = (Object.keys(scores) as (keyof typeof scores)[]).flatMap((score) =>
    (Object.keys(names) as (keyof typeof names)[]).map((part) => [
      `${scores[score]}: ${names[part]}`,
      fixed(decomposition.model[score][part]),
      fixed(decomposition.market[score][part]),
    ]),
  )
  return [
    'Score = MCB − DSC + UNC, by isotonic recalibration: MCB is what better calibration would save (less is better), DSC what the probabilities know beyond the base rate (more is better), UNC the same for all.',
    table(['', 'model', 'market'], rows),
  ].join('\n\n')
}

function configuration({ config }: Reports): string {
  const state = config.validation_passed ? 'valid' : 'not valid'
  const { config_file, n_stated, n_default, problems } = config
  const opening = `${config_file} is ${state}: it states ${n_stated} values, ${n_default} are defaults.`
  return [opening, ...problems.map((problem) => `- ${problem}`)].join('\n')
}

const infrastructure = ({ infrastructure: { checks, n_ran, n_failed, n_absent } }: Reports) =>
  [
    `${n_ran} checks ran, ${n_failed} failed, ${n_absent} things are absent.`,
    table(
      ['check', 'status', 'in words'],
      checks.map(({ check, status, sentence }) => [check, status, sentence]),
    ),
  ].join('\n\n')
