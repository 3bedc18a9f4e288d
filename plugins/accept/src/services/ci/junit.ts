import { figure } from '../format.ts'
import type { CiCase, CiReport } from './ci-report.ts'

/**
 * A report as JUnit XML: a test case for each gate.
 *
 * `fail` is a failure. `not-enough-evidence` and `stale` are errors with that type: no verdict on the model, and never
 * green. `not-applicable` is skipped. Without times and host, so that equal reports have equal bytes.
 */
export function junitXml({ title, outcome, exit, sentence, cases, summary }: CiReport): string {
  const count = (element: string) => cases.filter((one) => elementOf(one) === element).length
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`
  const classname = summary ? `kwx.${summary.phase}.${summary.city}.${summary.bracket}` : 'kwx.accept'
  const about = summary && {
    origin: summary.origin,
    skill: summary.skill.verdict,
    benchmark: summary.benchmark.reading,
    evaluations: summary.evaluations.sentence,
  }
  const properties = { outcome, exit: String(exit), sentence, ...about }
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="kwx accept" ${counts}>`,
    `  <testsuite name="${attribute(title)}" ${counts}>`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([name, value]) => `      <property name="${name}" value="${attribute(value)}"/>`,
    ),
    '    </properties>',
    ...cases.map((one) => testCase(one, classname)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

const ELEMENTS = {
  pass: null,
  fail: 'failure',
  'not-enough-evidence': 'error',
  stale: 'error',
  error: 'error',
  'not-applicable': 'skipped',
} as const

const elementOf = ({ outcome }: CiCase) => ELEMENTS[outcome]

function testCase(one: CiCase, classname: string): string {
  const open = `    <testcase classname="${attribute(classname)}" name="${attribute(`${one.id}: ${one.title}`)}"`
  const element = elementOf(one)
  if (element === null) return `${open}>\n      <system-out>${content(one.sentence)}</system-out>\n    </testcase>`
  if (element === 'skipped') return `${open}>\n      <skipped message="${attribute(one.sentence)}"/>\n    </testcase>`
  const { sentence, outcome, value, threshold } = one
  const detail = `${sentence}\nvalue ${figure(value)}, threshold ${figure(threshold)}`
  return `${open}>\n      <${element} type="${outcome}" message="${attribute(sentence)}">${content(detail)}</${element}>\n    </testcase>`
}

/** Characters that no XML 1.0 document may hold, lone surrogates among them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu

const content = (text: string): string =>
  text
    .replaceAll(FORBIDDEN, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;')

/** Parsers turn line ends and tabs of attributes into spaces unless they are written as references. */
const attribute = (text: string): string =>
  content(text).replaceAll('"', '&quot;').replaceAll("'", '&apos;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
