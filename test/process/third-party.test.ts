import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

import { spawned } from '../support/kwx.ts'
import { root } from '../support/root.ts'

let home: string
let plugin: string

/** oclif keeps linked plugins under these; the project's state lies in the temporary folder too. */
const env = () => ({
  KWX_DATA_DIR: join(home, 'data'),
  KWX_CONFIG_DIR: join(home, 'config'),
  KWX_CACHE_DIR: join(home, 'cache'),
  KWX_HOME: join(home, 'state'),
  KWX_MODELS_DIR: join(home, 'models'),
  KWX_REPORTS_DIR: join(home, 'reports'),
})

beforeAll(async () => {
  // Outside the checkout on purpose: no folder above it holds a `kwx` that could be found by accident.
  home = await mkdtemp(join(tmpdir(), 'kwx-third-party-'))
  plugin = join(home, 'kwx-city-almond')
  await cp(join(root, 'test/fixtures/kwx-city-almond'), plugin, { recursive: true })
  const { status, stderr } = await spawned('run.js', ['plugins', 'link', '--no-install', plugin], { env: env() })
  expect(status, stderr).toBe(0)
}, 120_000)
afterAll(() => rm(home, { recursive: true, force: true }))

describe.each(['run.js', 'dev.js'] as const)('a linked third-party plugin under bin/%s', (file) => {
  it('contributes a city as pure data', async () => {
    const { stdout, stderr } = await spawned(file, ['cities', '--json'], { env: env() })
    const { result } = JSON.parse(stdout || stderr) as { result: { id: string; station: string }[] }
    expect(result.find(({ id }) => id === 'almond')).toMatchObject({ station: 'ZPAL' })
  })

  it('contributes a source beside those of kwx itself, by the same key of its package.json', async () => {
    const { stdout, stderr } = await spawned(file, ['sources', '--json'], {
      env: { ...env(), KWX_SOURCE_ALMOND_HARBOUR_URL: 'http://127.0.0.1:4096' },
    })
    const { result } = JSON.parse(stdout || stderr) as { result: { id: string; plugin: string }[] }
    expect(result.map(({ id, plugin }) => `${plugin} ${id}`)).toEqual([
      'kwx-city-almond almond-harbour',
      'kwx iem',
      'kwx kalshi',
      'kwx ncei',
      'kwx nws',
      'kwx visual-crossing',
    ])
    expect(result[0]).toMatchObject({
      url: 'http://127.0.0.1:4096',
      requestsPerSecond: 5,
      fault: null,
      feeds: [{ name: 'almond-buoy' }, { name: 'almond-records' }],
    })
  })

  it('contributes a command that extends the base class of the host', async () => {
    const { stdout, stderr } = await spawned(file, ['almond', 'tide', '--json'], { env: env() })
    expect(JSON.parse(stdout || stderr)).toEqual({ ok: true, command: 'almond:tide', result: { minutes: 745 } })
  })

  it('of API 1 is named in one warning on stderr, none of it on stdout or under --json', async () => {
    const shown = await spawned(file, ['cities'], { env: env() })
    expect(shown.status, shown.stderr).toBe(0)
    const warnings = shown.stderr.split('\n').filter((line) => line.includes('contribution API'))
    expect(warnings).toEqual([
      'kwx: kwx-city-almond was written for contribution API 1. It still loads; docs/api.md lists what changed.',
    ])
    expect(shown.stdout).not.toContain('contribution API')
    for (const flag of ['--json', '--quiet']) {
      const { stdout, stderr } = await spawned(file, ['cities', flag], { env: env() })
      expect(stdout + stderr).not.toContain('contribution API')
    }
  })

  describe('that imports a name that left with API 2', () => {
    afterEach(() => cp(join(root, 'test/fixtures/kwx-city-almond'), plugin, { recursive: true }))

    const importing = async (part: string, line: string) => {
      const path = join(plugin, part)
      await writeFile(path, `${line}\n${await readFile(path, 'utf8')}`)
    }
    const run = ['run', 'almond-pilot', '--param', 'config=x.yaml']

    it.each([
      ["import { loadModelForDate } from 'kwx/model'", 'loadModelForDate is in kwx/model-store now'],
      ["import { readSignals } from 'kwx/database'", 'readSignals is internal to @kwx/plugin-rt-loop now'],
      ["import * as reports from 'kwx/reports'", 'kwx/reports is kwx/contracts now'],
    ])('is refused: %s', async (line, where) => {
      await importing('steps/tide.js', line)
      const { status, stdout } = await spawned(file, [...run, '--json'], { env: env(), cwd: home })
      expect(status).toBe(2)
      const { error } = JSON.parse(stdout) as { error: { code: string; message: string; hint: string } }
      expect(error.code).toBe('PLUGIN_API_VERSION')
      expect(error.message).toBe(
        `steps/almond:tide of kwx-city-almond was written for contribution API 1 and imports a name that left: ${where}.`,
      )
      expect(error.hint).toContain('docs/api.md')
    })

    it('is broken where kwx never had the name', async () => {
      await importing('steps/tide.js', "import { nonesuch } from 'kwx/model'")
      const { status, stdout } = await spawned(file, [...run, '--json'], { env: env(), cwd: home })
      expect(status).toBe(1)
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'CONTRIBUTION_BROKEN' } })
    })

    it('is broken where it says API 2: nothing is promised of what it was written for', async () => {
      await importing('steps/tide.js', "import { loadModelForDate } from 'kwx/model'")
      await rewrite('"apiVersion": 1', '"apiVersion": 2')
      const { stdout, stderr } = await spawned(file, [...run, '--json'], { env: env(), cwd: home })
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'CONTRIBUTION_BROKEN' } })
      expect(stderr).not.toContain('contribution API')
    })

    it('is refused in a command too', async () => {
      await importing('commands/almond/tide.js', "import { loadModelForDate } from 'kwx/model'")
      const { status, stdout } = await spawned(file, ['almond', 'tide', '--json'], { env: env() })
      expect(status).toBe(2)
      expect(JSON.parse(stdout)).toMatchObject({
        error: { code: 'PLUGIN_API_VERSION', message: expect.stringMatching(/kwx-city-almond.*kwx\/model-store now/) },
      })
    })

    it.each(['0', '3', '"x"'])('is refused with apiVersion %s before any of its files is read', async (version) => {
      await rewrite('"apiVersion": 1', `"apiVersion": ${version}`)
      const { status, stdout } = await spawned(file, ['cities', '--json'], { env: env() })
      expect(status).toBe(2)
      expect(JSON.parse(stdout)).toMatchObject({
        error: { code: 'PLUGIN_API_VERSION', message: expect.stringContaining('kwx-city-almond') },
      })
    })
  })
})

const rewrite = async (from: string, to: string) => {
  const path = join(plugin, 'package.json')
  await writeFile(path, (await readFile(path, 'utf8')).replace(from, to))
}

describe('the pilot of a third-party city', () => {
  it('runs on a simulated market with the plugin’s own step, feature set and pipeline', async () => {
    const argv = ['run', 'almond-pilot', '--param', `config=${join(plugin, 'configs/almond.yaml')}`, '--json']
    const { status, stdout, stderr } = await spawned('run.js', argv, { env: env(), cwd: home })
    const envelope = JSON.parse(stdout || '{}') as {
      ok: boolean
      result: { steps: { name: string; status: string }[] }
    }
    expect(envelope.ok, stdout + stderr).toBe(true)
    expect([0, 3, 4]).toContain(status)
    expect(envelope.result.steps.map(({ name, status }) => `${name} ${status}`)).toEqual(
      ['tide', 'simulate', 'config', 'build', 'train', 'verify', 'accept'].map((name) => `${name} ran`),
    )
    const summary = await readFile(join(home, 'reports/phase1_almond_between/06_phase1_summary_report.md'), 'utf8')
    expect(summary).toContain('simulated')
  }, 180_000)
})
