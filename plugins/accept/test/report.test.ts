import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Column, readJson, readTable, writeJson, writeTable } from 'kwx/artefacts'
import { validate } from 'kwx/schema'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { REPORT_FILES, type Reports, SUMMARY_HTML, SUMMARY_PAGE } from '../src/reports.ts'
import { figure, fixed, share, signed } from '../src/services/format.ts'
import { schemaIdOf } from '../src/services/write-reports.ts'
import { allReports, BLUNT, good, reportOf, SHARP } from './support/cases.ts'
import { closeShared, installed, type Judged, judged } from './support/judge.ts'
import { type MadePilot, madePilot, week } from './support/pilot.ts'

afterAll(closeShared)

const WINDOW = 'win_20250101_20250117'
const FILES = [...Object.values(REPORT_FILES), SUMMARY_HTML, SUMMARY_PAGE]

/** Every number inside a value, and every run of digits inside its texts, keys included. */
function figuresOf(value: unknown): string[] {
  if (typeof value === 'number') return [fixed(value), signed(value), share(value), figure(value)].flatMap(numbersIn)
  if (typeof value === 'string') return numbersIn(value)
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) => [...numbersIn(key), ...figuresOf(inner)])
}

/** Keys of an object and of the objects in it. */
const keysOf = (value: object): string[] =>
  Object.entries(value).flatMap(([key, inner]) =>
    inner && typeof inner === 'object' && !Array.isArray(inner) ? [key, ...keysOf(inner)] : [key],
  )

const numbersIn = (text: string): string[] => text.match(/\d+(\.\d+)?/g) ?? []

