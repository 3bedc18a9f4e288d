import type { BacktestAcceptanceFile, BlendGridFile, GateAuditFile, TimeAuditFile } from 'kwx/contracts'
import { escapeHtml } from 'kwx/svg'

import { BACKTEST_PAGE, DECISION, DECISION_NAMES, type Decision } from '../decision.ts'
import type { JudgedSummary } from '../reports.ts'
import { shown } from '../services/markdown.ts'
import { type ForestGroup, forestChart, forestHeight } from './forest-chart.ts'
import { intervalChart } from './interval-chart.ts'
import { change, count, ends, plain, portion } from './numbers.ts'
import { cards, figures, note, panel, state, twins } from './parts.ts'
import { eProcessPanel, forestLines, forestRows } from './skill-panels.ts'

const TITLES = {
  backtest: 'Backtest',
  blend: 'Pool of model and market',
  time_audit: 'Time alignment',
  gate_audit: 'Gated features',
} as const

/** Panels of the files 07 to 10, those that there are; the rest are named with what makes them. */
export function decisionPanels(decision: Decision, summary: JudgedSummary): string[] {
  const { backtest, blend, time_audit, gate_audit } = decision
  return [
    entries(decision, summary),
    ...(blend ? [poolPanel(blend.content), gridPanel(blend.content)] : []),
    ...(blend ? [eProcessPanel('pool-e', 'E-processes of the pooled probability', blend.content.e_process)] : []),
    ...(backtest ? [backtestPanel(backtest.content, BACKTEST_PAGE in backtest.artefact.files)] : []),
    ...(time_audit ? [timePanel(time_audit.content)] : []),
    ...(gate_audit ? [gatedPanel(gate_audit.content)] : []),
  ]
}

const entries = (decision: Decision, { decision: list }: JudgedSummary) =>
  panel(
    'Decision',
    'what is delivered, what trading on it would have earned, and the audits',
    [
      cards(
        'Files 07 to 10',
        ['what', 'outcome', 'in words', 'file'],
        DECISION_NAMES.flatMap((name) => {
          const entry = list.find(({ file }) => file === DECISION[name].file)
          if (!entry) return []
          const { file } = DECISION[name]
          const link = decision[name] ? `<a href="${file}">${file}</a>` : 'not made'
          return [[TITLES[name], state(entry.outcome), escapeHtml(entry.sentence), link]]
        }),
      ),
    ],
    true,
  )

/** The pooled probability against its benchmark in three weightings. */
function poolPanel({ skill, weightings, weight, scores, devig, head, no_harm }: BlendGridFile): string {
  const groups: ForestGroup[] = [{ name: 'pooled minus benchmark', lines: forestLines(weightings, true) }]
  return panel('Pool of model and market', 'log loss of the pooled probability minus its benchmark, nats', [
    `<p>${escapeHtml(`Skill, ${skill.verdict}: ${skill.sentence}`)}</p>`,
    twins(
      'pool',
      (size, id) =>
        forestChart({
          ...{ id, size, groups, margin: skill.delta },
          title: 'Pooled probability against its benchmark in three weightings',
          description: `By market-hour ${change(weightings.per_market_hour.mean)} ${ends(weightings.per_market_hour)}.`,
          xTitle: 'below zero the pool is ahead',
        }),
      forestHeight(groups),
    ),
    note(
      `Weight of the model ${plain(weight.value)}; fitted ${plain(weight.fitted)}, ${portion(weight.level)} interval ${plain(weight.low)} to ${plain(weight.high)} over ${count(weight.days)} days. ${weight.reason}`,
    ),
    note(`Market side de-vigged by ${devig.method}. Head ${head.method}, temperature ${plain(head.temperature)}.`),
    note(`No harm, ${no_harm.outcome}: ${no_harm.sentence}`),
    figures(
      'Pooled probability minus its benchmark',
      ['of', 'weighting', 'difference', 'low', 'high', ''],
      forestRows('pool', weightings),
    ),
    figures(
      'Scores of model, market and pool',
      ['', 'log loss', 'Brier score', 'ECE'],
      (['model', 'market', 'delivered'] as const).map((name) => [
        name,
        ...[scores[name].log_loss, scores[name].brier, scores[name].ece].map(plain),
      ]),
    ),
  ])
}

/** What one weight for all rows would have given up or avoided, and the weights of the windows. */
function gridPanel({ grid, windows }: BlendGridFile): string {
  return panel('Weight of the model', 'log loss in nats minus that of the market, by row, one weight for all', [
    twins('weights', (size, id) =>
      intervalChart({
        ...{ id, size },
        title: 'Difference from the market by weight of the model',
        description: grid.map(({ weight, difference }) => `${plain(weight)}: ${change(difference.mean)}`).join('; '),
        points: grid.map(({ weight, difference }) => ({ name: String(Number(weight.toFixed(2))), ...difference })),
        xTitle: 'weight of the model',
      }),
    ),
    figures(
      'One weight for all rows',
      ['weight', 'log loss', 'Brier score', 'ECE', 'difference', 'low', 'high'],
      grid.map(({ weight, log_loss, brier, ece, difference: { mean, low, high } }) => [
        plain(weight),
        ...[log_loss, brier, ece].map(plain),
        ...[mean, low, high].map(change),
      ]),
    ),
    figures(
      'Weights of the windows, each from the days before it',
      ['window', 'rows', 'days', 'weight', 'log loss', 'market', 'because'],
      windows.map(({ window, rows, days, weight, delivered, market }) => [
        window,
        ...[rows, days].map(count),
        ...[weight.value, delivered.log_loss, market.log_loss].map(plain),
        weight.reason,
      ]),
    ),
  ])
}

