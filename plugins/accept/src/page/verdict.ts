import { escapeHtml } from 'kwx/svg'

import type { JudgedSummary, Reports } from '../reports.ts'
import { change, count, ends, evidence, plain } from './numbers.ts'

type Skill = JudgedSummary['skill']

/** The verdicts on skill in the order in which they are asked: interval of the small drawing, words, and when each holds. */
const VERDICTS: readonly {
  readonly name: Skill['verdict']
  readonly words: string
  readonly when: (skill: Skill) => string
  readonly drawn: readonly [low: number, mean: number, high: number]
}[] = [
  {
    name: 'too-few-days',
    words: 'too few days',
    when: ({ min_days }) => `below ${min_days} test days, or no evidence to judge on`,
    drawn: [1, 28, 55],
  },
  {
    name: 'equal',
    words: 'equal',
    when: ({ delta }) => `whole interval within ±${delta}, or the price itself`,
    drawn: [24, 28, 32],
  },
  {
    name: 'better',
    words: 'better',
    when: ({ delta }) => `upper end at −${delta} or below`,
    drawn: [3, 10, 18],
  },
  { name: 'worse', words: 'worse', when: ({ delta }) => `lower end at +${delta} or above`, drawn: [38, 46, 53] },
  {
    name: 'not-shown',
    words: 'not shown',
    when: () => 'the interval allows more than one of these',
    drawn: [7, 19, 31],
  },
]

const icon = ([low, mean, high]: readonly [number, number, number]) =>
  `<svg viewBox="0 0 56 16" aria-hidden="true"><rect class="margin" x="21" width="14" height="16"/><path d="M28 0V16M${low} 8H${high}M${low} 5v6M${high} 5v6" stroke="currentColor" fill="none"/><circle cx="${mean}" cy="8" r="3" fill="currentColor"/></svg>`

/** The verdict of the report, how often the days were looked at, the verdict on skill on its scale, and the figures to know. */
export function verdictSection({ summary, calibration }: Reports): string {
  const { verdict, evaluations, skill, benchmark, pooled, e_process, total_test_rows, total_test_days } = summary
  const scale = VERDICTS.map(({ name, words, when, drawn }) => {
    const own = name === skill.verdict
    return `<li${own ? ' aria-current="true"' : ''}>${icon(drawn)}<b>${words}${own ? ' ◂' : ''}</b>${escapeHtml(when(skill))}</li>`
  })
  const { ece, perfect_mean, perfect_high } = calibration.ece_reported
  const facts: readonly (readonly [string, string, string])[] = [
    ['Test rows', count(total_test_rows), `${count(total_test_days)} event days are the sample`],
    ['Log loss of the model', plain(pooled.model.log_loss), 'all rows; less is better'],
    ['Log loss of the market', plain(pooled.market.log_loss), benchmark.name],
    ['Difference by market-hour', change(skill.interval.mean), ends(skill.interval)],
    [
      'E-process for, against',
      `${evidence(e_process.e_for)}, ${evidence(e_process.e_against)}`,
      `${count(e_process.bar)} is the bar`,
    ],
    ['ECE', plain(ece), `a perfect forecaster has ${plain(perfect_mean)}, seldom above ${plain(perfect_high)}`],
  ]
  const key = facts.map(
    ([name, value, small]) => `<div><dt>${name}</dt><dd>${value} <small>${escapeHtml(small)}</small></dd></div>`,
  )
  const [opening, rest] = openingOf(verdict.sentence)
  return `<section class="verdict ${verdict.outcome}">
<p class="sentence">${escapeHtml(opening)}</p>${rest === '' ? '' : `\n<p class="rest">${escapeHtml(rest)}</p>`}
<p>${escapeHtml(evaluations.sentence)}</p>
<h1>${escapeHtml(`Acceptance of ${summary.city} ${summary.bracket} (${summary.phase})`)}</h1>
<p class="sub">${escapeHtml(`Skill, ${skill.verdict}: ${skill.sentence}`)}</p>
<ul class="scale" aria-label="The verdicts on skill; one holds">
${scale.join('\n')}
</ul>
<dl class="key">
${key.join('\n')}
</dl>
</section>`
}

/** The sentences that a reader must know first, at least 60 characters of them, and the rest; a gate that fails adds one. */
function openingOf(text: string): readonly [opening: string, rest: string] {
  const sentences = text.split(/(?<=[.!?]) (?=[A-Z])/)
  let opening = sentences.shift() ?? ''
  while (opening.length < 60 && sentences.length > 0) opening += ` ${sentences.shift()}`
  return [opening, sentences.join(' ')]
}
