import type {
  BacktestAcceptanceFile,
  BacktestGate,
  BacktestMetrics,
  BlendGridFile,
  GateAuditFile,
  TimeAuditFile,
} from 'kwx/contracts'

import {
  BACKTEST_PAGE,
  DECISION,
  DECISION_NAMES,
  type Decision,
  type DecisionFiles,
  type DecisionName,
} from '../decision.ts'
import type { JudgedSummary } from '../reports.ts'
import { describeEProcess, weightingCells } from './describe-skill.ts'
import { share } from './format.ts'
import { list, shown, table } from './markdown.ts'

const TITLES: Readonly<Record<DecisionName, string>> = {
  backtest: 'Backtest',
  blend: 'Pool of model and market',
  time_audit: 'Time alignment',
  gate_audit: 'Gated features',
}

const FIGURES: { readonly [Name in DecisionName]: (file: DecisionFiles[Name]) => string[] } = {
  backtest,
  blend,
  time_audit: timeAudit,
  gate_audit: gateAudit,
}

/** What decides at a gate of file 07. */
const JUDGED: Readonly<Record<BacktestGate['judged'], string>> = {
  low: 'lower end, above',
  high: 'value and upper end, at most',
  actual: 'value, at least',
  none: 'only reported',
}

/** The page's sections of files 07 to 10, each with its verdict first; every figure is taken from the files. */
export const renderDecision = (decision: Decision, summary: JudgedSummary): string[] =>
  DECISION_NAMES.flatMap((name) => {
    const entry = summary.decision.find(({ file }) => file === DECISION[name].file)!
    const figures = FIGURES[name] as (file: unknown) => string[]
    const part = decision[name]
    return [`## ${TITLES[name]}`, `${entry.outcome}: ${entry.sentence}`, ...(part ? figures(part.content) : [])]
  })

function backtest({
  verdict,
  metrics,
  gates,
  bands,
  latency,
  alternatives,
  span,
  data,
}: BacktestAcceptanceFile): string[] {
  const metricRows = Object.keys(metrics) as (keyof BacktestMetrics)[]
  const rules = Object.entries(bands)
  const { pessimistic } = bands
  const { level, low, high, probability_above_2 } = pessimistic.sharpe_interval
  const judgedAtAll = verdict.outcome !== 'not-enough-evidence'
  return [
    [
      `- ${span.days} calendar days from ${span.first_day} to ${span.last_day}, ${pessimistic.days.traded} of them traded; ${data.markets} markets, book ${data.book} from ${data.price_source}.`,
      `- Under the pessimistic rule: Sharpe ratio ${shown(pessimistic.metrics.sharpe)}, ${share(level)} interval ${shown(low)} to ${shown(high)}, above 2 in ${share(probability_above_2)} of the resamples of days; ${pessimistic.orders} orders, ${pessimistic.fills} fills, fill rate ${share(pessimistic.fill_rate)}, as maker ${share(pessimistic.maker_share)}, turnover ${shown(pessimistic.turnover)}.`,
    ].join('\n'),
    table(
      ['', ...rules.map(([rule]) => rule)],
      metricRows.map((name) => [name, ...rules.map(([, band]) => shown(band.metrics[name]))]),
    ),
    table(
      ['gate', 'value', 'lower end', 'upper end', 'judged', 'threshold', 'passed'],
      Object.entries(gates).map(([name, { judged, judged_threshold, actual, low, high, passed }]) => [
        name,
        ...[actual, low, high].map(shown),
        ...[JUDGED[judged], shown(judged_threshold)],
        judged === 'none' || !judgedAtAll ? 'not judged' : shown(passed),
      ]),
    ),
    table(
      ['pessimistic, otherwise', 'P&L in cents', 'Sharpe ratio', 'trades'],
      [
        ...latency.map((one) => [`${one.delay_minutes} min later`, one] as const),
        ...alternatives.map((one) => [`probability of the ${one.probability}`, one] as const),
      ].map(([name, { total_pnl_cents, sharpe, n_trades }]) => [
        name,
        ...[total_pnl_cents, sharpe, n_trades].map(shown),
      ]),
    ),
    `Equity, drawdown, reliability and edges: [${BACKTEST_PAGE}](${BACKTEST_PAGE}).`,
  ]
}

