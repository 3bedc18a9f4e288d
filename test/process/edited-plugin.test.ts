import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { spawned } from '../support/kwx.ts'
import { root } from '../support/root.ts'

let home: string
let plugin: string
let other: string

const env = () => ({
  KWX_DATA_DIR: join(home, 'data'),
  KWX_CONFIG_DIR: join(home, 'config'),
  KWX_CACHE_DIR: join(home, 'cache'),
  KWX_HOME: join(home, 'state'),
  KWX_MODELS_DIR: join(home, 'models'),
  KWX_REPORTS_DIR: join(home, 'reports'),
})

/** A step that judges by a contributed gate and writes what a contributed schema says. */
const JUDGE = `
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
export default {
  title: 'judge the harbour', version: '1', consumes: { config: 'config' }, produces: { note: 'note' },
  params: { type: 'object', properties: {}, additionalProperties: false },
  async run(ctx) {
    const gate = await ctx.contributions.load('gates', 'almond:tides')
    const { title } = await ctx.contributions.load('schemas', 'almond:note')
    const note = await ctx.write('note', (folder) => writeFile(join(folder, 'note.txt'), title + gate.limit))
    return { artefacts: { note } }
  },
}
`

const PIPELINE = `title: Dataset and a judgement
params: { type: object, additionalProperties: false, required: [config], properties: { config: { type: string } } }
steps:
  - { id: config, use: "config:load", with: { file: "\${{ params.config }}" } }
  - { id: build, use: "dataset:build" }
  - { id: judge, use: "almond:judge" }
`

const edit = async (folder: string, file: string, from: string, to: string) => {
  const text = await readFile(join(folder, file), 'utf8')
  expect(text).toContain(from)
  await writeFile(join(folder, file), text.replace(from, to))
}

const run = (...argv: string[]) => spawned('run.js', argv, { env: env(), cwd: home })
const command = ['run', 'harbour.yaml', '--config', 'almond.yaml']

/** The sentence and the lines of a plan, without the padding. */
async function plan(...argv: string[]): Promise<string[]> {
  const { status, stdout, stderr } = await run(...command, ...argv, '--plan')
  expect(status, stderr).toBe(0)
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' '))
}

/** What each step did: `build ran`. */
async function statuses(): Promise<string[]> {
  const { status, stdout, stderr } = await run(...command, '--json')
  expect(status, stdout + stderr).toBe(0)
  const { result } = JSON.parse(stdout) as { result: { steps: { name: string; status: string }[] } }
  return result.steps.map(({ name, status }) => `${name} ${status}`)
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kwx-edited-'))
  plugin = join(home, 'kwx-city-almond')
  other = join(home, 'kwx-unrelated')
  await cp(join(root, 'test/fixtures/kwx-city-almond'), plugin, { recursive: true })
  await edit(plugin, 'package.json', '"apiVersion": 1', '"apiVersion": 2')
  await edit(
    plugin,
    'package.json',
    '"steps": {',
    '"gates": { "almond:tides": "./tides.js" }, "schemas": { "almond:note": "./note.json" }, "steps": { "almond:judge": "./steps/judge.js",',
  )
  // The gate's limit and a feature's arithmetic lie in files that others import.
  await writeFile(join(plugin, 'steps/judge.js'), JUDGE)
  await writeFile(join(plugin, 'tides.js'), "import { limit } from './limit.js'\nexport default { limit }\n")
  await writeFile(join(plugin, 'limit.js'), 'export const limit = 4\n')
  await writeFile(join(plugin, 'note.json'), '{ "title": "note" }')
  await mkdir(join(other, 'feature-sets'), { recursive: true })
  await cp(join(plugin, 'feature-sets/coast.js'), join(other, 'feature-sets/coast.js'))
  await edit(other, 'feature-sets/coast.js', "id: 'almond-coast'", "id: 'unrelated'")
  const contributes = { featureSets: { unrelated: './feature-sets/coast.js' } }
  const manifest = { name: 'kwx-unrelated', version: '1.0.0', type: 'module', kwx: { apiVersion: 2, contributes } }
  await writeFile(join(other, 'package.json'), JSON.stringify({ ...manifest, oclif: {} }))
  for (const folder of [plugin, other]) {
    const linked = await run('plugins', 'link', '--no-install', folder)
    expect(linked.status, linked.stderr).toBe(0)
  }
  await writeFile(join(home, 'harbour.yaml'), PIPELINE)
  await cp(join(plugin, 'configs/almond.yaml'), join(home, 'almond.yaml'))
  const made = await run('simulate', '--city', 'almond', '--start-date', '2024-01-01', '--days', '49', '--seed', '11')
  expect(made.status, made.stderr).toBe(0)
  expect(await statuses()).toEqual(['config ran', 'build ran', 'judge ran'])
}, 300_000)
afterAll(() => rm(home, { recursive: true, force: true }))

const STEPS = 'feature-sets/coast.js'

