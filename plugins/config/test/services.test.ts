import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkAgainst, readYaml } from 'kwx/schema'
import { settingsSchema } from 'kwx/settings'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KwxError } from '../../../src/base/errors.ts'
import { loadSettings } from '../../../src/framework/settings/load-settings.ts'
import { repositoryContributions } from '../../../test/support/plugins.ts'
import { root } from '../../../test/support/root.ts'
import { configEntries, renderEntries, settingEntries, yamlScalar } from '../src/services/entries.ts'
import { explainKey, renderExplanation } from '../src/services/explain-key.ts'
import { starterText, writeStarter } from '../src/services/starter-config.ts'
import { validateConfigs } from '../src/services/validate-configs.ts'

const contributions = repositoryContributions()
const MIAMI = join(root, 'configs', 'elasticnet_mia_between.yaml')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kwx-config-'))
})
afterAll(() => rm(folder, { recursive: true }))
const failure = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (e: unknown) => e as KwxError,
  )

describe('kwx config validate', () => {
  it('counts windows and test days', async () => {
    expect(await validateConfigs([MIAMI], contributions)).toMatchObject([{ city: 'miami', windows: 8, test_days: 56 }])
  })

  it('counts a day that several windows test once', async () => {
    const file = join(folder, 'overlap.yaml')
    await writeFile(file, (await readFile(MIAMI, 'utf8')).replace('step_days: 7', 'step_days: 1'))
    expect(await validateConfigs([file], contributions)).toMatchObject([{ windows: 50, test_days: 56 }])
  })

  it('lists all mistakes of all files, exit 2', async () => {
    const bad = join(folder, 'bad.yaml')
    await writeFile(bad, 'city: mars\nseed: x\n')
    const error = await failure(validateConfigs([bad, MIAMI, join(folder, 'gone.yaml')], contributions))
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', exit: 2 })
    expect(error?.message).toMatch(/^The set of 3 configurations has 7 mistakes:/)
    expect(error?.message).toContain(`${bad}:1:7 unknown city "mars"`)
    expect(error?.message).toContain('gone.yaml does not exist')
  })
})

describe('kwx config show', () => {
  it('prints YAML that reads back as the configuration, with origins as comments', async () => {
    const lines = renderEntries(await configEntries(MIAMI, contributions))
    expect(lines).toContain('search_space:')
    expect(lines.find((line) => line.startsWith('train_days: 42 '))).toMatch(
      /# (configs\/)?elasticnet_mia_between\.yaml:9:13$/,
    )
    const { value } = await readYaml({ text: lines.join('\n'), file: 'a.yaml' })
    expect(value).toMatchObject({ city: 'miami', search_space: { class_weight: [null, 'balanced'] }, model_dir: null })
  })

  it('prints project settings that fit their own schema, without secrets', async () => {
    const settings = await loadSettings({ cwd: folder, env: { KWX_VC_KEY: 'hunter2' } })
    const lines = renderEntries(settingEntries(settings))
    expect(lines.join('\n')).not.toContain('hunter2')
    const document = await readYaml({ text: lines.join('\n'), file: 'kwx.config.yaml' })
    expect(await checkAgainst(settingsSchema(), document)).toEqual([])
  })

  it.each([
    ['chicago', 'chicago'],
    ['no: yes', '"no: yes"'],
    ['null', '"null"'],
    ['1', '"1"'],
    ['2025-02-25', '2025-02-25'],
    ['', '""'],
    ['https://a/b', 'https://a/b'],
    ['pglite:/a/b', 'pglite:/a/b'],
    [['a', null, 1], '[a, null, 1]'],
  ])('writes %j as %s', async (value, text) => {
    expect(yamlScalar(value)).toBe(text)
    expect((await readYaml({ text: `a: ${text}`, file: 'a.yaml' })).value).toEqual({ a: value })
  })
})

describe('kwx config explain', () => {
  const explain = async (key: string, file?: string) =>
    explainKey(key, { file, contributions, settings: await loadSettings({ cwd: folder, env: { KWX_IEM_RPS: '2' } }) })

  it('gives value, origin, default and bounds of a key of a configuration', async () => {
    expect(await explain('train_days', MIAMI)).toMatchObject({
      value: 42,
      origin: expect.stringMatching(/elasticnet_mia_between\.yaml:9:13$/),
      default: 90,
      expected: 'a whole number >= 1',
    })
    expect(await explain('search_space.C_max', MIAMI)).toMatchObject({ value: 1000, origin: 'default' })
    expect(await explain('city')).toMatchObject({ value: null, origin: 'required in every configuration' })
  })

  it('gives the same for a project setting, and what can set it, the strongest first', async () => {
    const explanation = await explain('sources.iem.requestsPerSecond')
    expect(explanation).toMatchObject({
      value: 2,
      origin: 'KWX_IEM_RPS',
      default: 1,
      set_by: ['KWX_IEM_RPS', 'kwx.config.yaml, key sources.iem.requestsPerSecond'],
    })
    expect(renderExplanation(explanation)).toContain('  from     KWX_IEM_RPS')
  })

  it.each([
    ['trane_days', /nearest is "train_days"/],
    ['C_max', /nearest is "search_space\.C_max"/],
    ['sources.kalshi.ulr', /nearest is "sources\.kalshi\.url"/],
    ['risk', /is a section; its keys are risk\.kelly_alpha/],
    ['sources.kalshi', /is a section; its keys are sources\.kalshi\.url/],
    ['', /There is no key ""/],
  ])('helps with the unknown key %j', async (key, message) => {
    expect(await failure(explain(key))).toMatchObject({
      code: 'CONFIG_KEY_UNKNOWN',
      exit: 2,
      message: expect.stringMatching(message),
    })
  })
})

describe('kwx config init', () => {
  const options = {
    city: 'new_york',
    bracket: 'greater',
    featureSet: 'baseline',
    startDate: '2024-11-20',
    endDate: '2025-02-25',
    trainDays: 42,
  }

  it('writes a file that is valid at once, with the id of the city, into a new folder', async () => {
    const file = join(folder, 'new', 'a.yaml')
    await writeStarter({ ...options, file }, contributions)
    expect(await validateConfigs([file], contributions)).toMatchObject([
      { city: 'nyc', bracket: 'greater', windows: 8 },
    ])
  })

  it('never overwrites', async () => {
    const file = join(folder, 'mine.yaml')
    await writeFile(file, 'mine')
    expect(await failure(writeStarter({ ...options, file }, contributions))).toMatchObject({
      code: 'CONFIG_EXISTS',
      exit: 2,
    })
    expect(await readFile(file, 'utf8')).toBe('mine')
  })

  it('writes nothing when a value is wrong', async () => {
    const file = join(folder, 'never.yaml')
    const error = await failure(writeStarter({ ...options, file, startDate: '2025-02-20' }, contributions))
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', exit: 2 })
    expect(await failure(writeStarter({ ...options, file, city: 'miamy' }, contributions))).toMatchObject({
      code: 'CONTRIBUTION_UNKNOWN',
    })
    await expect(readFile(file)).rejects.toThrow('ENOENT')
  })

  it('shows defaults that stay valid when their lines are taken into use', async () => {
    const text = starterText({
      city: 'miami',
      bracket: 'less',
      feature_set: 'baseline',
      start_date: '2024-01-01',
      end_date: '2025-01-01',
    })
    const file = join(folder, 'all.yaml')
    await writeFile(file, text.replace(/^# ( *[a-zA-Z_0-9]+:.*)$/gm, '$1'))
    expect(await validateConfigs([file], contributions)).toHaveLength(1)
  })
})
