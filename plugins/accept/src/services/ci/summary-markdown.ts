import type { JudgedSummary } from '../../reports.ts'
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
  return `${[`## ${plain(title)}: ${outcome}`, plain(sentence), ...scores, gates].join('\n\n')}\n`
}

function sideBySide({ pooled: { model, market }, total_test_rows, total_test_days, origin }: JudgedSummary): string {
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
