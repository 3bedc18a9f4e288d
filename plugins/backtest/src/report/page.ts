import type { BacktestAcceptanceFile, BacktestBand, BacktestGate, BacktestMetrics, DayInterval } from 'kwx/contracts'
import { escapeHtml, figure, legend, lineChart, percent, reliabilityChart, htmlTable as table } from 'kwx/svg'
import { formatDay } from 'kwx/time'
import { ASSUMPTIONS, FILL_RULES, type FillRule } from 'kwx/trading'
import { actedOn } from '../metrics/band.ts'
import { consistentBins } from '../metrics/reliability.ts'
import type { BacktestInputs, BacktestRuns } from '../services/run-rules.ts'
import { barChart } from './bar-chart.ts'
import { dollars } from './dollars.ts'
import { reliabilityTable } from './reliability-table.ts'
import { STYLE } from './style.ts'

const NAMES: Record<FillRule, string> = {
  through: 'trade-through (pessimistic)',
  queue_last: 'last in the queue',
  touch: 'touch (optimistic)',
}

/** What decides at each gate. */
const JUDGED: Record<BacktestGate['judged'], string> = {
  low: 'lower end, above',
  high: 'value and upper end, at most',
  actual: 'value, at least',
  none: 'only reported',
}

/**
 * The backtest as one page: no script, no picture, no font from elsewhere; every figure is computed.
 *
 * Equal results give equal bytes.
 */
