import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { EXIT, KwxError } from '../../../src/base/errors.ts'
import { kwx, spawned } from '../../../test/support/kwx.ts'
import type { JudgedSummary } from '../src/reports.ts'
import { annotations } from '../src/services/ci/annotations.ts'
import { type CiReport, ciReport, ciReportOfError } from '../src/services/ci/ci-report.ts'
import { junitXml } from '../src/services/ci/junit.ts'
import { summaryMarkdown } from '../src/services/ci/summary-markdown.ts'
import { withoutFolders } from '../src/services/ci/without-folders.ts'
import { assertTargetsWritable, ciTargets, writeCi } from '../src/services/ci/write-ci.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kwx-ci-'))
})
afterAll(() => {
  process.exitCode = 0
})

const gate = (id: string, outcome: string, sentence = `It is ${outcome}.`) => ({
  ...{ gate: id, title: `about ${id}`, outcome, value: 0.5, threshold: 0.25, threshold_source: 'test', sentence },
})
const INTERVAL = { mean: 0.0123, low: 0.0011, high: 0.0222, reason: null }
const COMPARED = {
  scores: { log_loss: 0.4, brier: 0.14, ece: null },
  difference: { per_row: INTERVAL, per_market_hour: INTERVAL, per_event_day: INTERVAL },
}
const summaryOf = (gates: object[], verdict: object) =>
  ({
    ...{ phase: 'phase1', city: 'miami', bracket: 'between', origin: 'real', gates, verdict },
    ...{ total_test_rows: 140, total_test_days: 14 },
    benchmark: { reading: 'last', name: 'the last trade' },
    benchmarks: { last: COMPARED, middle: COMPARED, half_way: COMPARED },
    skill: { verdict: 'worse' },
    evaluations: { count: 3, unknown_before: '2025-03-01', sentence: '3 configurations were evaluated.' },
    e_process: {
      ...{ clip: 0.5, bar: 20, days: 14, clipped_days: 0, e_for: 0.5, e_against: 21, peak_for: 1, peak_against: 22 },
      ...{ for_since: null, against_since: '2025-01-09', by_day: [] },
      confidence_sequence: { mean: 0.01, low: -0.02, high: 0.04, level: 0.95 },
    },
    pooled: {
      model: { log_loss: 0.5, brier: 0.16, ece: 0.01, accuracy: 0.8 },
      market: { log_loss: 0.4, brier: 0.14, ece: null, accuracy: 0.81 },
    },
  }) as unknown as JudgedSummary

const ALL = ['pass', 'fail', 'not-enough-evidence', 'stale', 'not-applicable']
const failing = (): CiReport =>
  ciReport(
    summaryOf(
      ALL.map((outcome) => gate(`x:${outcome}`, outcome)),
      { outcome: 'fail', exit: 3, sentence: 'Failed: It is fail.' },
    ),
    3,
  )

const PYTHON = '/usr/bin/python3'
const PARSE = `
import json, sys, xml.etree.ElementTree as e
root = e.fromstring(sys.stdin.buffer.read())
print(json.dumps([[c.attrib['name'], [[k.tag, k.attrib, k.text] for k in c]] for c in root.iter('testcase')]))
`
/** The test cases as a parser that is not ours reads them. */
const parsed = (xml: string): [string, [string, Record<string, string>, string | null][]][] =>
  JSON.parse(execFileSync(PYTHON, ['-c', PARSE], { input: xml, encoding: 'utf8' }))

