import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { kwx, spawned } from '../../../test/support/kwx.ts'
import { root } from '../../../test/support/root.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kwx-config-commands-'))
})
afterAll(() => rm(folder, { recursive: true }))

const answer = ({ stdout }: { stdout: string }) =>
  JSON.parse(stdout) as { ok: boolean; result?: unknown; error?: object }

describe('kwx config', () => {
  it('validate prints a line per file', async () => {
    const { stdout } = await kwx(
      'config',
      'validate',
      'configs/elasticnet_mia_between.yaml',
      'configs/elasticnet_chi_greater.yaml',
    )
    expect(stdout).toBe(
      'OK configs/elasticnet_mia_between.yaml: miami between, elasticnet_rich, 8 windows, 56 test days\n' +
        'OK configs/elasticnet_chi_greater.yaml: chicago greater, elasticnet_rich, 8 windows, 56 test days\n',
    )
  })

  it('validate accepts every configuration of the repository', async () => {
    const names = (await readdir(join(root, 'configs'))).filter((name) => name.endsWith('.yaml'))
    const { stdout, error } = await kwx('config', 'validate', ...names.map((name) => join(root, 'configs', name)))
    expect(error).toBeUndefined()
    expect(stdout.match(/^OK /gm)).toHaveLength(names.length)
    const pairs = [...stdout.matchAll(/: (\S+) (\S+), \S+, (\d+) windows/g)].map(([, ...found]) => found.join(' '))
    expect(pairs.sort()).toEqual([
      ...['austin between 15', 'austin between 8', 'austin greater 15', 'austin less 15'],
      ...['chicago between 21', 'chicago between 5', 'chicago between 8', 'chicago greater 21', 'chicago greater 8'],
      ...['chicago less 21', 'chicago less 8'],
      ...[
        'miami between 21',
        'miami between 8',
        'miami greater 21',
        'miami greater 8',
        'miami less 21',
        'miami less 8',
      ],
      ...['nyc between 21', 'nyc between 8', 'nyc greater 21', 'nyc less 21'],
      'simville between 9',
    ])
  })

  it('validate exits 2 with every mistake on stderr and nothing on stdout', async () => {
    await writeFile(join(folder, 'bad.yaml'), 'city: miamy\ntrane_days: 3\n')
    const { status, stdout, stderr } = await spawned('dev.js', ['config', 'validate', join(folder, 'bad.yaml')], {
      cwd: folder,
    })
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain('bad.yaml:1:7 unknown city "miamy", did you mean `miami`?')
    expect(stderr).toContain('bad.yaml:2:1 unknown key `trane_days`, did you mean `train_days`?')
  })

  it('validate puts the mistakes into the envelope with --json', async () => {
    const output = answer(await kwx('config', 'validate', join(folder, 'gone.yaml'), '--json'))
    expect(output).toMatchObject({
      ok: false,
      error: { code: 'CONFIG_INVALID', exit: 2, details: { problems: [{ line: 0 }] } },
    })
    process.exitCode = 0
  })

  it('show reads the project file and hides secrets, as text and as JSON', async () => {
    await writeFile(join(folder, 'kwx.config.yaml'), 'databaseUrl: postgres://me:hunter2@h/d\n')
    const env = { KWX_VC_KEY: 'hunter2', KWX_WORKER: '1' }
    for (const more of [[], ['--json']]) {
      const { status, stdout, stderr } = await spawned('dev.js', ['config', 'show', ...more], { cwd: folder, env })
      expect(status).toBe(0)
      expect(stdout).toContain('postgres://me:***@h/d')
      expect(stdout).toContain('kwx.config.yaml:1:14')
      expect(stdout + stderr).not.toContain('hunter2')
      if (more.length === 0) expect(stderr).toBe('KWX_WORKER is not a setting; did you mean KWX_WORKERS?\n')
    }
  })

  it('explain, schema and init answer with their results', async () => {
    expect(answer(await kwx('config', 'explain', 'sources.kalshi.url', '--json'))).toMatchObject({
      ok: true,
      result: { key: 'sources.kalshi.url' },
    })
    expect(JSON.parse((await kwx('config', 'schema')).stdout)).toMatchObject({ title: 'kwx production configuration' })
    expect(JSON.parse((await kwx('config', 'schema', '--settings')).stdout)).toMatchObject({
      title: 'kwx project settings',
    })
    const file = join(folder, 'denver.yaml')
    const { stdout } = await kwx('config', 'init', file, '--city', 'denver', '--bracket', 'less')
    expect(stdout).toBe(`Wrote ${file}. Check it with "kwx config validate ${file}".\n`)
  })
})