export function reportPage(file: BacktestAcceptanceFile, inputs: BacktestInputs, results: BacktestRuns): string {
  const title = `Backtest of ${inputs.city.name}, ${file.bracket}`
  const sections = [
    summary(file),
    sharpeRatio(file),
    equity(inputs, results),
    drawdown(inputs, results),
    reliability(inputs, results),
    edges(file),
    latency(file),
    alternatives(file),
    selection(file.bands.pessimistic),
    small(file),
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="soft">${file.span.first_day} to ${file.span.last_day}, ${file.span.days} days; rows are ${escapeHtml(file.origin)}; bid and ask ${file.data.book}. Trading on paper: no order was sent.</p>
<p class="verdict ${file.verdict.outcome}"><strong>${escapeHtml(file.verdict.outcome)}.</strong> ${escapeHtml(file.verdict.sentence)}</p>
${sections.join('\n')}
</main>
</body>
</html>
`
}

const bandsOf = ({ bands }: BacktestAcceptanceFile): [FillRule, BacktestBand][] => [
  ['through', bands.pessimistic],
  ['queue_last', bands.queue_last],
  ['touch', bands.touch],
]

function summary(file: BacktestAcceptanceFile): string {
  const bands = bandsOf(file)
  const row = (name: string, of: (band: BacktestBand) => string) => [name, ...bands.map(([, band]) => of(band))]
  const metric = (name: string, of: (metrics: BacktestMetrics) => string) => row(name, ({ metrics }) => of(metrics))
  const { level, draws, seed } = file.resampling
  const shares = ({ low, high }: DayInterval) => `${percent(low)} to ${percent(high)}`
  const judgedAtAll = file.verdict.outcome !== 'not-enough-evidence'
  const gates = Object.entries(file.gates).map(([name, gate]) => [
    name,
    JUDGED[gate.judged],
    ...[gate.judged_threshold, gate.actual, gate.low, gate.high].map((value) => figure(value, 3)),
    gate.judged === 'none' || !judgedAtAll ? 'not judged' : gate.passed ? 'holds' : 'fails',
  ])
  return `<h2>Summary</h2>
${table(
  'The three rules of filling a resting order',
  ['', ...bands.map(([rule]) => NAMES[rule])],
  [
    metric('P&L after fees, dollars', ({ total_pnl_cents }) => figure(total_pnl_cents / 100)),
    metric('before fees, dollars', ({ gross_pnl_cents }) => figure(gross_pnl_cents / 100)),
    metric('fees, dollars', ({ total_fees_cents }) => figure(total_fees_cents / 100)),
    metric('Sharpe, annual, all days', ({ sharpe }) => figure(sharpe)),
    row('interval', ({ sharpe_interval }) => ends(sharpe_interval)),
    row('draws with a Sharpe above 2', ({ sharpe_interval }) => percent(sharpe_interval.probability_above_2)),
    metric('largest drawdown', ({ max_drawdown }) => percent(max_drawdown)),
    row('interval', ({ max_drawdown_interval }) => shares(max_drawdown_interval)),
    metric('ECE of what was acted on', ({ ece }) => figure(ece, 3)),
    metric('fees over gross', ({ fee_ratio }) => percent(fee_ratio)),
    row('interval', ({ fee_ratio_interval }) => shares(fee_ratio_interval)),
    metric('orders that traded', ({ n_trades }) => String(n_trades)),
    row('event days that traded', ({ days }) => `${days.traded} of ${days.all}`),
    row('filled of what rested', ({ fill_rate }) => percent(fill_rate)),
    row('filled as maker', ({ maker_share }) => percent(maker_share)),
    row('turnover, bankrolls', ({ turnover }) => figure(turnover)),
    row('positions never paid', ({ unsettled, contradictory }) => String(unsettled + contradictory)),
  ],
)}
<p class="soft">Intervals hold ${percent(level, 0)} of ${draws} resamples of whole days, seed ${seed}: the Sharpe ratio, the drawdown of the days in the order drawn, and fees over the profit before fees. A dash: as many resamples as that end leaves out have no such profit.</p>
${table('Gates, each on the worst of the three', ['gate', 'judged', 'threshold', 'value', 'lower end', 'upper end', ''], gates)}`
}

const ends = ({ low, high }: DayInterval) => `${figure(low)} to ${figure(high)}`

function sharpeRatio(file: BacktestAcceptanceFile): string {
  const bands = bandsOf(file)
  return `<h2>Sharpe ratio</h2>
<p class="soft">Bars: of the days as they were. Lines: 95 % of days resampled. The gate asks that the lowest end is above 0.</p>
${barChart({
  id: 'sharpe',
  title: 'Annual Sharpe ratio and its interval under three rules of filling',
  description: `${bands.map(([rule, { metrics, sharpe_interval }]) => `${NAMES[rule]}: ${figure(metrics.sharpe)}, ${ends(sharpe_interval)}`).join('; ')}.`,
  groups: bands.map(
    ([
      rule,
      {
        metrics,
        sharpe_interval: { low, high },
      },
    ]) => ({
      name: NAMES[rule],
      bars: [{ value: metrics.sharpe, low, high }],
    }),
  ),
  xTitle: 'rule of filling',
  yTitle: 'annual Sharpe ratio',
  yLabel: (value) => figure(value, 0),
})}
${table(
  'Sharpe ratio by rule of filling',
  ['rule', 'Sharpe', 'lower end', 'upper end', 'draws above 2'],
  bands.map(
    ([
      rule,
      {
        metrics,
        sharpe_interval: { low, high, probability_above_2 },
      },
    ]) => [NAMES[rule], ...[metrics.sharpe, low, high].map((value) => figure(value)), percent(probability_above_2)],
  ),
)}`
}

function equity({ firstDay }: BacktestInputs, { runs }: BacktestRuns): string {
  const last = FILL_RULES.map((rule) => runs[rule].equity.at(-1)!)
  return `<h2>Equity</h2>
${legend(FILL_RULES.map((rule) => NAMES[rule]))}
${lineChart({
  id: 'equity',
  title: 'Equity by event day under three rules of filling',
  description: `From ${dollars(ASSUMPTIONS.bankroll)} dollars to ${FILL_RULES.map((rule, k) => `${dollars(last[k]!)} by ${NAMES[rule]}`).join(', ')}.`,
  series: FILL_RULES.map((rule) => ({ name: NAMES[rule], values: runs[rule].equity.map((units) => units / 10_000) })),
  day: (index) => formatDay(firstDay + index),
  yTitle: 'dollars',
  yLabel: (value) => figure(value, 0),
})}
<details><summary>Equity as numbers</summary>${table(
    'P&L and equity by event day, dollars',
    ['day', ...FILL_RULES.flatMap((rule) => [`P&L, ${NAMES[rule]}`, 'equity'])],
    Array.from(runs.through.daily, (_, i) => [
      formatDay(firstDay + i),
      ...FILL_RULES.flatMap((rule) => [dollars(runs[rule].daily[i]!), dollars(runs[rule].equity[i]!)]),
    ]),
  )}</details>`
}

function drawdown({ firstDay }: BacktestInputs, { runs }: BacktestRuns): string {
  const worst = FILL_RULES.map((rule) => Math.max(...runs[rule].drawdown))
  return `<h2>Drawdown</h2>
${lineChart({
  id: 'drawdown',
  title: 'Drawdown by event day under three rules of filling',
  description: `Largest: ${FILL_RULES.map((rule, k) => `${percent(worst[k])} by ${NAMES[rule]}`).join(', ')}.`,
  series: FILL_RULES.map((rule) => ({ name: NAMES[rule], values: runs[rule].drawdown.map((share) => 100 * share) })),
  day: (index) => formatDay(firstDay + index),
  yTitle: '% below the highest equity',
  yLabel: (value) => figure(value, 1),
  threshold: { value: 12, name: 'gate: 12 %' },
  withZero: true,
})}
<details><summary>Drawdown as numbers</summary>${table(
    'Drawdown by event day',
    ['day', ...FILL_RULES.map((rule) => NAMES[rule])],
    Array.from(runs.through.drawdown, (_, i) => [
      formatDay(firstDay + i),
      ...FILL_RULES.map((rule) => percent(runs[rule].drawdown[i], 2)),
    ]),
  )}</details>`
}

function reliability({ signals, config }: BacktestInputs, { runs, judgement }: BacktestRuns): string {
  const acted = actedOn(runs.through.judged, judgement)
  const all = consistentBins(signals.label, signals.p, signals.market, config.seed)
  const chosen = consistentBins(acted.y, acted.p, acted.market, config.seed)
  return `<h2>Reliability</h2>
<p class="soft">Grey: where the share of YES would lie in 90 of 100 redraws of the outcomes if the probabilities were right; rows of one market share one outcome.</p>
<h3>All delivered probabilities</h3>
${reliabilityChart('reliability-all', 'Reliability of all delivered probabilities', all)}
<details><summary>As numbers</summary>${reliabilityTable('All delivered probabilities', all)}</details>
<h3>Those that opened a position by trade-through</h3>
${reliabilityChart('reliability-acted', 'Reliability of the probabilities that were acted on', chosen)}
<details><summary>As numbers</summary>${reliabilityTable('Probabilities that were acted on', chosen)}</details>`
}

function edges({ bands: { pessimistic } }: BacktestAcceptanceFile): string {
  const buckets = pessimistic.edge_buckets
  const name = (low: number, high: number | null) => (high === null ? `${low} and more` : `${low} to ${high}`)
  return `<h2>Claimed and realised edge</h2>
${legend(['claimed', 'realised at settlement, with 95 % of days resampled'])}
${barChart({
  id: 'edges',
  title: 'Claimed and realised edge by size of the claim, by trade-through',
  description:
    buckets.length === 0
      ? 'Nothing was bought.'
      : `${buckets.map(({ low, high, claimed_edge, realised_edge }) => `${name(low, high)} cents: claimed ${figure(claimed_edge)}, realised ${figure(realised_edge)}`).join('; ')}.`,
  groups: buckets.map(({ low, high, claimed_edge, realised_edge, realised_low, realised_high }) => ({
    name: name(low, high),
    bars: [{ value: claimed_edge }, { value: realised_edge, low: realised_low, high: realised_high }],
  })),
  xTitle: 'claimed edge, cents per contract',
  yTitle: 'cents per contract',
  yLabel: (value) => figure(value, 0),
})}
${table(
  'Edge by size of the claim, cents per contract',
  ['claimed', 'orders', 'contracts', 'days', 'mean claim', 'realised', 'from', 'to'],
  buckets.map((bucket) => [
    name(bucket.low, bucket.high),
    String(bucket.orders),
    figure(bucket.contracts),
    String(bucket.days),
    figure(bucket.claimed_edge),
    figure(bucket.realised_edge),
    figure(bucket.realised_low),
    figure(bucket.realised_high),
  ]),
)}`
}

function latency({ latency: rows }: BacktestAcceptanceFile): string {
  return `<h2>Latency</h2>
${barChart({
  id: 'latency',
  title: 'P&L with signals that come later, by trade-through',
  description: `${rows.map(({ delay_minutes, total_pnl_cents }) => `+${delay_minutes} min: ${figure(total_pnl_cents / 100)} dollars`).join('; ')}.`,
  groups: rows.map(({ delay_minutes, total_pnl_cents }) => ({
    name: `+${delay_minutes} min`,
    bars: [{ value: total_pnl_cents / 100 }],
  })),
  xTitle: 'delay of signals',
  yTitle: 'dollars after fees',
  yLabel: (value) => figure(value, 0),
})}
${table(
  'Signals that come later, by trade-through',
  ['delay', 'P&L, dollars', 'Sharpe', 'drawdown', 'orders that traded'],
  rows.map(({ delay_minutes, total_pnl_cents, sharpe, max_drawdown, n_trades }) => [
    `+${delay_minutes} min`,
    figure(total_pnl_cents / 100),
    figure(sharpe),
    percent(max_drawdown),
    String(n_trades),
  ]),
)}`
}

function alternatives({ latency: [delivered], alternatives: rows }: BacktestAcceptanceFile): string {
  return `<h2>Other probabilities</h2>
${table(
  'The same tape and rules with other probabilities, by trade-through',
  ['probability', 'P&L, dollars', 'Sharpe', 'drawdown', 'ECE', 'orders that traded'],
  [{ probability: 'delivered', ...delivered! }, ...rows].map((row) => [
    row.probability,
    figure(row.total_pnl_cents / 100),
    figure(row.sharpe),
    percent(row.max_drawdown),
    figure(row.ece, 3),
    String(row.n_trades),
  ]),
)}`
}

function selection({ adverse_selection: { by_role, by_hour, by_distance } }: BacktestBand): string {
  const one = (caption: string, rows: typeof by_role) =>
    table(
      caption,
      ['', 'orders', 'wanted', 'filled', 'claimed', 'realised', 'unfilled would have earned'],
      rows.map(({ group, orders, wanted, filled, claimed_edge, realised_edge, unfilled_edge }) => [
        group,
        String(orders),
        figure(wanted, 0),
        figure(filled, 0),
        figure(claimed_edge),
        figure(realised_edge),
        figure(unfilled_edge),
      ]),
    )
  return `<h2>Adverse selection</h2>
<p class="soft">Contracts, and cents per contract at settlement, by trade-through. Filled worse than unfilled: we were given what others knew to be bad.</p>
${one('By role', by_role)}
${one('By hour, local standard time', by_hour)}
${one('By the running maximum against the bracket', by_distance)}`
}

function small(file: BacktestAcceptanceFile): string {
  const pairs = (record: Readonly<Record<string, number>>) =>
    Object.entries(record).map(([name, value]) => [name, String(value)])
  return `<h2>What it rests on</h2>
${table('Assumptions about execution; no search may touch them', ['', 'value'], pairs(file.assumptions))}
${table('Limits of the configuration', ['', 'value'], pairs(file.limits))}
${table('Rows', ['', 'count'], pairs({ markets: file.data.markets, signals: file.data.signals, 'with a view of their own': file.data.signals_with_view, prints: file.data.prints, quotes: file.data.quotes, ...file.data.refused }))}
${table('How signals ended, by trade-through', ['', 'count'], pairs(file.bands.pessimistic.signals))}
<p class="soft">Pilot ${escapeHtml(file.pilot)}, blend ${escapeHtml(file.blend)}.</p>`
}