describe('junitXml', () => {
  it('has a case for each gate, and none of them green that did not pass', () => {
    expect(junitXml(failing())).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="kwx accept" tests="5" failures="1" errors="2" skipped="1">
  <testsuite name="Acceptance of miami between (phase1)" tests="5" failures="1" errors="2" skipped="1">
    <properties>
      <property name="outcome" value="fail"/>
      <property name="exit" value="3"/>
      <property name="sentence" value="Failed: It is fail."/>
      <property name="origin" value="real"/>
      <property name="skill" value="worse"/>
      <property name="benchmark" value="last"/>
      <property name="evaluations" value="3 configurations were evaluated."/>
    </properties>
    <testcase classname="kwx.phase1.miami.between" name="x:pass: about x:pass">
      <system-out>It is pass.</system-out>
    </testcase>
    <testcase classname="kwx.phase1.miami.between" name="x:fail: about x:fail">
      <failure type="fail" message="It is fail.">It is fail.
value 0.5000, threshold 0.2500</failure>
    </testcase>
    <testcase classname="kwx.phase1.miami.between" name="x:not-enough-evidence: about x:not-enough-evidence">
      <error type="not-enough-evidence" message="It is not-enough-evidence.">It is not-enough-evidence.
value 0.5000, threshold 0.2500</error>
    </testcase>
    <testcase classname="kwx.phase1.miami.between" name="x:stale: about x:stale">
      <error type="stale" message="It is stale.">It is stale.
value 0.5000, threshold 0.2500</error>
    </testcase>
    <testcase classname="kwx.phase1.miami.between" name="x:not-applicable: about x:not-applicable">
      <skipped message="It is not-applicable."/>
    </testcase>
  </testsuite>
</testsuites>
`)
  })

  it.skipIf(!existsSync(PYTHON))('is XML whatever the sentences hold, and holds them', () => {
    const hostile = [
      ']]></failure></testcase><x a="1\' & <!-- --> &amp; &#0;',
      'two\nlines\r\nand\ta tab',
      'zero \u0000 bell \u0007 escape \u001b[31m lone \ud800 and \udfff pair \u{1f600} \ufffe',
    ]
    const cases = hostile.map((sentence) => gate(sentence, 'fail', sentence))
    const xml = junitXml(ciReport(summaryOf(cases, { outcome: 'fail', exit: 3, sentence: hostile.join() }), 3))
    const [first, second, third] = parsed(xml)
    expect(first![0]).toBe(`${hostile[0]}: about ${hostile[0]}`)
    expect(first![1][0]![1]['message']).toBe(hostile[0])
    expect(second![1][0]![1]['message']).toBe(hostile[1])
    expect(second![1][0]![2]).toContain(hostile[1])
    expect(third![1][0]![1]['message']).toBe(
      'zero \ufffd bell \ufffd escape \ufffd[31m lone \ufffd and \ufffd pair \u{1f600} \ufffd',
    )
  })

  it.skipIf(!existsSync(PYTHON))('is XML for any text', () => {
    const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 40 }), { numRuns: 300, seed: 7 })
    const cases = texts.map((text) => gate(text, 'stale', text))
    const xml = junitXml(ciReport(summaryOf(cases, { outcome: 'stale', exit: 5, sentence: 's' }), 5))
    expect(parsed(xml)).toHaveLength(300)
  })
})

describe('ciReport', () => {
  it('is not green where the run ended otherwise than its gates', () => {
    const passing = summaryOf([gate('x:a', 'pass')], { outcome: 'pass', exit: 0, sentence: 'Passed.' })
    expect(ciReport(passing, 0).cases.map(({ outcome }) => outcome)).toEqual(['pass'])
    expect(ciReport(passing, 4).cases[0]).toMatchObject({ id: 'run', outcome: 'not-enough-evidence' })
    const open = summaryOf([gate('x:a', 'not-applicable')], {
      ...{ outcome: 'not-enough-evidence', exit: 4, sentence: 'No gate.' },
    })
    expect(ciReport(open, 4).cases[0]).toMatchObject({ id: 'run', sentence: 'No gate.' })
  })

  it('of an error names its code, and no folder that was not typed', () => {
    const error = new KwxError('No rows in /home/me/work/data.db of "configs/a.yaml".', {
      ...{ code: 'DATASET_EMPTY', exit: EXIT.stale },
    })
    const report = ciReportOfError(error, 'configs/a.yaml')
    expect(report).toMatchObject({ outcome: 'error', exit: 5, title: 'Acceptance of configs/a.yaml' })
    expect(report.cases).toHaveLength(1)
    expect(report.sentence).toBe('DATASET_EMPTY: No rows in …/data.db of "configs/a.yaml".')
    expect(junitXml(report)).toContain('errors="1"')
  })
})

describe('withoutFolders', () => {
  it.each([
    ['at /a/b/c.yaml:3:4 it', 'at …/c.yaml:3:4 it'],
    ['https://api.weather.gov/x/y is down', 'https://api.weather.gov/x/y is down'],
    ['a/b/c and 1/2 and /', 'a/b/c and 1/2 and /'],
    ['typed /typed/by/me.yaml', 'typed /typed/by/me.yaml'],
  ])('of %j is %j', (text, expected) => expect(withoutFolders(text, ['/typed/by/me.yaml'])).toBe(expected))
})

describe('annotations', () => {
  it('say the verdict and each gate that did not pass, at the configuration', () => {
    expect(annotations(failing(), 'configs/a.yaml')).toEqual([
      '::error file=configs/a.yaml,title=Acceptance of miami between (phase1)%3A fail::Failed: It is fail. 3 configurations were evaluated.',
      '::error file=configs/a.yaml,title=x%3Afail%2C fail%3A about x%3Afail::It is fail.',
      '::warning file=configs/a.yaml,title=x%3Anot-enough-evidence%2C not-enough-evidence%3A about x%3Anot-enough-evidence::It is not-enough-evidence.',
      '::error file=configs/a.yaml,title=x%3Astale%2C stale%3A about x%3Astale::It is stale.',
      '::notice file=configs/a.yaml,title=x%3Anot-applicable%2C not-applicable%3A about x%3Anot-applicable::It is not-applicable.',
    ])
  })

  it('let no text end its line', () => {
    const hostile = 'a%\r\n::set-env name=PATH::/tmp'
    const verdict = { outcome: 'fail', exit: 3, sentence: hostile }
    const lines = annotations(ciReport(summaryOf([gate('x:a', 'fail', hostile)], verdict), 3), `b,c:d\n.yaml`)
    expect(lines.every((line) => !/[\r\n]/.test(line))).toBe(true)
    expect(lines[0]).toContain('::a%25%0D%0A::set-env')
    expect(lines[0]).toContain('file=b%2Cc%3Ad%0A.yaml,')
  })
})

describe('summaryMarkdown', () => {
  it('shows verdict, scores and gates', () => {
    const page = summaryMarkdown(failing())
    expect(page.split('\n')[0]).toBe('## Acceptance of miami between (phase1): fail')
    expect(page).toContain('| log loss | 0.5000 | 0.4000 |')
    expect(page).toContain('3 configurations were evaluated.')
    expect(page).toContain('| half-way price | +0.0123 (+0.0011 to +0.0222) |')
    expect(page).toContain('Skill: worse against the last trade. E-processes over 14 days: for 0.5000 (peak 1.0000)')
    expect(page).toContain('against 21.0000 (peak 22.0000, at 20 or above since 2025-01-09)')
    expect(page).toContain('| about x:stale | **stale** | 0.5000 | 0.2500 | It is stale. |')
  })

  it('keeps hostile text in its cell', () => {
    const verdict = { outcome: 'fail', exit: 3, sentence: '# <script>\n| a |' }
    const page = summaryMarkdown(ciReport(summaryOf([gate('x:a', 'fail', 'a | b\n| c <img>')], verdict), 3))
    expect(page).not.toMatch(/<script|<img/)
    expect(page).toContain('| a \\| b \\| c &lt;img> |')
    expect(page.split('\n').filter((line) => line.includes('x:a'))).toHaveLength(1)
  })
})

describe('ciTargets', () => {
  const asked = { ci: true, config: 'configs/a.b.yaml' }
  it.each([
    [{ ...asked, ci: false }, undefined, { junit: null, summary: null, append: false }],
    [asked, undefined, { junit: '/reports/a.b.junit.xml', summary: null, append: false }],
    [asked, '/job', { junit: '/reports/a.b.junit.xml', summary: '/job', append: true }],
    [asked, '', { junit: '/reports/a.b.junit.xml', summary: null, append: true }],
    [{ ...asked, junit: 'x.xml', summary: 's.md' }, '/job', { junit: 'x.xml', summary: 's.md', append: false }],
    [{ ...asked, ci: false, junit: 'x.xml' }, '/job', { junit: 'x.xml', summary: null, append: false }],
  ])('of %j with the page %j', (flags, page, targets) => {
    expect(ciTargets(flags, '/reports', page)).toEqual(targets)
  })
})

describe('writeCi', () => {
  it('writes equal bytes for equal reports, and appends to the page of the job', async () => {
    const targets = { junit: join(folder, 'new', 'a.xml'), summary: join(folder, 'job.md'), append: true }
    await writeCi(failing(), targets)
    const first = await readFile(targets.junit, 'utf8')
    await writeCi(failing(), targets)
    expect(await readFile(targets.junit, 'utf8')).toBe(first)
    const page = await readFile(targets.summary, 'utf8')
    expect(page).toBe(`${summaryMarkdown(failing())}${summaryMarkdown(failing())}`)
    await writeCi(failing(), { ...targets, append: false })
    expect(await readFile(targets.summary, 'utf8')).toBe(summaryMarkdown(failing()))
    expect(first + page).not.toContain(folder)
  })

  it.each(['junit', 'summary'] as const)('names a %s that cannot be written, before any work', async (which) => {
    await writeFile(join(folder, 'file'), '')
    await mkdir(join(folder, 'a-folder'), { recursive: true })
    for (const file of [join(folder, 'file', 'x'), join(folder, 'a-folder')]) {
      const targets = { junit: null, summary: null, append: false, [which]: file }
      const error = { code: 'CI_FILE_UNWRITABLE', exit: 1, details: { file } }
      await expect(assertTargetsWritable(targets)).rejects.toMatchObject(error)
      await expect(writeCi(failing(), targets)).rejects.toMatchObject(error)
    }
  })
})

describe('kwx accept --ci', () => {
  const run = (...flags: string[]) => {
    const env = { KWX_HOME: join(folder, 'home'), KWX_REPORTS_DIR: join(folder, 'reports'), GITHUB_STEP_SUMMARY: '' }
    return spawned('dev.js', ['accept', '--config', 'none.yaml', '--ci', ...flags], { env, cwd: folder })
  }

  it('leaves a red result behind where the run breaks, and annotates it', async () => {
    const { status, stdout } = await run('--junit', 'own.xml', '--summary', 'own.md')
    expect(status).toBe(2)
    expect(stdout).toMatch(/^::error file=none\.yaml,title=Acceptance of none\.yaml%3A error::[A-Z_]+: /m)
    const xml = await readFile(join(folder, 'own.xml'), 'utf8')
    expect(xml).toContain('tests="1" failures="0" errors="1" skipped="0"')
    expect(xml).not.toContain(folder)
    expect(await readFile(join(folder, 'own.md'), 'utf8')).toMatch(/^## Acceptance of none\.yaml: error/)
  })

  it('keeps annotations out of --json, and writes beside the reports by itself', async () => {
    const { status, stdout } = await run('--json')
    expect([status, JSON.parse(stdout)]).toMatchObject([2, { ok: false, command: 'accept' }])
    expect(existsSync(join(folder, 'reports', 'none.junit.xml'))).toBe(true)
  })

  it('exits 2 for a pipeline that it does not judge', async () => {
    const { error } = await kwx('accept', '--config', 'none.yaml', '--pipeline', 'quickstart')
    expect(error?.message).toContain('Expected --pipeline=quickstart to be one of: pilot, decide')
  })
})
