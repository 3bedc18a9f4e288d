import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { lockFolder } from '../../src/data/database/connection/lock-folder.ts'
import { expectNoTrace, hashesOf, judged, refused, type Step } from '../support/hostile.ts'
import { spawned } from '../support/kwx.ts'
import { root } from '../support/root.ts'
import { smallProject } from '../support/small-pilot.ts'

let cwd: string
let steps: Step[]
beforeAll(async () => {
  cwd = await smallProject()
  steps = await judged(cwd)
}, 120_000)
afterAll(() => rm(cwd, { recursive: true, force: true }))

const folderOf = (output: string) => steps.flatMap(({ artefacts }) => artefacts[output] ?? [])[0]!.folder
const statusOf = (later: Step[]) => Object.fromEntries(later.map(({ name, status }) => [name, status]))
const published = () => join(cwd, 'models/pilots/simville/between/small')

async function firstWindow(folder: string): Promise<string> {
  return join(folder, (await readdir(folder)).find((name) => name.startsWith('win_'))!)
}

describe('what kwx stored', () => {
  it('is made again, with equal bytes, where a cache record is cut or something else', async () => {
    const records = join(cwd, '.kwx/cache/steps')
    for (const [i, file] of (await readdir(records)).entries()) {
      const text = await readFile(join(records, file), 'utf8')
      await writeFile(join(records, file), i % 2 ? 'something else' : text.slice(0, 100))
    }
    const later = await judged(cwd)
    expect(statusOf(later)).toMatchObject({ config: 'ran', build: 'ran', train: 'ran', verify: 'ran', accept: 'ran' })
    expect(hashesOf(later)).toEqual(hashesOf(steps))
  }, 60_000)

  it('is made again where an artefact has another byte, lacks a file or has one more', async () => {
    const features = join(folderOf('features'), 'features.parquet')
    const bytes = await readFile(features)
    bytes[500]! ^= 1
    await writeFile(features, bytes)
    await rm(join(folderOf('verification'), 'verification.json'))
    await writeFile(join(folderOf('report'), 'extra.txt'), '')
    const later = await judged(cwd)
    expect(statusOf(later)).toMatchObject({
      config: 'cached',
      build: 'ran',
      train: 'cached',
      verify: 'ran',
      accept: 'ran',
    })
    expect(hashesOf(later)).toEqual(hashesOf(steps))
  }, 60_000)

  it('is made again where predictions or a model were edited in the store', async () => {
    const window = await firstWindow(folderOf('pilot'))
    const predictions = await readFile(join(window, 'predictions.parquet'))
    predictions[predictions.length >> 1]! ^= 1
    await writeFile(join(window, 'predictions.parquet'), predictions)
    const model = await readFile(join(window, 'model.json'), 'utf8')
    await writeFile(join(window, 'model.json'), model.replace('"intercept": ', '"intercept": 1'))
    const later = await judged(cwd)
    expect(statusOf(later)).toMatchObject({ build: 'cached', train: 'ran', verify: 'cached' })
    expect(hashesOf(later)).toEqual(hashesOf(steps))
  }, 60_000)
})

describe('a published model', () => {
  it('that was edited by hand is neither verified nor judged nor overwritten', async () => {
    const model = join(await firstWindow(published()), 'model.json')
    const edited = (await readFile(model, 'utf8')).replace('"intercept": ', '"intercept": 1')
    await writeFile(model, edited)
    for (const to of ['verify', 'accept']) {
      const error = await refused(['run', 'small', '--to', to], { cwd })
      expect(error).toMatchObject({
        code: 'PUBLISH_EDITED',
        exit: 1,
        message: expect.stringContaining('between/small'),
      })
    }
    expect(await readFile(model, 'utf8')).toBe(edited)
    // As the hint says.
    await rename(join(published(), '..', await readlink(published())), `${published()}.edited`)
    expect(hashesOf(await judged(cwd))).toEqual(hashesOf(steps))
    expect(await readFile(join(await firstWindow(`${published()}.edited`), 'model.json'), 'utf8')).toBe(edited)
  }, 60_000)

  it('does not replace a folder that kwx did not make', async () => {
    await rm(published())
    await mkdir(published())
    expect(await refused(['run', 'small'], { cwd })).toMatchObject({ code: 'PUBLISH_BLOCKED', exit: 1 })
    await rm(published(), { recursive: true })
  }, 60_000)
})

