import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { databaseKinds } from '../support/databases.ts'
import { spawned } from '../support/kwx.ts'
import { root } from '../support/root.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kwx-built-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const run = (...argv: string[]) => spawned('run.js', argv, { cwd: folder })

describe('bin/run.js', () => {
  it('answers --version without the host', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
    expect((await run('--version')).stdout).toBe(
      `kwx/${version} ${process.platform}-${process.arch} node-${process.version}\n`,
    )
  })

  it.each([
    ['an unknown pipeline', ['run', 'quickstrat'], 'PIPELINE_UNKNOWN', 2],
    ['a missing configuration file', ['run', 'pilot', '--config', 'nowhere.yaml'], 'CONFIG_INVALID', 2],
    ['an unknown flag', ['run', 'pilot', '--confg', 'x'], 'USAGE', 2],
    ['a parameter without =', ['run', 'quickstart', '--param', 'edge'], 'PARAM_INVALID', 2],
    ['a parameter that the pipeline does not have', ['run', 'quickstart', '--param', 'egde=0'], 'PIPELINE_INVALID', 2],
  ])('prints one envelope and nothing else on stdout for %s', async (_, argv, code, exit) => {
    const { status, stdout } = await run(...argv, '--json')
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code, exit } })
    expect(status).toBe(exit)
  })

  it('says what to type next on stderr', async () => {
    const { status, stdout, stderr } = await run('run', 'quickstrat')
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('kwx run quickstart')
  })

  it.each([['steps'], ['pipelines'], ['cities'], ['feature-sets'], ['config', 'schema']])(
    'lists with %s',
    async (...argv) => {
      const { status, stdout } = await run(...argv, '--json')
      expect(status).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({ ok: true, command: argv.join(':') })
    },
  )

  it('refuses a project file with a mistake, with its place', async () => {
    await writeFile(join(folder, 'kwx.config.yaml'), 'sources:\n  kalsi:\n    url: http://127.0.0.1\n')
    const { status, stderr } = await run('pipelines')
    await rm(join(folder, 'kwx.config.yaml'))
    expect(status).toBe(2)
    expect(stderr).toMatch(/kwx\.config\.yaml:2:3.*kalsi.*kalshi/)
  })
})

// Sources and bundle load a driver in different ways: both must find what they import.
describe.each(databaseKinds.filter(({ name }) => name === 'server'))('the built program on a $name', (kind) => {
  it('loads the rows of a simulated market', async () => {
    const { url, drop } = await kind.create()
    const argv = ['simulate', '--city', 'simville', '--start-date', '2024-01-01', '--days', '2', '--json']
    const { status, stdout } = await spawned('run.js', argv, { cwd: folder, env: { KWX_DATABASE_URL: url } })
    await drop()
    expect(JSON.parse(stdout)).toMatchObject({ ok: true })
    expect(status).toBe(0)
  })
})

describe('an old Node', () => {
  it('is replaced by the one of the checkout', async () => {
    // The node that a user's shell finds, without the folders that npm puts in front while it runs scripts.
    const PATH = (process.env['PATH'] ?? '')
      .split(delimiter)
      .filter((part) => !part.includes('node_modules'))
      .join(delimiter)
    const argv = [join(root, 'bin/run.js'), '--version']
    const stdout = await new Promise<string>((done) =>
      execFile('node', argv, { env: { ...process.env, PATH } }, (_, out) => done(out)),
    )
    expect(Number(/node-v(\d+)/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(24)
  })
})
