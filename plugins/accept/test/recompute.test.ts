import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { type Column, sha256, writeTable } from 'kwx/artefacts'
import { eValues, growEProcess, startEProcess } from 'kwx/scores'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { StepContext } from '../../../src/framework/step.ts'
import { root } from '../../../test/support/root.ts'
import { DECISION } from '../src/decision.ts'
import { REPORT_FILES, SUMMARY_HTML, SUMMARY_PAGE } from '../src/reports.ts'
import type { Inputs } from '../src/services/read-evidence.ts'
import { deliveredDifferences } from '../src/services/recompute/delivered-scores.ts'
import { assertSame, describeRecomputed } from '../src/services/recompute/describe-recomputed.ts'
import { jsonDifferences, textDifferences } from '../src/services/recompute/differences.ts'
import { recomputeReport } from '../src/services/recompute/recompute-report.ts'
import { good } from './support/cases.ts'
import { decided } from './support/decision.ts'
import { closeShared, installed, judged } from './support/judge.ts'
import { madePilot } from './support/pilot.ts'
import { stored } from './support/stored.ts'

afterAll(closeShared)

let home: string
let report: string
let inputs: Inputs
let ctx: Pick<StepContext, 'contributions' | 'settings'>
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kwx-recompute-'))
  inputs = await stored(await decided(await stored(await madePilot(good()), home)), home)
  const { artefacts } = await judged(inputs, { home })
  report = artefacts['report']!.folder
  const settings = { home, directories: { models: join(home, 'models') } }
  ctx = { contributions: await installed(), settings: settings as unknown as StepContext['settings'] }
})
afterAll(() => rm(home, { recursive: true }))

/** A copy of the report, changed. */
async function changed(change: (folder: string) => Promise<void>): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'kwx-copy-'))
  await cp(report, copy, { recursive: true })
  await change(copy)
  return copy
}
const edit = (file: string, from: string | RegExp, to: string) =>
  changed(async (folder) => {
    const text = await readFile(join(folder, file), 'utf8')
    const other = text.replace(from, to)
    expect(other).not.toBe(text)
    await writeFile(join(folder, file), other)
  })
const places = async (folder: string) =>
  (await recomputeReport(folder, ctx)).differences.map(({ file, at }) => `${file} ${at}`)