describe('a run after an edit of a plugin', () => {
  it('takes everything from the cache when nothing was edited', async () => {
    expect((await plan())[0]).toBe('nothing changed: build, judge are reused')
    expect(await statuses()).toEqual(['config cached', 'build cached', 'judge cached'])
  }, 120_000)

  it.each([
    ['the compute of a feature', STEPS, '/ 60', '/ 61', 'featureSets/almond-coast changed', 'build'],
    [
      'the version of a feature set',
      STEPS,
      "version: '1'",
      "version: '2'",
      'featureSets/almond-coast changed',
      'build',
    ],
    ['what a gate imports', 'limit.js', '= 4', '= 5', 'gates/almond:tides changed', 'judge'],
    ['a schema', 'note.json', '"note"', '"memo"', 'schemas/almond:note changed', 'judge'],
    [
      'the code of a step',
      'steps/judge.js',
      'title + gate',
      "title + ' ' + gate",
      'the code of the step changed',
      'judge',
    ],
    [
      'a regime of a city',
      'cities/almond.json',
      '"grain": "centicent"',
      '"grain": "cent"',
      'cities/almond changed',
      'build',
    ],
    ['the offset of a city', 'cities/almond.json', '-240', '-300', 'cities/almond changed', 'build'],
  ])(
    'says so and does the work again: %s',
    async (_, file, from, to, said, name) => {
      await edit(plugin, file, from, to)
      const [sentence, ...lines] = await plan()
      const reused = name === 'build' ? 'judge' : 'build'
      expect(sentence).toContain(said)
      expect(sentence).toContain(`: ${name} runs; ${reused} is reused`)
      expect(lines.find((line) => line.startsWith(`${name} run `))).toContain(said)
      const ran = await statuses()
      expect(ran).toContain(`${name} ran`)
      expect(ran).toContain(`${reused} cached`)
    },
    120_000,
  )

  it('says so and does the work again: the version of the plugin', async () => {
    await edit(plugin, 'package.json', '"version": "0.3.0"', '"version": "0.4.0"')
    const [sentence] = await plan()
    expect(sentence).toContain('featureSets/almond-coast: plugin kwx-city-almond@0.3.0 became kwx-city-almond@0.4.0')
    expect(sentence).toContain('plugin kwx-city-almond@0.3.0 became kwx-city-almond@0.4.0')
    expect(sentence).toContain(': build, judge run')
    expect((await statuses()).slice(1)).toEqual(['build ran', 'judge ran'])
  }, 120_000)

  it('takes the stored result of what a file was before', async () => {
    await edit(plugin, 'limit.js', '= 5', '= 6')
    expect(await statuses()).toContain('judge ran')
    await edit(plugin, 'limit.js', '= 6', '= 5')
    expect(await statuses()).toEqual(['config cached', 'build cached', 'judge cached'])
  }, 120_000)

  it('does nothing again for an edit of a plugin that it does not use', async () => {
    await edit(other, 'feature-sets/coast.js', '/ 60', '/ 61')
    await edit(other, 'package.json', '1.0.0', '1.0.1')
    expect((await plan())[0]).toBe('nothing changed: build, judge are reused')
    expect(await statuses()).toEqual(['config cached', 'build cached', 'judge cached'])
  }, 120_000)
})

describe('the plan of a configuration', () => {
  it('names the key that changed and what it makes stale', async () => {
    await edit(home, 'almond.yaml', 'trials: 3', 'trials: 2')
    const lines = await plan()
    expect(lines[0]).toBe('trials 3 -> 2: judge runs; build is reused')
    expect(lines[1]).toBe('config run trials 3 -> 2')
    expect(lines.at(-1)).toBe('judge run input config changed')
    const { stdout } = await run(...command, '--plan', '--json')
    const { result } = JSON.parse(stdout) as { result: { name: string; changes?: unknown }[] }
    expect(result.map(({ name }) => name)).toEqual(['config', 'build', 'judge'])
    expect(result[0]!.changes).toEqual([{ key: 'trials', was: 3, is: 2 }])
    expect(await statuses()).toEqual(['config cached', 'build cached', 'judge ran'])
    expect((await plan())[0]).toBe('nothing changed: build, judge are reused')
  }, 120_000)

  it('is compared with no run of another configuration', async () => {
    await writeFile(
      join(home, 'second.yaml'),
      (await readFile(join(home, 'almond.yaml'), 'utf8')).replace('test_days: 7', 'test_days: 8'),
    )
    const { stdout } = await run('run', 'harbour.yaml', '--config', 'second.yaml', '--plan')
    expect(stdout).toMatch(/^not run yet: build, judge run\n/)
    expect(stdout).not.toContain('changed')
  }, 120_000)

  it('that is not there exits 2 with what is wrong with it', async () => {
    const { status, stderr } = await run('run', 'harbour.yaml', '--config', 'nowhere.yaml', '--plan')
    expect(status).toBe(2)
    expect(stderr).toContain('nowhere.yaml does not exist')
  }, 120_000)
})