function blend(file: BlendGridFile): string[] {
  const { skill, no_harm, weight, devig, head, scores, difference, weightings, e_process, grid, windows } = file
  const names = { log_loss: 'log loss', brier: 'Brier score', ece: 'ECE' } as const
  return [
    [
      `- Skill, ${skill.verdict}: ${skill.sentence}`,
      `- No harm, ${no_harm.outcome}: ${no_harm.sentence}`,
      `- Delivered minus benchmark in log loss: by row, by market-hour and by event day ${weightingCells(weightings).join('; ')}.`,
      `- ${describeEProcess(e_process)}`,
      `- Weight of the model ${shown(weight.value)}; fitted ${shown(weight.fitted)}, ${share(weight.level)} interval ${shown(weight.low)} to ${shown(weight.high)} over ${weight.days} days. ${weight.reason}`,
      `- Market side de-vigged by ${devig.method}. ${devig.reason}`,
      `- Head ${head.method}, temperature ${shown(head.temperature)}. ${head.reason}`,
      `- Delivered minus market: log loss ${shown(difference.log_loss.mean)} (${shown(difference.log_loss.low)} to ${shown(difference.log_loss.high)}), Brier score ${shown(difference.brier.mean)} (${shown(difference.brier.low)} to ${shown(difference.brier.high)}).`,
    ].join('\n'),
    table(
      ['', 'model', 'market', 'delivered'],
      (Object.keys(names) as (keyof typeof names)[]).map((score) => [
        names[score],
        ...[scores.model, scores.market, scores.delivered].map((of) => shown(of[score])),
      ]),
    ),
    table(
      ['weight for all rows', 'log loss', 'Brier score', 'ECE', 'log loss minus the market', 'low', 'high'],
      grid.map(({ weight, log_loss, brier, ece, difference: { mean, low, high } }) =>
        [weight, log_loss, brier, ece, mean, low, high].map(shown),
      ),
    ),
    table(
      ['window', 'rows', 'days', 'weight', 'head', 'log loss', 'market', 'weight because'],
      windows.map(({ window, rows, days, weight, head, delivered, market }) => [
        window,
        ...[rows, days, weight.value, head.method, delivered.log_loss, market.log_loss].map(shown),
        weight.reason,
      ]),
    ),
  ]
}

function timeAudit({ zone, standard_offset, span, rows, counts, dst_days, faults }: TimeAuditFile): string[] {
  return [
    [
      `- Events ${span.from} to ${span.to}: ${counts.judged} of ${counts.events} judged, ${counts.refused} refused for want of a close rule.`,
      `- Closes: ${counts.close_agrees} as the rule says, ${counts.close_differs} otherwise, ${counts.close_unknown} not stored.`,
      `- Climate day at UTC${standard_offset < 0 ? '' : '+'}${standard_offset} min all year; the wall clock is ${zone}'s. Days on which it changes: ${list(dst_days.map(({ event_day }) => event_day))}.`,
      ...faults.slice(0, MOST_FAULTS).map(({ sentence }) => `- ${sentence}`),
      ...(faults.length > MOST_FAULTS ? [`- The file lists the other faults.`] : []),
    ].join('\n'),
    table(
      ['rows', 'all', 'before their day', 'on it', 'after it', 'moved by civil midnight', 'by UTC', 'by 6 a.m.'],
      (['built', 'prices', 'observations'] as const).map((kind) => {
        const { rows: all, before, own_day, after, would_change: change } = rows[kind]
        return [kind, ...[all, before, own_day, after, change.civil_midnight, change.utc, change.before_6am].map(shown)]
      }),
    ),
  ]
}

/** So many faults tell what is wrong; the file has all. */
const MOST_FAULTS = 10

function gateAudit({ gates, rows_checked, rows_exposed, rows_violating, features, faults }: GateAuditFile): string[] {
  return [
    [
      `- Excluded: ${list(gates.map(({ source, by }) => `${source} (${by})`))}.`,
      `- ${rows_checked} rows checked, ${rows_exposed} exposed, ${rows_violating} violating.`,
      ...faults.slice(0, MOST_FAULTS).map((sentence) => `- ${sentence}`),
      ...(faults.length > MOST_FAULTS ? [`- The file lists the other faults.`] : []),
    ].join('\n'),
    table(
      ['feature', 'gated', 'values seen', 'missing', 'readings hidden', 'log loss without minus with', 'low', 'high'],
      features.map(({ feature, gated, built, readings_hidden, ablation }) => [
        feature,
        ...[gated, built.values_seen, built.missing, readings_hidden].map(shown),
        ablation.difference === null ? (ablation.reason ?? 'none') : shown(ablation.difference),
        ...[ablation.low, ablation.high].map(shown),
      ]),
    ),
  ]
}