describe('recomputeReport', () => {
  it('finds nothing in a report as it was written, and says what was held against what', async () => {
    const found = await recomputeReport(report, ctx)
    expect(found.differences).toEqual([])
    expect(found.recomputed).toEqual([...Object.values(REPORT_FILES), SUMMARY_PAGE, SUMMARY_HTML])
    expect(found.compared).toHaveLength(5)
    expect(found.not_recomputed).toEqual([`${REPORT_FILES.summary}: evaluations, taken as the report states them`])
    expect(() => assertSame(found)).not.toThrow()
    expect(describeRecomputed(found)[0]).toBe(
      '7 files have the figures of their artefacts, 5 are as their artefacts sealed them.',
    )
  })

  it('finds nothing after another city was installed, and an edited list all the same', async () => {
    const plugin = 'test/fixtures/kwx-city-almond'
    const { default: pjson } = await import(join(root, plugin, 'package.json'), { with: { type: 'json' } })
    const almond = { name: pjson.name as string, version: '1', root: join(root, plugin), pjson }
    const contributions = await installed([almond])
    expect((await recomputeReport(report, { ...ctx, contributions })).differences).toEqual([])
    const edited = await edit(REPORT_FILES.exclusion, '"nyc"', '"nyk"')
    expect((await recomputeReport(edited, { ...ctx, contributions })).differences).not.toEqual([])
  })

  it('finds any one changed digit of any file, at its place', async () => {
    const files = (await readdir(report)).filter((file) => file !== 'provenance.json')
    const texts = await Promise.all(files.map((file) => readFile(join(report, file), 'utf8')))
    const digits = texts.flatMap((text, f) => [...text.matchAll(/\d/g)].map(({ index }) => ({ f, index })))
    expect(digits.length).toBeGreaterThan(3000)
    await fc.assert(
      fc.asyncProperty(fc.nat(digits.length - 1), fc.integer({ min: 1, max: 9 }), async (pick, by) => {
        const { f, index } = digits[pick]!
        const text = texts[f]!
        const digit = (Number(text[index]) + by) % 10
        const folder = await changed((copy) =>
          writeFile(join(copy, files[f]!), text.slice(0, index) + digit + text.slice(index + 1)),
        )
        const { differences } = await recomputeReport(folder, ctx)
        expect(differences.map(({ file }) => file)).toContain(files[f])
        await rm(folder, { recursive: true })
      }),
      { numRuns: 12, seed: 16 },
    )
  })

  it('names a figure by file and pointer, with what is written and what it should be', async () => {
    const folder = await edit(REPORT_FILES.summary, '"total_test_rows": 140', '"total_test_rows": 141')
    const found = await recomputeReport(folder, ctx)
    expect(found.differences).toEqual([
      { file: REPORT_FILES.summary, at: '/total_test_rows', written: 141, recomputed: 140 },
    ])
    expect(() => assertSame(found)).toThrow(
      expect.objectContaining({
        code: 'REPORT_DIFFERS',
        exit: 3,
        message: expect.stringContaining('01_model_validation_summary.json /total_test_rows: 141, 140'),
        details: expect.objectContaining({ differences: found.differences }),
      }),
    )
  })

  it.each([
    [REPORT_FILES.summary, '/skill/verdict', '"verdict": "better"', '"verdict": "not-shown"'],
    [REPORT_FILES.summary, '/skill/delta', '"delta": 0.0005', '"delta": 0.0004'],
    [REPORT_FILES.summary, '/benchmark/rows_without_middle', '"rows_without_middle": 140', '"rows_without_middle": 14'],
    [REPORT_FILES.summary, '/e_process/by_day/0/market_hours', '"market_hours": 10', '"market_hours": 11'],
    [REPORT_FILES.summary, '/evaluations/count', '"count": 1', '"count": 7'],
    [REPORT_FILES.calibration, '/test/outcome', '"outcome": "pass"', '"outcome": "fail"'],
    [REPORT_FILES.calibration, '/ece_reported/draws', '"draws": 500', '"draws": 50'],
  ])('finds an edit in %s at %s', async (file, at, from, to) => {
    expect(await places(await edit(file, from, to))).toEqual([`${file} ${at}`])
  })

  it('takes the stated count of evaluations where the store has no such report, and says so', async () => {
    const folder = await edit('provenance.json', '"kwx": "0.1.0"', '"kwx": "0.1.1"')
    const file = join(folder, REPORT_FILES.summary)
    await writeFile(file, (await readFile(file, 'utf8')).replace('"count": 1', '"count": 7'))
    const found = await recomputeReport(folder, ctx)
    expect(found.differences).toEqual([])
    expect(describeRecomputed(found)).toContain(
      `not recomputed: ${REPORT_FILES.summary}: evaluations, taken as the report states them`,
    )
  })

  it('lists every difference, not only the first', async () => {
    const folder = await changed(async (copy) => {
      await rm(join(copy, REPORT_FILES.exclusion))
      await writeFile(join(copy, 'more.txt'), 'more')
      await writeFile(join(copy, REPORT_FILES.config), '{')
      await writeFile(join(copy, DECISION.backtest.file), '{}\n')
    })
    const found = await places(folder)
    expect(found).toEqual(
      expect.arrayContaining([
        `${REPORT_FILES.exclusion} `,
        `${REPORT_FILES.config} `,
        'more.txt ',
        '07_backtest_acceptance.json /metrics',
        '07_backtest_acceptance.json /verdict',
      ]),
    )
  })

  it('finds a changed check of the database by the report that the store sealed', async () => {
    const folder = await edit(REPORT_FILES.infrastructure, '0002-', '0009-')
    expect(await places(folder)).toEqual([expect.stringMatching(/^05_.* \/checks\/0\/saw\/applied\/1$/)])
  })

  it('names the checks that nothing confirms where the store has no such report', async () => {
    const folder = await edit('provenance.json', '"kwx": "0.1.0"', '"kwx": "0.1.1"')
    const found = await recomputeReport(folder, ctx)
    expect(found.differences).toEqual([])
    expect(found.not_recomputed).toContain(`${REPORT_FILES.infrastructure}: migrations-applied`)
    expect(describeRecomputed(found)).toContain(`not recomputed: ${REPORT_FILES.infrastructure}: phase-backtest`)
  })

  it.each([
    ['nothing', '{}'],
    ['another step', '{"step":"train:walk-forward","params":{"phase":"phase1"},"inputs":{}}'],
    ['no JSON', 'x'],
    ['a path for a hash', 'path'],
  ])('refuses a folder whose provenance is of %s', async (_, text) => {
    const folder = await changed(async (copy) => {
      const own = JSON.parse(await readFile(join(copy, 'provenance.json'), 'utf8'))
      const path = JSON.stringify({ ...own, inputs: { ...own.inputs, pilot: '../../../etc' } })
      await writeFile(join(copy, 'provenance.json'), text === 'path' ? path : text)
    })
    await expect(recomputeReport(folder, ctx)).rejects.toMatchObject({ code: 'NOT_A_REPORT', exit: 2 })
  })

  it('names every artefact that the store lacks, and the command that makes it', async () => {
    const folder = await changed(async (copy) => {
      const file = join(copy, 'provenance.json')
      const text = await readFile(file, 'utf8')
      const gone = text.replace(inputs.pilot.hash, 'a'.repeat(64)).replace(inputs.labels.hash, 'b'.repeat(64))
      await writeFile(file, gone)
    })
    await expect(recomputeReport(folder, ctx)).rejects.toMatchObject({
      code: 'RECOMPUTE_ARTEFACTS_MISSING',
      exit: 5,
      message: expect.stringMatching(/labels bbbbbbbbbbbb, pilot aaaaaaaaaaaa/),
      hint: expect.stringContaining('kwx run decide --config configs/made_up.yaml'),
    })
  })

  it('refuses an artefact that was edited', async () => {
    const file = join(inputs.pilot.folder, 'pilot.json')
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('"n_test": 70', '"n_test": 71'))
    await expect(recomputeReport(report, ctx)).rejects.toMatchObject({
      code: 'ARTEFACT_DAMAGED',
      exit: 1,
      message: expect.stringContaining('changed pilot.json'),
    })
    await writeFile(file, text)
  })
})

