import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeTable } from 'kwx/artefacts'
import { loadProductionConfig, readProductionConfig } from 'kwx/config'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KwxError } from '../../../src/base/errors.ts'
import { formatProblem } from '../../../src/base/schema/problem.ts'
import { repositoryContributions } from '../../../test/support/plugins.ts'
import { root } from '../../../test/support/root.ts'

const contributions = repositoryContributions()
const BASE = {
  city: 'miami',
  bracket: 'between',
  feature_set: 'elasticnet_rich',
  start_date: '2024-11-20',
  end_date: '2025-02-25',
  train_days: '42',
}

const text = (changes: Record<string, string | undefined> = {}) =>
  Object.entries({ ...BASE, ...changes })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('')

const read = (changes?: Record<string, string | undefined>) =>
  readProductionConfig({ text: text(changes), file: 'a.yaml' }, contributions)
const problems = async (changes: Record<string, string | undefined>) =>
  (await read(changes)).problems.map(({ message }) => message)

describe('readProductionConfig', () => {
  it('fills in every default of the specification and says where each value comes from', async () => {
    const { loaded } = await read()
    expect(loaded).toMatchObject({ name: 'a', file: 'a.yaml' })
    expect(loaded?.config).toEqual({
      city: 'miami',
      bracket: 'between',
      feature_set: 'elasticnet_rich',
      offset: 'none',
      train_days: 42,
      test_days: 7,
      step_days: 7,
      embargo_days: 1,
      start_date: '2024-11-20',
      end_date: '2025-02-25',
      penalties: ['elasticnet'],
      trials: 40,
      cv_splits: 4,
      search_space: { C_min: 0.001, C_max: 1000, l1_ratio_min: 0, l1_ratio_max: 1, class_weight: [null, 'balanced'] },
      search: { objective: 'log_loss', method: 'trials', startup_trials: 10, C_values: 13, l1_ratio_values: 5 },
      solver: 'auto',
      benchmark: 'mid',
      gates: { min_effect: 0.0005 },
      calibration: { rule: 'cross-validated', method_large: 'isotonic', method_small: 'sigmoid', threshold: 1000 },
      blend_weight: 0.7,
      risk: {
        kelly_alpha: 0.25,
        max_spread_cents: 3,
        tau_open_cents: 1,
        tau_close_cents: 0.5,
        slip_per_leg_cents: 1,
        max_bankroll_pct_city_day_side: 0.1,
        max_bankroll_pct_total: 0.5,
        max_daily_loss_pct: 0.05,
      },
      use_vc_minutes: true,
      excluded_vc_cities: ['nyc'],
      seed: 42,
      price_source: 'candles',
      observation_station: null,
      model_dir: null,
      pilot_dir: null,
      pilot_windows: null,
      pilot_total_test_rows: null,
    })
    expect(loaded?.origins).toMatchObject({
      train_days: 'a.yaml:6:13',
      trials: 'default',
      'search_space.C_min': 'default',
    })
    expect(Object.keys(loaded!.origins)).toHaveLength(48)
  })

  it('takes part of a section from the file and the rest from the defaults', async () => {
    const { loaded } = await read({ search_space: '{C_max: 10}' })
    expect(loaded?.config.search_space).toMatchObject({ C_min: 0.001, C_max: 10 })
    expect(loaded?.origins).toMatchObject({ 'search_space.C_max': 'a.yaml:7:23', 'search_space.C_min': 'default' })
  })

  it("keeps an editor's $schema out of the result", async () => {
    const { loaded } = await read({ $schema: './schema.json' })
    expect(Object.keys(loaded!.config)).not.toContain('$schema')
    expect(Object.keys(loaded!.origins)).not.toContain('$schema')
  })

  it('turns aliases of cities into ids', async () => {
    const { loaded } = await read({ city: 'new_york', excluded_vc_cities: '[new_york, los_angeles]' })
    expect(loaded?.config).toMatchObject({ city: 'nyc', excluded_vc_cities: ['nyc', 'la'] })
  })

  it('lists the mistakes of schema, names, dates and bounds at once with their places', async () => {
    const bad = {
      city: 'miamy',
      bracket: 'betwen',
      feature_set: 'elasticnet_ritch',
      trane_days: '42',
      start_date: '2025-02-30',
      trials: '"40"',
      test_days: '.inf',
      step_days: '.nan',
      search_space: '{C_min: 10, C_max: 1, l1_ratio_max: 1.5, fill_probability: 0.5}',
      calibration: '{threshold: 99}',
      penalties: '[]',
      excluded_vc_cities: '[nyc, mars]',
      seed: '1.5',
    }
    expect((await read(bad)).problems.map(formatProblem)).toEqual([
      'a.yaml:1:7 unknown city "miamy", did you mean `miami`?',
      'a.yaml:2:10 `bracket` is "betwen"; expected between, greater or less; did you mean `between`?',
      'a.yaml:3:14 unknown feature set "elasticnet_ritch", did you mean `elasticnet_rich`?',
      'a.yaml:4:13 `start_date` is "2025-02-30"; expected a day of the calendar like 2025-02-25',
      'a.yaml:7:1 unknown key `trane_days`, did you mean `train_days`?',
      'a.yaml:8:9 `trials` is the text "40"; expected a whole number >= 1',
      'a.yaml:9:12 `test_days` is Infinity; expected a whole number >= 1',
      'a.yaml:10:12 `step_days` is NaN; expected a whole number >= 1',
      'a.yaml:11:23 `search_space.C_min` is 10; expected at most `C_max`, which is 1',
      'a.yaml:11:51 `search_space.l1_ratio_max` is 1.5; expected a number >= 0 and <= 1',
      'a.yaml:11:56 in `search_space`: unknown key `fill_probability`; known are C_min, C_max, l1_ratio_min, l1_ratio_max, class_weight',
      'a.yaml:12:26 `calibration.threshold` is 99; expected a whole number >= 100',
      'a.yaml:13:12 `penalties` is []; expected at least 1 item',
      'a.yaml:14:27 unknown city "mars"; known are atlanta, austin, boston, chicago, dallas, denver, houston, la, las-vegas, louisville, miami, minneapolis, new-orleans, newark, nyc, oklahoma-city, philadelphia, phoenix, san-antonio, san-diego, san-francisco, seattle, trenton, washington',
      'a.yaml:15:7 `seed` is 1.5; expected a whole number',
    ])
  })

  it.each([
    ['trials', ['0', '-1', 'null', '"x"', '1.5', '[]']],
    ['cv_splits', ['1', '0']],
    ['train_days', ['0']],
    ['embargo_days', ['-1', '0.5', 'null', '"1"', '.nan']],
    ['calibration', ['{rule: best}', '{rule: null}']],
    ['blend_weight', ['-0.1', '1.1', '.nan', '"0.7"']],
    ['penalties', ['[]', '[l3]', '[l1, l1]', 'l1', 'null']],
    [
      'search_space',
      ['{C_min: 0}', '{C_max: -1}', '{l1_ratio_min: -0.1}', '{class_weight: [heavy]}', '{class_weight: []}', '3'],
    ],
    ['search_space', ['{l1_ratio_min: 0.6, l1_ratio_max: 0.5}', '{C_min: 2000}', '{C_max: 0.0001}']],
    [
      'search',
      [
        '{method: random}',
        '{objective: accuracy}',
        '{startup_trials: 0}',
        '{C_values: 1}',
        '{C_values: 1001}',
        '{l1_ratio_values: 1}',
        'grid',
      ],
    ],
    ['solver', ['lbfgs', 'null', '1']],
    ['calibration', ['{threshold: 99}', '{method_large: platt}', '{method: isotonic}']],
    [
      'risk',
      ['{kelly_alpha: 0}', '{kelly_alpha: 1.1}', '{max_spread_cents: -1}', '{max_bankroll_pct_city_day_side: 0}'],
    ],
    ['use_vc_minutes', ['yes', '1']],
    ['seed', ['1.5', '"42"', '1e300']],
    ['price_source', ['prints']],
    ['offset', ['price', 'null']],
    ['start_date', ['2025-02-30', '20241120', '2024-11-20T00:00:00Z', '5', 'null']],
    ['fill_probability', ['0.5']],
    ['execution', ['{fill_probability: 0.5}']],
  ])('refuses %s when it is one of %j', async (key, values) => {
    for (const value of values) expect([value, await problems({ [key]: value })]).toEqual([value, [expect.any(String)]])
  })

  it.each([
    ['blend_weight', ['0', '1']],
    ['search_space', ['{C_min: 1, C_max: 1}', '{l1_ratio_min: 1, l1_ratio_max: 1}', '{class_weight: [null]}', '{}']],
    ['calibration', ['{threshold: 100}']],
    ['risk', ['{kelly_alpha: 1, max_spread_cents: 0}']],
    ['seed', ['-7', '0', '1e3']],
    ['observation_station', ['KMIA', 'null']],
  ])('accepts %s at its bounds: %j', async (key, values) => {
    for (const value of values) expect([value, await problems({ [key]: value })]).toEqual([value, []])
  })

  it('names the required keys that are missing', async () => {
    const missing = await problems({ city: undefined, end_date: undefined })
    expect(missing).toEqual([
      '`city` is missing; expected a text',
      '`end_date` is missing; expected a day of the calendar like 2025-02-25',
    ])
  })

  it('wants the end after the start, and room for one whole window', async () => {
    expect(await problems({ end_date: '2024-11-20' })).toEqual([
      '`end_date` is 2024-11-20; expected a day after `start_date` 2024-11-20',
    ])
    expect(await problems({ end_date: '2025-01-07' })).toEqual([]) // 49 days, inclusive
    expect(await problems({ end_date: '2025-01-06' })).toEqual([
      '2024-11-20 to 2025-01-06 has 48 days; one window needs 49 (42 to train and 7 to test)',
    ])
  })

  it('wants days for every fold', async () => {
    expect(await problems({ train_days: '21', cv_splits: '16' })).toEqual([])
    expect(await problems({ train_days: '21', cv_splits: '17' })).toEqual([
      '`cv_splits` is 17; expected at most the 16 training days left to search on',
    ])
  })

  it('refuses an embargo that leaves no day to train on, and counts folds by the days that it leaves', async () => {
    for (const embargo_days of ['20', '21', '1000000']) {
      expect(await problems({ train_days: '20', embargo_days, cv_splits: '2' })).toEqual([
        `\`embargo_days\` is ${embargo_days}; expected fewer than the 20 training days`,
      ])
    }
    expect(await problems({ train_days: '20', embargo_days: '19', cv_splits: '2' })).toEqual([
      '`cv_splits` is 2; expected at most the 1 training days left to search on',
    ])
    expect(await problems({ train_days: '20', embargo_days: '18', cv_splits: '2' })).toEqual([])
    expect(await problems({ train_days: '20', embargo_days: '0', cv_splits: '16' })).toEqual([])
  })

  it('leaves all days to the folds where too few could calibrate anything', async () => {
    expect(await problems({ train_days: '20', cv_splits: '19' })).toEqual([])
  })

  it('takes weather from the own station or a declared proxy, never from elsewhere', async () => {
    expect(await problems({ city: 'chicago', observation_station: 'KORD' })).toEqual([])
    expect(await problems({ city: 'chicago', observation_station: 'KJFK' })).toEqual([
      'station "KJFK"; expected chicago\'s own KMDW or a declared proxy (KORD)',
    ])
    expect(await problems({ observation_station: 'KORD' })).toEqual([
      'station "KORD"; expected miami\'s own KMIA and has no declared proxy',
    ])
  })

  it('lets a configuration add excluded cities but never leave one out', async () => {
    expect(await problems({ excluded_vc_cities: '[nyc, miami]' })).toEqual([])
    for (const list of ['[]', '[miami]']) {
      expect(await problems({ excluded_vc_cities: list })).toEqual([
        expect.stringMatching(/^`nyc` is left out, but its manifest excludes it/),
      ])
    }
  })

  it('refuses a file name that cannot name a pilot', async () => {
    const { problems: found } = await readProductionConfig({ text: text(), file: 'my pilot.yaml' }, contributions)
    expect(found.map(formatProblem)).toEqual([expect.stringMatching(/^my pilot\.yaml needs another file name/)])
  })

  it.each(['', '- a\n', 'a\n', 'null\n', '3\n'])('says that %j is no configuration', async (bad) => {
    const { loaded, problems: found } = await readProductionConfig({ text: bad, file: 'a.yaml' }, contributions)
    expect([loaded, found.length]).toEqual([null, 1])
  })
})