describe('a second process', () => {
  it('on the embedded database is told who holds it', async () => {
    const release = lockFolder(join(cwd, '.kwx/database'))
    try {
      for (const argv of [['run', 'small'], ['db', 'status'], ['runs']]) {
        const error = await refused(argv, { cwd })
        expect(error).toMatchObject({
          code: 'DATABASE_BUSY',
          message: expect.stringContaining(`Process ${process.pid}`),
        })
      }
    } finally {
      release()
    }
  }, 60_000)
})

describe('a reader that is gone', () => {
  const shell = (script: string) =>
    new Promise<string>((done) => {
      const env = { ...process.env, KWX: `${process.execPath} ${root}/bin/run.js` }
      execFile('bash', ['-c', script], { cwd, env }, (_error, stdout, stderr) => done(stdout + stderr))
    })

  it.each([
    ['of the answer changes no status', '$KWX steps | head -1 > /dev/null; echo "status ${PIPESTATUS[0]}"', 'status 0'],
    ['of the news changes no status', '$KWX runs 2>&1 >/dev/null | true; echo "status ${PIPESTATUS[0]}"', 'status 0'],
    ['because the disk is full is an error', '$KWX steps > /dev/full; echo "status $?"', 'status 1'],
  ])('%s', async (_, script, expected) => {
    const output = await shell(script)
    expect(output).toContain(expected)
    expectNoTrace({ status: 0, stdout: output, stderr: '' })
  })
})

describe('a linked plugin', () => {
  let home: string
  let plugin: string
  const env = () => ({ KWX_DATA_DIR: join(home, 'd'), KWX_CONFIG_DIR: join(home, 'c'), KWX_CACHE_DIR: join(home, 'a') })
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'kwx-broken-plugin-'))
    plugin = join(home, 'kwx-city-almond')
    await cp(join(root, 'test/fixtures/kwx-city-almond'), plugin, { recursive: true })
    const { status } = await spawned('run.js', ['plugins', 'link', '--no-install', plugin], { env: env() })
    expect(status).toBe(0)
  }, 60_000)
  afterAll(() => rm(home, { recursive: true, force: true }))

  const manifest = (from: string, to: string) => async () => {
    const file = join(plugin, 'package.json')
    await writeFile(file, (await readFile(file, 'utf8')).replace(from, to))
  }
  const write = (file: string, text: string) => () => writeFile(join(plugin, file), text)
  const asked = ['run', 'almond-pilot', '--param', 'config=x.yaml']

  it.each([
    ['a step that does not parse', write('steps/tide.js', 'not code'), 'CONTRIBUTION_BROKEN', asked, true],
    ['a step without its parts', write('steps/tide.js', 'export default {}'), 'CONTRIBUTION_BROKEN', asked, true],
    ['a city that is no JSON', write('cities/almond.json', '{ "id": '), 'CONTRIBUTION_BROKEN', ['cities'], true],
    ['a kind that does not exist', manifest('"steps"', '"stepz"'), 'CONTRIBUTION_KIND', ['steps'], false],
    ['a file that is a number', manifest('"./cities/almond.json"', '3'), 'CONTRIBUTION_KIND', ['steps'], false],
    ['another contract', manifest('"apiVersion": 1', '"apiVersion": 9'), 'PLUGIN_API_VERSION', ['steps'], false],
    ['a manifest that is no JSON', write('package.json', '{ no'), null, ['steps'], true],
  ])(
    'with %s is named, and what does not need it goes on',
    async (_, spoil, code, argv, goesOn) => {
      await spoil()
      if (code) {
        const error = await refused(argv, { cwd, env: env() })
        expect(error.code).toBe(code)
        expect(error.message).toContain('kwx-city-almond')
      }
      const finished = await spawned('run.js', ['config', 'validate', 'small.yaml'], { cwd, env: env() })
      expectNoTrace(finished)
      expect(finished.status, finished.stderr).toBe(goesOn ? 0 : 2)
      await cp(join(root, 'test/fixtures/kwx-city-almond'), plugin, { recursive: true })
    },
    60_000,
  )
})