describe('jsonDifferences', () => {
  const expected = '{\n  "a": [1, 2],\n  "b/c": { "~": null }\n}\n'
  it.each([
    ['one value', '{"a":[1,3],"b/c":{"~":null}}', ['/a/1']],
    ['a key with / and ~', '{"a":[1,2],"b/c":{"~":0}}', ['/b~1c/~0']],
    ['what is missing and what is added', '{"a":[1],"b/c":{"~":null},"d":4}', ['/a/1', '/d']],
    ['another type', '{"a":{"0":1,"1":2},"b/c":null}', ['/a', '/b~1c']],
    ['the same values in other bytes', expected.replace('2]', '2.0]'), ['line 2']],
    ['a key that is there twice', expected.replace('[1, 2]', '[1, 2], "a": [1, 2]'), ['line 2']],
    ['what is no JSON', 'NaN', ['']],
  ])('names %s', (_, written, at) => {
    expect(jsonDifferences('f', written, expected).map((one) => one.at)).toEqual(at)
  })

  it('is empty for equal texts only', () => {
    expect(jsonDifferences('f', expected, expected)).toEqual([])
    expect(textDifferences('f', 'a\nb', 'a\nc\nd')).toEqual([
      { file: 'f', at: 'line 2', written: 'b', recomputed: 'c' },
      { file: 'f', at: 'line 3', recomputed: 'd' },
    ])
  })
})

