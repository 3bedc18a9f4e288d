import type { JudgedSummary } from '../../reports.ts'
import { describeEProcess, READING_NAMES, weightingCells } from '../describe-skill.ts'
import { figure, fixed, share } from '../format.ts'
import { table } from '../markdown.ts'
import type { CiReport } from './ci-report.ts'

/** A report for the summary page of a CI run, in GitHub's Markdown. */
export function summaryMarkdown({ title, outcome, sentence, cases, summary }: CiReport): string {
  const gates = table(
    ['gate', 'outcome', 'value', 'threshold', 'in words'],
    cases.map((one) => [
      plain(one.title),
      `**${one.outcome}**`,
      figure(one.value),
      figure(one.threshold),
      plain(one.sentence),
    ]),
  )
  const scores = summary ? [sideBySide(summary)] : []
  const counted = summary ? [plain(summary.evaluations.sentence)] : []
  return `${[`## ${plain(title)}: ${outcome}`, plain(sentence), ...counted, ...scores, gates].join('\n\n')}\n`
}

function sideBySide(summary: JudgedSummary): string {
  const { pooled, total_test_rows, total_test_days, origin, benchmark, benchmarks, skill, e_process } = summary
  const { model, market } = pooled
  const readings = Object.keys(READING_NAMES) as (keyof typeof READING_NAMES)[]
  return [
    table(
      ['all rows', 'model', 'market'],
      [
        ['log loss', fixed(model.log_loss), fixed(market.log_loss)],
        ['Brier score', fixed(model.brier), fixed(market.brier)],
        ['ECE', fixed(model.ece), fixed(market.ece)],
        ['accuracy', share(model.accuracy), share(market.accuracy)],
      ],
    ),
    table(
      ['log loss of the model minus', 'by row', 'by market-hour', 'by event day'],
      readings.map((one) => [READING_NAMES[one], ...weightingCells(benchmarks[one].difference)]),
    ),
    `Skill: ${skill.verdict} against ${benchmark.name}. ${describeEProcess(e_process)}`,
    `${total_test_rows} test rows of ${total_test_days} event days, ${origin}.`,
  ].join('\n\n')
}

/** Text that neither starts a block nor is read as HTML. */
const plain = (text: string): string =>
  text
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('`', '\\`')