/** Sharpe ratio under the three rules of filling, and the gates of file 07. */
function backtestPanel({ verdict, bands, gates, span }: BacktestAcceptanceFile, hasPage: boolean): string {
  const rules = Object.entries(bands)
  const groups: ForestGroup[] = [
    {
      name: 'Rule of filling',
      lines: rules.map(
        ([
          rule,
          {
            metrics,
            sharpe_interval: { low, high },
          },
        ]) => ({
          ...{ name: rule.replaceAll('_', ' '), mean: metrics.sharpe, low, high },
          decides: rule === 'pessimistic',
        }),
      ),
    },
  ]
  const judgedAtAll = verdict.outcome !== 'not-enough-evidence'
  return panel(
    'Backtest',
    `annual Sharpe ratio after fees, ${span.days} days from ${span.first_day} to ${span.last_day}`,
    [
      `<p>${state(verdict.outcome)} ${escapeHtml(verdict.sentence)}</p>`,
      twins(
        'sharpe',
        (size, id) =>
          forestChart({
            ...{ id, size, groups },
            title: 'Annual Sharpe ratio with its interval under the rules of filling',
            description: `${rules.map(([rule, { metrics, sharpe_interval }]) => `${rule}: ${plain(metrics.sharpe)} ${ends({ ...sharpe_interval, reason: null })}`).join('; ')}.`,
            xTitle: 'above zero the days earned',
          }),
        forestHeight(groups),
      ),
      hasPage ? `<p>Equity, drawdown and edges: <a href="${BACKTEST_PAGE}">${BACKTEST_PAGE}</a>.</p>` : '',
      figures(
        'Metrics under the rules of filling',
        ['rule', 'Sharpe', 'low', 'high', 'drawdown', 'P&L, cents', 'fees, cents', 'traded orders'],
        rules.map(
          ([
            rule,
            {
              metrics,
              sharpe_interval: { low, high },
            },
          ]) => [
            rule.replaceAll('_', ' '),
            ...[metrics.sharpe, low, high, metrics.max_drawdown].map(plain),
            ...[metrics.total_pnl_cents, metrics.total_fees_cents, metrics.n_trades].map(count),
          ],
        ),
      ),
      figures(
        'Gates of the backtest',
        ['gate', 'value', 'low', 'high', 'threshold', 'judged by', 'passed'],
        Object.entries(gates).map(([name, { actual, low, high, judged, judged_threshold, passed }]) => [
          name,
          ...[actual, low ?? null, high ?? null, judged_threshold ?? null].map(count),
          judged,
          judged === 'none' || !judgedAtAll ? 'not judged' : shown(passed),
        ]),
      ),
    ],
  )
}

function timePanel({ verdict, counts, rows, faults, span }: TimeAuditFile): string {
  return panel('Time alignment', `events ${span.from} to ${span.to}`, [
    `<p>${state(verdict.outcome)} ${escapeHtml(verdict.sentence)}</p>`,
    note(
      `${counts.judged} of ${counts.events} events judged, ${counts.refused} refused; closes: ${counts.close_agrees} as the rule says, ${counts.close_differs} otherwise, ${counts.close_unknown} not stored.`,
    ),
    ...faults.slice(0, MOST_FAULTS).map(({ sentence }) => note(sentence)),
    figures(
      'Rows by the climate day that they lie in',
      ['rows', 'all', 'before their day', 'on it', 'after it'],
      (['built', 'prices', 'observations'] as const).map((kind) => [
        kind,
        ...[rows[kind].rows, rows[kind].before, rows[kind].own_day, rows[kind].after].map(count),
      ]),
    ),
  ])
}

/** So many faults tell what is wrong; the file has all. */
const MOST_FAULTS = 10

function gatedPanel({ verdict, features, faults, rows_checked, rows_exposed, rows_violating }: GateAuditFile): string {
  return panel('Gated features', 'log loss without a feature minus with it, nats', [
    `<p>${state(verdict.outcome)} ${escapeHtml(verdict.sentence)}</p>`,
    note(`${rows_checked} rows checked, ${rows_exposed} exposed, ${rows_violating} violating.`),
    ...faults.slice(0, MOST_FAULTS).map(note),
    figures(
      'Features that a gate can hide',
      ['feature', 'gated', 'values seen', 'missing', 'difference', 'low', 'high'],
      features.map(({ feature, gated, built, ablation }) => [
        feature,
        shown(gated),
        ...[built.values_seen, built.missing].map(count),
        ...[ablation.difference, ablation.low, ablation.high].map(change),
      ]),
    ),
  ])
}