describe('deliveredDifferences', () => {
  const LABEL = [0, 1, 0, 1]
  const MARKET = [0.2, 0.6, 0.4, 0.8]
  const DELIVERED = [0.1, 0.7, 0.4, 0.9]
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const loss = (p: number[]) => mean(p.map((value, i) => -Math.log(LABEL[i] ? value : 1 - value)))
  const square = (p: number[]) => mean(p.map((value, i) => (value - LABEL[i]!) ** 2))
  const scores = (p: number[]) => ({
    log_loss: loss(p),
    brier: square(p),
    ece: mean(p.map((v, i) => Math.abs(v - LABEL[i]!))),
  })

  const blend = async (change: (of: ReturnType<typeof content>) => void = () => {}) => {
    const folder = await mkdtemp(join(tmpdir(), 'kwx-delivered-'))
    await writeTable(
      join(folder, 'delivered.parquet'),
      new Map<string, Column>([
        ['window', { codes: new Int32Array(4), values: ['win'] }],
        ['market', { codes: Int32Array.of(0, 1, 2, 3), values: ['A', 'B', 'C', 'D'] }],
        ['event_day', Int32Array.of(1, 1, 1, 1)],
        ['end_minute', Int32Array.of(60, 60, 60, 60)],
        ['label', Uint8Array.from(LABEL)],
        ['p_model', Float64Array.from(DELIVERED)],
        ['p_market', Float64Array.from(MARKET)],
        ['p_delivered', Float64Array.from(DELIVERED)],
      ]),
    )
    const own = content()
    change(own)
    const artefact = { folder, files: { 'delivered.parquet': sha256('') } }
    return { blend: { artefact, content: own } } as unknown as Parameters<typeof deliveredDifferences>[0]
  }
  const gain = loss(DELIVERED) - loss(MARKET)
  const one = () => ({ mean: gain as number | null, low: null as number | null, high: null as number | null })
  const { eFor, eAgainst } = eValues(growEProcess(startEProcess(), 1, gain))
  const content = () => ({
    skill: {
      ...{ verdict: 'too-few-days', delta: 0.0005, min_days: 14 },
      interval: { ...one(), seed: 1, days: 1, market_hours: 4 },
    },
    benchmarks: ['last'],
    weight: { value: 0.5 },
    weightings: { per_row: one(), per_market_hour: one(), per_event_day: one() },
    no_harm: { value: null as number | null },
    e_process: {
      ...{ days: 1, clipped_days: 0, e_for: eFor, e_against: eAgainst, peak_for: eFor, peak_against: 1 },
      // Bounds of one day, as far as the clip.
      confidence_sequence: { mean: gain, low: -0.5, high: 0.5 },
      by_day: [{ market_hours: 4, difference: gain, e_for: eFor, e_against: eAgainst }],
    },
    total_test_rows: 4,
    scores: { model: scores(DELIVERED), market: scores(MARKET), delivered: scores(DELIVERED) },
    windows: [{ window: 'win', rows: 4, delivered: scores(DELIVERED), market: scores(MARKET) }],
    difference: {
      ...{ seed: 1, draws: 10, level: 0.9 },
      log_loss: { mean: loss(DELIVERED) - loss(MARKET), low: null as number | null, high: null },
      brier: { mean: square(DELIVERED) - square(MARKET), low: null, high: null },
    },
  })

  it('finds none where the figures are those of the table', async () => {
    expect(await deliveredDifferences(await blend())).toEqual([])
    expect(await deliveredDifferences({})).toEqual([])
  })

  it.each<[string, (of: ReturnType<typeof content>) => void]>([
    ['/total_test_rows', (of) => (of.total_test_rows = 5)],
    ['/scores/market/brier', (of) => (of.scores.market.brier += 1e-9)],
    [
      '/windows/0/delivered/log_loss',
      (of) => (of.windows[0]!.delivered = { ...of.windows[0]!.delivered, log_loss: 1 }),
    ],
    ['/difference/log_loss/mean', (of) => (of.difference.log_loss.mean = 0)],
    ['/difference/log_loss/low', (of) => (of.difference.log_loss.low = -1)],
    ['/skill/interval/mean', (of) => (of.skill.interval.mean = 0)],
    ['/skill/interval/market_hours', (of) => (of.skill.interval.market_hours = 5)],
    ['/skill/verdict', (of) => (of.skill = { ...of.skill, verdict: 'better' })],
    ['/weightings/per_event_day/mean', (of) => (of.weightings.per_event_day.mean = 0)],
    ['/no_harm/value', (of) => (of.no_harm.value = 0.001)],
    ['/e_process/peak_against', (of) => (of.e_process.peak_against = 1.5)],
    ['/e_process/confidence_sequence/high', (of) => (of.e_process.confidence_sequence.high = 0.4)],
    ['/e_process/by_day/0/e_for', (of) => (of.e_process.by_day[0]!.e_for += 1e-6)],
  ])('finds another figure at %s', async (at, change) => {
    expect((await deliveredDifferences(await blend(change))).map((one) => one.at)).toEqual([at])
  })
})