describe('the provenance of a pilot', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kwx-pilot-'))
    for (const [window, rows] of [
      ['win_20241120_20250107', 3],
      ['win_20241127_20250114', 4],
    ] as const) {
      await mkdir(join(folder, window))
      await writeFile(join(folder, window, 'model.json'), '{}')
      await writeTable(join(folder, window, 'predictions.parquet'), new Map([['label', new Uint8Array(rows)]]))
    }
    await mkdir(join(folder, 'win_20241204_20250121')) // not enough evidence: no model
  })
  afterAll(() => rm(folder, { recursive: true }))

  const of = (windows: number, rows: number) => ({
    pilot_dir: JSON.stringify(folder),
    pilot_windows: String(windows),
    pilot_total_test_rows: String(rows),
  })

  it('agrees with the windows and rows on disk', async () => {
    expect(await problems(of(2, 7))).toEqual([])
  })

  it('is refused where it differs from them', async () => {
    expect(await problems(of(8, 46456))).toEqual([
      `\`pilot_windows\` is 8; ${folder} has 2 fitted windows`,
      `\`pilot_total_test_rows\` is 46456; the windows in ${folder} have 7`,
    ])
  })

  it('is refused without a folder, or with one that is not there', async () => {
    expect(await problems({ pilot_windows: '2' })).toEqual([
      '`pilot_windows` is given without `pilot_dir`, the pilot it is about',
    ])
    expect(await problems({ pilot_dir: 'nowhere' })).toEqual([expect.stringMatching(/"nowhere", which cannot be read/)])
  })
})

describe('loadProductionConfig', () => {
  it('throws one error with every mistake, exit 2', async () => {
    const file = join(root, 'configs', 'elasticnet_mia_betwen.yaml')
    const error = (await loadProductionConfig(file, contributions).catch((e: unknown) => e)) as KwxError
    expect([error.code, error.exit]).toEqual(['CONFIG_INVALID', 2])
    expect(error.message).toContain(
      `${file} does not exist; did you mean ${join(root, 'configs', 'elasticnet_mia_between.yaml')}?`,
    )
  })

  it('reads the configurations of the repository: eight windows of 42, 7 and 7 days', async () => {
    for (const name of ['mia_between', 'mia_greater', 'chi_between', 'chi_greater']) {
      const { config } = await loadProductionConfig(join(root, 'configs', `elasticnet_${name}.yaml`), contributions)
      expect(config).toMatchObject({
        train_days: 42,
        test_days: 7,
        step_days: 7,
        trials: 60,
        price_source: 'trades',
        seed: 42,
      })
    }
  })
})
