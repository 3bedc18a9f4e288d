import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KwxError } from '../../../src/base/errors.ts'
import { DEFINITIONS } from '../../../src/framework/settings/index.ts'
import { type LoadSettingsOptions, loadSettings } from '../../../src/framework/settings/load-settings.ts'

let cwd: string
beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), 'kwx-settings-')))
  await writeFile(
    join(cwd, 'package.json'),
    '{"name": "project", "kwx": {"workers": 9}, "cosmiconfig": {"searchPlaces": ["a.js"]}}',
  )
})
afterEach(() => rm(cwd, { recursive: true }))

const load = (options: LoadSettingsOptions = {}) => loadSettings({ cwd, env: {}, ...options })
const write = (text: string, name = 'kwx.config.yaml') => writeFile(join(cwd, name), text)
const mistakes = async (options: LoadSettingsOptions = {}) => {
  const error = (await load(options).catch((e: unknown) => e)) as KwxError
  expect([error.code, error.exit]).toEqual(['SETTINGS_INVALID', 2])
  return error.message
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
}

describe('loadSettings', () => {
  it('has a default for everything but secrets, and says so', async () => {
    const settings = await load()
    expect(settings).toMatchObject({
      home: join(cwd, '.kwx'),
      databaseUrl: `pglite:${join(cwd, '.kwx/database')}`,
      directories: {
        models: join(cwd, 'models'),
        reports: join(cwd, 'acceptance_reports'),
        pipelines: join(cwd, 'configs/pipelines'),
      },
      clock: 'system',
      workers: availableParallelism(),
      defaultPipeline: 'pilot',
      file: null,
    })
    expect(settings.sources['kalshi']).toEqual({
      url: 'https://external-api.kalshi.com/trade-api/v2',
      requestsPerSecond: 4,
      timeoutSeconds: 30,
      attempts: 6,
    })
    expect(Object.keys(settings.sources)).toEqual(['kalshi', 'iem', 'nws', 'visual-crossing', 'ncei'])
    expect(new Set(Object.values(settings.origins))).toEqual(new Set(['default']))
    expect(Object.keys(settings.origins)).toHaveLength(DEFINITIONS.filter((one) => one.default).length)
  })

  it('takes flags before variables before the file before defaults', async () => {
    await write('workers: 2\nhome: state\nclock: 2025-01-01T00:00:00Z\nsources: {iem: {requestsPerSecond: 0.5}}\n')
    const env = {
      KWX_WORKERS: '3',
      KWX_HOME: 'elsewhere',
      DATABASE_URL: 'postgres://a/b',
      KWX_DATABASE_URL: 'pglite:memory',
    }
    const settings = await load({ env, flags: { workers: 4, home: undefined } })
    expect([settings.workers, settings.origins['workers']]).toEqual([4, '--workers'])
    expect([settings.home, settings.origins['home']]).toEqual([join(cwd, 'elsewhere'), 'KWX_HOME'])
    expect([settings.databaseUrl, settings.origins['databaseUrl']]).toEqual(['pglite:memory', 'KWX_DATABASE_URL'])
    expect([settings.clock, settings.origins['clock']]).toEqual(['2025-01-01T00:00:00Z', 'kwx.config.yaml:3:8'])
    expect(settings.origins['sources.iem.requestsPerSecond']).toBe('kwx.config.yaml:4:36')
    expect(settings.sources['iem']?.requestsPerSecond).toBe(0.5)
  })

  it('resolves paths of the file from its folder and typed ones from the working folder', async () => {
    await write('home: state\ndatabaseUrl: pglite:db\n')
    const below = join(cwd, 'a', 'b')
    await mkdir(below, { recursive: true })
    const settings = await load({ cwd: below, env: { KWX_MODELS_DIR: 'm' } })
    expect(settings).toMatchObject({
      home: join(cwd, 'state'),
      databaseUrl: `pglite:${join(cwd, 'db')}`,
      directories: { models: join(below, 'm'), reports: join(cwd, 'acceptance_reports') },
      file: join(cwd, 'kwx.config.yaml'),
    })
    expect(settings.origins['home']).toBe('../../kwx.config.yaml:1:7')
  })

  it.each(['kwx.config.yaml', 'kwx.config.yml', 'kwx.config.json', '.kwxrc', '.kwxrc.json', '.kwxrc.yaml'])(
    'reads %s',
    async (name) => {
      await write('{"workers": 3}', name)
      expect((await load()).origins['workers']).toBe(`${name}:1:13`)
    },
  )

  it('never runs code: no package.json key, no .config/config.js, no $import, no kwx.config.js', async () => {
    const run = "globalThis.kwxRan = true; module.exports = { searchPlaces: ['a.js'] }"
    await mkdir(join(cwd, '.config'))
    for (const name of ['.config/config.js', 'kwx.config.js', 'a.js', '.kwxrc.js']) await write(run, name)
    const before = process.cwd()
    process.chdir(cwd)
    try {
      expect((await load()).workers).toBe(availableParallelism())
      await write('$import: ./a.js\n')
      expect(await mistakes()).toEqual([expect.stringMatching(/^kwx\.config\.yaml:1:1 unknown key `\$import`/)])
    } finally {
      process.chdir(before)
    }
    expect('kwxRan' in globalThis).toBe(false)
  })

  it('lists every mistake of file, variables and flags at once', async () => {
    await write(
      'workers: "4"\nsources:\n  kalshy: {url: x}\n  iem: {requestsPerSecond: 0, url: "ftp://a", atempts: 3}\nclock: 2025-02-20T18:00:00\ndirectories: 3\n',
    )
    const env = {
      KWX_KALSHI_RPS: 'abc',
      KWX_NWS_URL: 'file:///etc',
      KWX_NCEI_ATTEMPTS: '1.5',
      KWX_VC_TIMEOUT_SECONDS: '0x10',
    }
    expect(await mistakes({ env, flags: { workers: 0 } })).toEqual([
      'kwx.config.yaml:1:10 `workers` is the text "4"; expected a whole number >= 1 and <= 1024',
      'kwx.config.yaml:3:3 in `sources`: unknown key `kalshy`, did you mean `kalshi`?',
      'kwx.config.yaml:4:28 `sources.iem.requestsPerSecond` is 0; expected a number > 0 and <= 10000',
      'kwx.config.yaml:4:36 `sources.iem.url` is "ftp://a"; expected an http:// or https:// address without user, password or query',
      'kwx.config.yaml:4:47 in `sources.iem`: unknown key `atempts`, did you mean `attempts`?',
      'kwx.config.yaml:5:8 `clock` is "2025-02-20T18:00:00"; expected system, an instant with a zone like 2025-02-20T18:00:00Z, or an http(s) address',
      'kwx.config.yaml:6:14 `directories` is 3; expected keys with values',
      'KWX_KALSHI_RPS is "abc"; expected a number > 0 and <= 10000',
      'KWX_NWS_URL is "file:///etc"; expected an http:// or https:// address without user, password or query',
      'KWX_VC_TIMEOUT_SECONDS is "0x10"; expected a number > 0 and <= 600',
      'KWX_NCEI_ATTEMPTS is 1.5; expected a whole number >= 1 and <= 20',
      '--workers is 0; expected a whole number >= 1 and <= 1024',
    ])
  })

  it('reports an empty project file instead of passing it over', async () => {
    await write('')
    expect(await mistakes()).toEqual(['kwx.config.yaml:1:1 the file is empty; expected keys with values'])
  })

  it('keeps secrets out of its errors', async () => {
    await write('databaseUrl: mysql://me:hunter2@h/x\nsources: {visual-crossing: {key: [hunter2]}}\n')
    const env = { DATABASE_URL: 'hunter2', KWX_IEM_URL: 'ftp://me:hunter2@h', KWX_CLOCK: 'ftp://h/?token=hunter2' }
    const lines = await mistakes({ env })
    expect(lines).toHaveLength(5)
    expect(lines.join('\n')).not.toMatch(/hunter2|mysql/)
  })

  it('takes an empty variable for one that is not set', async () => {
    expect((await load({ env: { KWX_HOME: '', KWX_WORKERS: '' } })).origins['home']).toBe('default')
  })

  it.each(['system', '2025-02-20T18:00:00Z', '2025-02-20T18:00:00-06:00', 'http://127.0.0.1:8080/now'])(
    'accepts the clock %s',
    async (clock) => {
      expect((await load({ env: { KWX_CLOCK: clock } })).clock).toBe(clock)
    },
  )

  it.each([
    [
      'KWX_KALSHI_RPS',
      ['0', '-1', '10001', 'NaN', 'Infinity', '1e999', '1,5', '0x10', ' '],
      ['0.1', '1e3', '10000', ' 2 '],
    ],
    ['KWX_WORKERS', ['0', '1.5', '1025', '-3', 'many'], ['1', '1024']],
    ['KWX_IEM_ATTEMPTS', ['0', '21'], ['1', '20']],
    [
      'DATABASE_URL',
      ['mysql://h/d', 'pglite:', 'postgres', '/tmp/db'],
      ['pglite:memory', 'pglite:x', 'postgresql://h/d'],
    ],
    ['KWX_CLOCK', ['now', '2025-02-20', '2025-02-20T18:00', '2025-13-01T00:00:00Z'], ['system']],
  ])('holds %s to its bounds', async (name, refused, accepted) => {
    for (const text of refused) {
      const [line, ...more] = await mistakes({ env: { [name]: text } })
      expect([more, line]).toEqual([[], expect.stringMatching(new RegExp(`^${name} is .*; expected `))])
    }
    for (const text of accepted) await load({ env: { [name]: text } })
  })

  it.each(['', 'http://', 'https//x', 'javascript:1', '/tmp', 'localhost:80'])(
    'refuses the address %j',
    async (url) => {
      await write(`sources: {kalshi: {url: ${JSON.stringify(url)}}}\n`)
      expect(await mistakes()).toHaveLength(1)
    },
  )

  it('takes the slash from the end of an address', async () => {
    expect((await load({ env: { KWX_IEM_URL: 'http://h/a/' } })).sources['iem']?.url).toBe('http://h/a')
  })
})