describe('the files of a report', () => {
  let result: Judged
  let reports: Reports
  let page: string
  beforeAll(async () => {
    result = await judged(await madePilot(good()))
    reports = await allReports(result)
    page = await readFile(join(result.artefacts['report']!.folder, SUMMARY_PAGE), 'utf8')
  })

  it('are published under phase, city and bracket', async () => {
    const names = await readdir(join(result.shelf, 'phase1_chicago_between'))
    expect(names.filter((name) => name !== 'provenance.json').sort()).toEqual(FILES)
  })

  it('carry the keys that readers of earlier reports know', () => {
    const { summary, calibration } = reports
    expect(Object.keys(summary)).toEqual(
      expect.arrayContaining([
        'n_windows',
        'total_test_rows',
        'metrics',
        'model_sparsity',
        'penalty',
        'pilot_dir',
        'market',
        'difference',
        'diebold_mariano',
        'decomposition',
        'benchmark',
        'benchmarks',
        'skill',
        'weightings',
        'e_process',
        'difference_by_hour',
        'evaluations',
        'windows',
      ]),
    )
    expect(Object.keys(summary.metrics).sort()).toEqual([
      'brier_mean',
      'brier_std',
      'ece_mean',
      'ece_std',
      'log_loss_mean',
      'log_loss_std',
    ])
    expect(Object.keys(summary.windows[0]!)).toEqual(
      expect.arrayContaining([
        'window',
        'n_train',
        'n_test',
        'log_loss',
        'brier',
        'ece',
        'n_nonzero_coef',
        'calibration',
        'market',
      ]),
    )
    expect(Object.keys(reports.exclusion)).toEqual(
      expect.arrayContaining(['excluded_cities', 'city_config_keys', 'validation']),
    )
    expect(Object.keys(calibration.bins[0]!)).toEqual(
      expect.arrayContaining(['bin_range', 'count', 'mean_pred', 'observed_freq', 'calibration_error']),
    )
    expect(Object.keys(reports.config)).toEqual(
      expect.arrayContaining([
        'config_file',
        'city',
        'bracket',
        'feature_set',
        'training',
        'hyperparameters',
        'calibration',
        'risk',
        'vc_features',
        'validation_passed',
      ]),
    )
    expect(Object.keys(reports.infrastructure)).toEqual(expect.arrayContaining(['checks', 'all_passed']))
  })

  it.each(Object.entries(REPORT_FILES))('fit their schema: %s', async (name, file) => {
    const schema = await (await installed()).load<object>('schemas', schemaIdOf(file))
    expect(await validate(schema, reports[name as keyof Reports])).toEqual([])
    const { verdict: _, ...rest } = { verdict: 1, ...reports[name as keyof Reports], unknown_key: 1 } as Record<
      string,
      unknown
    >
    expect(await validate(schema, rest)).not.toEqual([])
  })

  it('state every value of the configuration but the provenance of a promoted pilot', () => {
    const { origins, ...stated } = reports.config as typeof reports.config & Record<string, unknown>
    const keys = new Set(Object.values(stated).flatMap((one) => (one && typeof one === 'object' ? keysOf(one) : [])))
    const asked = Object.keys(origins).map((key) => key.split('.').at(-1)!)
    const told = (key: string) => keys.has(key) || key in stated || key.startsWith('pilot_') || key === 'model_dir'
    expect(asked.length).toBeGreaterThan(20)
    expect(asked.filter((key) => !told(key))).toEqual([])
  })

  it('list what was run with what it saw, and count nothing that is absent', () => {
    const { checks, n_ran, n_failed, n_absent, all_passed } = reports.infrastructure
    const status = Object.fromEntries(checks.map((check) => [check.check, check.status]))
    expect(status).toEqual({
      'migrations-applied': 'passed',
      'tables-present': 'passed',
      'indexes-present': 'passed',
      'table-models': 'passed',
      'table-promotions': 'passed',
      'table-rt_signals': 'passed',
      'models-reload-and-predict': 'passed',
      'loader-answers-test-days': 'passed',
      'loader-refuses-training-days': 'passed',
      'predictions-match-dataset': 'passed',
      'metrics-recomputed': 'passed',
      'counts-recomputed': 'passed',
      'phase-backtest': 'absent',
      'phase-rt-loop': 'absent',
    })
    expect({ n_ran, n_failed, n_absent, all_passed }).toEqual({ n_ran: 12, n_failed: 0, n_absent: 2, all_passed: true })
    const refused = checks.find(({ check }) => check === 'loader-refuses-training-days')!
    expect(refused.saw).toEqual({ date: '2025-01-10', answer: 'MODEL_SAW_DATE' })
  })

  it('open the page for a person with the verdict', () => {
    expect(page.split('\n')[0]).toBe(reports.summary.verdict.sentence)
    for (const words of [
      '1 evaluation of 1 configuration on these days',
      '- Verdict: better. The model is better than the half-way price',
      '| middle of the book |',
      'E-processes over 14 days: for ',
      '- Tests, pass: The days do not contradict calibration',
      '- ECE, reported: 0.0000; a perfect forecaster has ',
      'Rows are simulated',
      'KORD, a proxy',
      'Prices from trades',
      '| model | market |',
      'Diebold-Mariano',
      'miscalibration (MCB)',
      '±',
      'source of the threshold',
    ]) {
      expect(page).toContain(words)
    }
  })

  it('have the same bytes when made again', async () => {
    const again = await judged(await madePilot(good()))
    expect(again.artefacts['report']!.hash).toBe(result.artefacts['report']!.hash)
  })

  it('say not-applicable, not pass, for a city without excluded sources', () => {
    expect(reports.exclusion).toMatchObject({ status: 'not-applicable', excluded_cities: ['nyc'] })
    expect(reports.summary.gates.find(({ gate }) => gate === 'accept:exclusion')!.outcome).toBe('not-applicable')
  })
})

describe('the page for a person', () => {
  const pilots: [string, MadePilot][] = [
    ['a pass', good()],
    ['a failure', { windows: [week(BLUNT), week(SHARP)] }],
    ['one day', { windows: [[SHARP]] }],
    ['no window', { windows: [null] }],
    ['an excluded city', good({ city: 'nyc' })],
  ]
  it.each(pilots)('holds no figure that is not in files 01 to 05: %s', async (_, pilot) => {
    const result = await judged(await madePilot(pilot))
    const page = await readFile(join(result.artefacts['report']!.folder, SUMMARY_PAGE), 'utf8')
    const known = new Set([...figuresOf(await allReports(result)), ...FILES.flatMap(numbersIn)])
    const found = numbersIn(page)
    expect(found.length).toBeGreaterThan(30)
    expect(found.filter((figure) => !known.has(figure))).toEqual([])
    expect(page).not.toMatch(/NaN|Infinity|undefined|null/)
  })
})

