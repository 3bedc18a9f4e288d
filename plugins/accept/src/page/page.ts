import { escapeHtml } from 'kwx/svg'

import { copiedFiles, type Decision } from '../decision.ts'
import { type JudgedSummary, REPORT_FILES, type Reports, SUMMARY_HTML, SUMMARY_PAGE } from '../reports.ts'
import { decisionPanels } from './decision-panels.ts'
import { count } from './numbers.ts'
import { cards, panel, state } from './parts.ts'
import { reliabilityPanel } from './reliability-panel.ts'
import { benchmarksPanel, daysPanel, eProcessPanel, hoursPanel, windowsPanel } from './skill-panels.ts'
import { STYLE } from './style.ts'
import { verdictSection } from './verdict.ts'

/**
 * File 06 with drawings, as one file: no script, no request, no font but the reader's. Every figure is taken from files
 * 01 to 05 and 07 to 10, whose texts are escaped; equal reports give equal bytes.
 */
export function renderPage(reports: Reports, decision: Decision): string {
  const { summary, calibration } = reports
  const title = `${summary.verdict.outcome}: acceptance of ${summary.city} ${summary.bracket}`
  const panels = [
    benchmarksPanel(summary),
    eProcessPanel('e-process', 'E-processes of the model', summary.e_process),
    windowsPanel(summary),
    daysPanel(summary),
    hoursPanel(summary, calibration.minimum_event_days_per_bin),
    reliabilityPanel(calibration),
    gatesPanel(summary),
    ...decisionPanels(decision, summary),
    checksPanel(reports),
    provenancePanel(reports, decision),
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
${verdictSection(reports)}
<div class="grid2">
${panels.join('\n')}
</div>
</main>
</body>
</html>
`
}

function gatesPanel({ gates }: JudgedSummary): string {
  const tally = Object.entries(Object.groupBy(gates, ({ outcome }) => outcome))
    .map(([outcome, list]) => `${list.length} ${outcome}`)
    .join(', ')
  const rows = gates.map(({ title, outcome, value, threshold, threshold_source, sentence }) => [
    escapeHtml(title),
    state(outcome),
    count(value),
    count(threshold),
    escapeHtml(sentence),
    escapeHtml(threshold_source),
  ])
  const head = ['gate', 'outcome', 'value', 'threshold', 'in words', 'source of the threshold']
  return panel('Gates', tally, [cards('What the report must pass', head, rows)], true)
}

function checksPanel({ exclusion, config, infrastructure }: Reports): string {
  const { checks, n_ran, n_failed, n_absent } = infrastructure
  const rows = [
    ['excluded sources', state(exclusion.status), escapeHtml(exclusion.sentence)],
    [
      'configuration',
      state(config.validation_passed ? 'pass' : 'fail'),
      escapeHtml([`${config.n_stated} values stated, ${config.n_default} defaults.`, ...config.problems].join(' ')),
    ],
    [
      'infrastructure',
      state(n_failed > 0 ? 'fail' : 'pass'),
      `${n_ran} checks ran, ${n_failed} failed, ${n_absent} things are absent.`,
    ],
    ...checks
      .filter(({ status }) => status === 'failed')
      .map(({ check, sentence }) => [escapeHtml(check), state('fail'), escapeHtml(sentence)]),
  ]
  return panel('Checks', 'files 02, 04 and 05', [cards('What was checked', ['what', 'outcome', 'in words'], rows)])
}

const ORIGINS = {
  real: 'real: recorded from the exchange and the weather stations',
  replay: 'a replay of recorded data',
  simulated: 'simulated: the figures say nothing about a real market',
}

function provenancePanel({ summary, config }: Reports, decision: Decision): string {
  const { weather, labels } = summary
  const facts: readonly (readonly [string, string])[] = [
    ['Rows', ORIGINS[summary.origin]],
    [
      'Weather',
      `${weather.station}${weather.proxy ? ', a proxy for the settlement station' : ', the settlement station'}`,
    ],
    ['Prices', summary.price_source],
    ['Labels', `${labels.exchange} by the exchange, ${labels.derived} derived, ${labels.quarantined} quarantined`],
    ['Features, penalty', `${summary.feature_set}, ${summary.penalty ?? 'none'}`],
    ['Windows', `${summary.n_windows} of ${summary.n_windows_planned} fitted`],
    ['Configuration', config.config_file],
    ['Pilot', summary.pilot_dir],
    ['Hash of the pilot', summary.pilot],
  ]
  const files = [
    ...Object.values(REPORT_FILES),
    SUMMARY_PAGE,
    ...copiedFiles(decision).map(({ file }) => file),
    'provenance.json',
  ]
  return panel(SUMMARY_HTML, 'what the report was made from', [
    `<dl class="facts">${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`).join('\n')}</dl>`,
    `<ul class="files" aria-label="Files of the report">${files.map((file) => `<li><a href="${file}">${file}</a></li>`).join('\n')}</ul>`,
  ])
}
