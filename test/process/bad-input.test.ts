import { rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { refused } from '../support/hostile.ts'
import { spawned } from '../support/kwx.ts'
import { SMALL, smallProject } from '../support/small-pilot.ts'

let cwd: string
beforeAll(async () => {
  cwd = await smallProject()
})
afterAll(() => rm(cwd, { recursive: true, force: true }))

describe('a configuration', () => {
  it.each([
    [
      'an unknown key',
      (text: string) => `${text}trane_days: 3\n`,
      '11:1 unknown key `trane_days`, did you mean `train',
    ],
    [
      'a wrong type',
      (text: string) => text.replace('trials: 3', 'trials: lots'),
      '9:9 `trials` is the text "lots"; exp',
    ],
    ['nothing', () => '', '1:1 the file is empty; expected keys with values'],
    ['a key twice', (text: string) => `${text}trials: 4\n`, '11:1 this key is there twice'],
    ['too few days', (text: string) => text.replace('04-11', '03-11'), 'has 11 days; one window needs 35'],
    ['an unknown city', (text: string) => text.replace('simville', 'simvile'), 'did you mean `simville`?'],
    ['an unknown set', (text: string) => text.replace('_rich', '_ritch'), 'did you mean `elasticnet_rich`?'],
    [
      'a day that is none',
      (text: string) => text.replace('04-11', '02-30'),
      '5:11 `end_date` is "2024-02-30"; expected',
    ],
    ['a quote that stays open', () => 'city: "simville\n', 'Missing closing "quote'],
    ['NUL bytes', () => 'city: sim\0ville\n', 'is a binary file; expected UTF-8 text'],
  ])('with %s is refused before anything is trained', async (_, edit, message) => {
    await writeFile(join(cwd, 'bad.yaml'), edit(SMALL))
    expect(await refused(['config', 'validate', 'bad.yaml'], { cwd })).toMatchObject({
      code: 'CONFIG_INVALID',
      exit: 2,
      message: expect.stringContaining(message),
    })
  })

  it.each(['naïve ☃.yaml', '..yaml', '$(id).yaml', `${'a'.repeat(300)}.yaml`, 'loop.yaml', 'smal.yaml', '.'])(
    'called %s is refused by name',
    async (name) => {
      if (name === 'loop.yaml') await symlink('loop.yaml', join(cwd, 'loop.yaml'))
      else if (name.length < 200 && name.endsWith('.yaml') && name !== 'smal.yaml')
        await writeFile(join(cwd, name), SMALL)
      const { code, message } = await refused(['config', 'validate', name], { cwd })
      expect(code).toBe('CONFIG_INVALID')
      expect(message).toContain(name)
    },
  )

  it('is read through a link, from elsewhere and from a folder outside', async () => {
    await symlink(join(cwd, 'small.yaml'), join(cwd, 'linked.yaml'))
    const { status } = await spawned('run.js', ['config', 'validate', join(cwd, 'linked.yaml')], { cwd: '/' })
    expect(status).toBe(0)
  })
})

describe('a command line', () => {
  it.each([
    ['a command that does not exist', ['rnu', 'small'], 'USAGE', 'the nearest is "run"'],
    ['a subcommand that does not exist', ['ingest', 'kalsi'], 'USAGE', 'the nearest is "ingest kalshi"'],
    ['one argument too many', ['run', 'small', 'extra'], 'USAGE', 'Unexpected argument: extra'],
    [
      'a parameter twice',
      ['run', 'small', '--param', 'config=a', '--param', 'config=b'],
      'PARAM_INVALID',
      'given twice',
    ],
    [
      '--config and its parameter',
      ['run', 'small', '--config', 'a', '--param', 'config=b'],
      'PARAM_INVALID',
      'given twice',
    ],
    ['no worker', ['run', 'small', '--workers', '0'], 'USAGE', 'greater than or equal to 1'],
    ['an unknown first step', ['run', 'small', '--from', 'nowhere'], 'PIPELINE_STEP_UNKNOWN', 'no step "nowhere"'],
    [
      'steps in the wrong order',
      ['run', 'small', '--from', 'train', '--to', 'build'],
      'PIPELINE_STEP_UNKNOWN',
      'comes before',
    ],
    ['an unknown city', ['ingest', 'status', '--city', 'miamy'], 'CONTRIBUTION_UNKNOWN', 'the nearest is "miami"'],
    [
      'dates in the wrong order',
      ['ingest', 'all', '--city', 'miami', '--from', '2025-02-20', '--to', '2025-02-10'],
      'INGEST_DATES',
      'lies before',
    ],
    [
      'a folder to import that is not there',
      ['ingest', 'import', 'nowhere'],
      'IMPORT_FOLDER',
      'nowhere does not exist',
    ],
    [
      'a span that ends before it begins',
      ['ingest', 'import', '.', '--from', '2025-02-25', '--to', '2024-11-19'],
      'INGEST_DATES',
      'lies before',
    ],
    ['a file to import', ['ingest', 'import', 'small.yaml'], 'IMPORT_FOLDER', 'none of the files'],
    ['no day to simulate', ['simulate', '--days', '0'], 'PIPELINE_INVALID', 'expected a whole number >= 1'],
  ])('with %s is refused with exit 2', async (_, argv, code, message) => {
    const error = await refused(argv, { cwd })
    expect(error).toMatchObject({ code, exit: 2, message: expect.stringContaining(message) })
    expect(error.hint).not.toMatch(/^See more help/)
  })
})

describe('the environment', () => {
  const secret = 'hunter2'
  it.each([
    ['KWX_WORKERS', '0', 'SETTINGS_INVALID', 2],
    ['KWX_CLOCK', 'yesterday', 'SETTINGS_INVALID', 2],
    ['KWX_CLOCK', 'http://127.0.0.1:9/now', 'CLOCK_UNREACHABLE', 1],
    ['KWX_KALSHI_URL', `http://me:${secret}@127.0.0.1:9`, 'SETTINGS_INVALID', 2],
    ['KWX_IEM_URL', `http://127.0.0.1:9/?api_key=${secret}`, 'SETTINGS_INVALID', 2],
    ['DATABASE_URL', `mysql://root:${secret}@h/x`, 'SETTINGS_INVALID', 2],
    ['DATABASE_URL', `me:${secret}@h`, 'SETTINGS_INVALID', 2],
    ['DATABASE_URL', `postgres://me:${secret}@127.0.0.1:9/x`, 'DATABASE_UNREACHABLE', 1],
    ['DATABASE_URL', `postgres://me:a b@${secret}@127.0.0.1:9/x?password=${secret}`, 'DATABASE_UNREACHABLE', 1],
  ])('%s=%s is refused without a secret', async (name, value, code, exit) => {
    const argv = ['ingest', 'settlements', '--city', 'miami', '--from', '2025-01-10', '--to', '2025-01-10']
    expect(await refused(argv, { cwd, env: { [name]: value } }, [secret])).toMatchObject({ code, exit })
  })

  it('needs no home folder', async () => {
    const { status } = await spawned('run.js', ['cities'], { cwd, env: { HOME: '/nonexistent' } })
    expect(status).toBe(0)
  })
})