describe('accept:report', () => {
  it.each(['features', 'labels', 'completeness', 'pilot', 'verification'] as const)(
    'refuses %s whose rows are of another origin than the rest',
    async (kind) => {
      const inputs = await madePilot(good({ origins: { [kind]: 'replay' } }))
      await expect(judged(inputs)).rejects.toMatchObject({
        code: 'ACCEPT_MIXED_ORIGINS',
        exit: 1,
        details: { origins: expect.arrayContaining([{ input: kind, origin: 'replay' }]) },
      })
    },
  )

  it.each(['p_model', 'p_uncalibrated', 'p_market', 'label'])(
    'finds one changed %s in the predictions',
    async (name) => {
      const inputs = await madePilot(good())
      const file = join(inputs.pilot.folder, WINDOW, 'predictions.parquet')
      const table = new Map(await readTable(file))
      const values = (table.get(name) as Float64Array).slice()
      values[3] = name === 'label' ? 1 - values[3]! : values[3]! + 1e-9
      await writeTable(file, table.set(name, values as Column))
      const result = await judged(inputs)
      expect(result.exit).toBe(3)
      const { checks, all_passed } = await reportOf(result, 'infrastructure')
      const failed = checks.filter(({ status }) => status === 'failed').map(({ check }) => check)
      const expected = {
        p_model: ['models-reload-and-predict', 'metrics-recomputed'],
        p_uncalibrated: ['models-reload-and-predict'],
      } as Record<string, string[]>
      expect(failed).toEqual(expected[name] ?? ['predictions-match-dataset'])
      expect(all_passed).toBe(false)
    },
  )

  it.each(['model.log_loss', 'market.ece', 'rows', 'clipped_share'])(
    'finds a changed digit of %s in the metrics and does not copy it',
    async (figure) => {
      const inputs = await madePilot(good())
      const file = join(inputs.pilot.folder, WINDOW, 'metrics.json')
      const metrics = await readJson<Record<string, Record<string, number>>>(file)
      const [section, key] = figure.split('.')
      const changed = key
        ? { ...metrics, [section!]: { ...metrics[section!], [key]: metrics[section!]![key]! + 1e-6 } }
        : { ...metrics, [section!]: 69 }
      await writeJson(file, changed)
      const result = await judged(inputs)
      expect(result.exit).toBe(3)
      const { checks } = await reportOf(result, 'infrastructure')
      expect(checks.find(({ check }) => check === 'metrics-recomputed')).toMatchObject({
        status: 'failed',
        saw: [{ differing_figures: [figure] }, { differing_figures: [] }],
      })
      expect((await reportOf(result, 'summary')).metrics.log_loss_mean).toBeCloseTo(0.5004, 4)
    },
  )

  it('finds a changed count in the pilot', async () => {
    const inputs = await madePilot(good())
    const file = join(inputs.pilot.folder, 'pilot.json')
    await writeFile(file, (await readFile(file, 'utf8')).replace('"n_train": 50', '"n_train": 51'))
    expect((await judged(inputs)).summary).toContain('counts-recomputed: In 1 of 2 windows')
  })

  it('refuses predictions of other rows than the dataset has', async () => {
    const inputs = await madePilot(good())
    const file = join(inputs.pilot.folder, WINDOW, 'predictions.parquet')
    const table = new Map(await readTable(file))
    const minutes = (table.get('end_minute') as Int32Array).slice()
    minutes[5]!++
    await writeTable(file, table.set('end_minute', minutes))
    await expect(judged(inputs)).rejects.toMatchObject({ code: 'ACCEPT_ROWS_DIFFER', exit: 1, details: { row: 5 } })
  })

  it('refuses a model edited by hand', async () => {
    const inputs = await madePilot(good())
    const file = join(inputs.pilot.folder, WINDOW, 'model.json')
    await writeFile(file, (await readFile(file, 'utf8')).replace('"intercept": 0', '"intercept": 1'))
    await expect(judged(inputs)).rejects.toMatchObject({ code: 'MODEL_EDITED' })
  })

  it('replaces what was published by the newer report, and keeps phases apart', async () => {
    const first = await judged(await madePilot(good()))
    const inputs = await madePilot({ windows: [week(BLUNT), week(BLUNT)] })
    await judged(inputs, { reports: first.shelf })
    await judged(inputs, { reports: first.shelf, phase: 'phase2' })
    const verdict = async (name: string) =>
      (await readFile(join(first.shelf, name, SUMMARY_PAGE), 'utf8')).split(':')[0]
    expect(await verdict('phase1_chicago_between')).toMatch(/^The market is better\./)
    expect(await verdict('phase2_chicago_between')).toMatch(/^The market is better\./)
  })

  it('finds out in under a second that reports cannot be written', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'kwx-')), 'a-file')
    await writeFile(file, '')
    const inputs = await madePilot(good())
    const started = performance.now()
    await expect(judged(inputs, { reports: join(file, 'reports') })).rejects.toMatchObject({
      code: 'REPORTS_UNWRITABLE',
      exit: 1,
    })
    expect(performance.now() - started).toBeLessThan(1000)
  })
})
