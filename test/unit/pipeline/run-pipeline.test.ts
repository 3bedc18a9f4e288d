import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { KwxError } from '../../../src/base/errors.ts'
import { sha256 } from '../../../src/base/files/hash.ts'
import { type Database, ensureMigrated, openDatabase } from '../../../src/data/database/index.ts'
import { listRuns, readRun } from '../../../src/data/database/runs/runs.ts'
import type { Contributions } from '../../../src/framework/contributions/contributions.ts'
import { type Environment, openEnvironment } from '../../../src/framework/pipeline/environment.ts'
import { planPipeline } from '../../../src/framework/pipeline/plan.ts'
import { previewPipeline } from '../../../src/framework/pipeline/preview.ts'
import { type RunOptions, runPipeline } from '../../../src/framework/pipeline/run-pipeline.ts'
import { loadSettings } from '../../../src/framework/settings/load-settings.ts'
import { pluginOf } from '../../support/plugins.ts'

/** Steps count their calls in a file named by their parameter `log`, so that a test sees what really ran. */
const step = (body: string, rest = '') => `
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
export default {
  title: 'a step', version: '1', consumes: {}, produces: { out: 'text' },
  params: { type: 'object', additionalProperties: false, required: ['log'], properties: { log: { type: 'string' }, text: { type: 'string', default: 'x' }, fail: { type: 'string', default: '' } } },
  async run(ctx, params, inputs) {
    const { log, text, fail } = params
    ${body}
  },
  ${rest}
}`

const writes = `await appendFile(log, text + '\\n')
    if (fail && (await readFile(fail, 'utf8').catch(() => '')) === 'yes') throw new Error('told to fail')
    const out = await ctx.write('text', (folder) => writeFile(join(folder, 'out.txt'), text))
    return { artefacts: { out }, summary: text }`

const joins = `const before = await readFile(join(inputs.out.folder, 'out.txt'), 'utf8')
    await appendFile(log, 'joined ' + before + '\\n')
    const joined = await ctx.write('text', (folder) => writeFile(join(folder, 'out.txt'), before + '+' + text))
    return { artefacts: { joined } }`

const units = `const values = []
    for (const id of ['a', 'b', 'c']) {
      values.push(await ctx.unit(id, async () => {
        if (fail && id === 'c' && (await readFile(fail, 'utf8').catch(() => '')) === 'yes') throw new Error('killed')
        await appendFile(log, id + '\\n')
        return { id }
      }))
      ctx.progress(values.length, 3, 'units')
    }
    const out = await ctx.write('text', (folder) => writeFile(join(folder, 'out.txt'), JSON.stringify(values)))
    return { artefacts: { out } }`

let contributions: Contributions
let folder: string
let db: Database

beforeAll(async () => {
  db = await openDatabase({ url: 'pglite:memory' })
  await ensureMigrated(db, 'pglite:memory')
  contributions = await pluginOf({
    steps: {
      'made:write': step(writes),
      'made:data': step(writes, `fingerprint: (ctx, { log }) => readFile(log + '.data', 'utf8').catch(() => 'none'),`),
      'made:join': step(joins, `consumes: { out: 'text' }, produces: { joined: 'text' },`),
      'made:units': step(units),
      'made:gate': step(
        `const out = await ctx.write('text', (folder) => writeFile(join(folder, 'v'), text)); return { artefacts: { out }, exit: Number(text) }`,
      ),
      'made:ingest': step(
        `await appendFile(log, 'ingest\\n'); return { artefacts: {} }`,
        'produces: {}, always: true,',
      ),
      'made:report': step(writes, 'always: true,'),
      'made:liar': step(`return { artefacts: {} }`),
      'made:noted': step(`await ctx.contributions.load('schemas', 'made:note')
    ${units}`),
      'made:config': step(
        `const out = await ctx.write('text', (folder) => writeFile(join(folder, 'out.txt'), text)); return { artefacts: { out } }`,
        `resolves: {
          name: ({ log }) => log,
          values: async ({ out }) => ({ search: { text: await readFile(join(out.folder, 'out.txt'), 'utf8') }, same: [1] }),
        },`,
      ),
      'made:first': step(
        joins,
        `consumes: { out: 'text' }, produces: { joined: 'text' },
         partOf: { out: async ({ folder }) => (await readFile(join(folder, 'out.txt'), 'utf8'))[0] },`,
      ),
    },
    schemas: { 'made:note': '{ "title": "a" }' },
  })
})
afterAll(() => db.destroy())

/** The real environment of a folder, on one database for all tests: opening an embedded one takes seconds. */
async function environment(): Promise<Environment> {
  const settings = await loadSettings({ cwd: folder, env: {}, flags: { databaseUrl: 'pglite:memory' } })
  return { ...(await openEnvironment({ settings, contributions, workers: 2 })), database: async () => db }
}

async function newFolder() {
  folder = await mkdtemp(join(tmpdir(), 'kwx-run-'))
  return { log: join(folder, 'log'), fail: join(folder, 'fail') }
}

async function run(yaml: string, params: Record<string, unknown> = {}, options: RunOptions = {}, shared?: Environment) {
  const file = join(folder, 'p.yaml')
  await writeFile(
    file,
    `title: t\nparams: { type: object, properties: { text: { type: string, default: x } } }\n${yaml}`,
  )
  const planned = await planPipeline('p', file, params, contributions)
  return runPipeline(planned, shared ?? (await environment()), options)
}

const lines = async (file: string) => (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean)
const statuses = ({ steps }: { steps: readonly { name: string; status: string }[] }) =>
  steps.map(({ name, status }) => `${name} ${status}`)

const chain = (log: string) => `steps:
  - { id: write, use: "made:write", with: { log: "${log}", text: "\${{ params.text }}" } }
  - { id: join, use: "made:join", with: { log: "${log}" } }
`

describe('runPipeline', () => {
  it('hands artefacts on and takes unchanged steps from the cache', async () => {
    const { log } = await newFolder()
    const first = await run(chain(log))
    expect(statuses(first)).toEqual(['write ran', 'join ran'])
    const second = await run(chain(log))
    expect(statuses(second)).toEqual(['write cached', 'join cached'])
    expect(second.steps.map(({ artefacts }) => artefacts)).toEqual(first.steps.map(({ artefacts }) => artefacts))
    expect(await lines(log)).toEqual(['x', 'joined x'])
  })

  it('runs again what changed and what depends on it', async () => {
    const { log } = await newFolder()
    await run(chain(log))
    expect(statuses(await run(chain(log), { text: 'y' }))).toEqual(['write ran', 'join ran'])
    expect(statuses(await run(chain(log), {}, { force: true }))).toEqual(['write ran', 'join ran'])
  })

  it('runs a step again when the data it reads changed', async () => {
    const { log } = await newFolder()
    const yaml = `steps: [ { id: data, use: "made:data", with: { log: "${log}" } } ]`
    await run(yaml)
    expect(statuses(await run(yaml))).toEqual(['data cached'])
    await writeFile(`${log}.data`, 'new')
    expect(statuses(await run(yaml))).toEqual(['data ran'])
  })

  it('makes a damaged artefact and a cut cache record anew', async () => {
    const { log } = await newFolder()
    const { steps } = await run(chain(log))
    await writeFile(join(steps[0]!.artefacts['out']!.folder, 'out.txt'), 'tampered')
    expect(statuses(await run(chain(log)))).toEqual(['write ran', 'join cached'])
    const records = join(folder, '.kwx/cache/steps')
    for (const record of await readdir(records))
      await writeFile(join(records, record), (await readFile(join(records, record), 'utf8')).slice(0, -20))
    expect(statuses(await run(chain(log)))).toEqual(['write ran', 'join ran'])
  })

  it('goes on from the last finished unit and ends with the same bytes', async () => {
    const whole = await newFolder()
    const yaml = (log: string, fail: string) =>
      `steps: [ { id: units, use: "made:units", with: { log: "${log}", fail: "${fail}" } } ]`
    const uninterrupted = await run(yaml(whole.log, whole.fail))
    await writeFile(whole.fail, 'yes')
    await expect(run(yaml(whole.log, whole.fail), {}, { force: true })).rejects.toMatchObject({ code: 'STEP_FAILED' })
    await writeFile(whole.fail, 'no')
    await writeFile(whole.log, '')
    const resumed = await run(yaml(whole.log, whole.fail), {}, { force: true })
    expect(await lines(whole.log)).toEqual(['c'])
    expect(resumed.steps[0]!.artefacts['out']!.hash).toBe(uninterrupted.steps[0]!.artefacts['out']!.hash)
  })

  it('skips what depends on a failed step, finishes the rest, and records all of it', async () => {
    const { log, fail } = await newFolder()
    await writeFile(fail, 'yes')
    const shared = await environment()
    const yaml = `steps:
  - { id: other, use: "made:gate", with: { log: "${log}", text: "0" } }
  - { id: write, use: "made:write", with: { log: "${log}", fail: "${fail}" } }
  - { id: join, use: "made:join", with: { log: "${log}" } }
`
    await expect(run(yaml, {}, {}, shared)).rejects.toMatchObject({
      code: 'STEP_FAILED',
      exit: 1,
      message: expect.stringContaining('told to fail'),
      details: {
        steps: [
          { name: 'other', status: 'ran' },
          { name: 'write', status: 'failed' },
          { name: 'join', status: 'skipped' },
        ],
      },
    })
    const [latest] = await listRuns(db, { limit: 1 })
    expect(latest).toMatchObject({ pipeline: 'p', exit: 1 })
    expect((await readRun(db, latest!.run_id))!.steps).toHaveLength(3)
  })

  it.each([
    [['0'], 0],
    [['4'], 4],
    [['4', '5'], 5],
    [['5', '3', '4'], 3],
  ])('gives verdicts %j the exit code %i', async (verdicts, exit) => {
    const { log } = await newFolder()
    const steps = verdicts.map(
      (text, i) => `  - { id: g${i}, use: "made:gate", with: { log: "${log}", text: "${text}" } }`,
    )
    expect((await run(`steps:\n${steps.join('\n')}\n`)).exit).toBe(exit)
  })

  it('asks a step that acts on the world every time', async () => {
    const { log } = await newFolder()
    const yaml = `steps: [ { id: ingest, use: "made:ingest", with: { log: "${log}" } } ]`
    await run(yaml)
    expect(statuses(await run(yaml))).toEqual(['ingest ran'])
  })

  it('starts at --from only when what lies before has a result', async () => {
    const { log } = await newFolder()
    await expect(run(chain(log), {}, { from: 'join' })).rejects.toMatchObject({
      code: 'PIPELINE_FROM_NOT_READY',
      exit: 5,
    })
    expect(statuses(await run(chain(log), {}, { to: 'write' }))).toEqual(['write ran'])
    expect(statuses(await run(chain(log), {}, { from: 'join' }))).toEqual(['write cached', 'join ran'])
    await expect(run(chain(log), {}, { to: 'jion' })).rejects.toMatchObject({
      code: 'PIPELINE_STEP_UNKNOWN',
      message: expect.stringContaining('join'),
    })
  })

  it('runs what a step made anew each time goes into, and does not start after it', async () => {
    const { log } = await newFolder()
    const yaml = `steps:
  - { id: report, use: "made:report", with: { log: "${log}" } }
  - { id: join, use: "made:join", with: { log: "${log}" } }
`
    await run(yaml)
    expect(statuses(await run(yaml))).toEqual(['report ran', 'join cached'])
    await expect(run(yaml, {}, { from: 'join' })).rejects.toMatchObject({ code: 'PIPELINE_FROM_NOT_READY', exit: 5 })
    const planned = await planPipeline('p', join(folder, 'p.yaml'), {}, contributions)
    const preview = await previewPipeline(planned, await environment(), {})
    expect(preview.lines.map(({ name, will }) => `${name} ${will}`)).toEqual(['report run', 'join wait'])
  })

  it('tells of every step that failed, the worst first', async () => {
    const { log, fail } = await newFolder()
    await writeFile(fail, 'yes')
    const yaml = `steps:
  - { id: one, use: "made:write", with: { log: "${log}", fail: "${fail}" } }
  - { id: liar, use: "made:liar", with: { log: "${log}" } }
`
    await expect(run(yaml)).rejects.toThrow(/^Step one .*told to fail\nAlso failed: Step liar .*promised out/)
  })

  it('repeats a failing step as often as its retry says', async () => {
    const { log, fail } = await newFolder()
    await writeFile(fail, 'yes')
    const yaml = `steps: [ { id: w, use: "made:write", with: { log: "${log}", fail: "${fail}" }, retry: { attempts: 3, backoff_s: 0 } } ]`
    await expect(run(yaml)).rejects.toMatchObject({ code: 'STEP_FAILED' })
    expect(await lines(log)).toHaveLength(3)
  })

  it('does not wait for its next attempt once it is told to stop', async () => {
    const { log, fail } = await newFolder()
    await writeFile(fail, 'yes')
    const yaml = `steps: [ { id: w, use: "made:write", with: { log: "${log}", fail: "${fail}" }, retry: { attempts: 3, backoff_s: 60 } } ]`
    const abort = new AbortController()
    const stopping = { ...(await environment()), signal: abort.signal }
    const ending = run(yaml, {}, {}, stopping).catch((error: unknown) => error)
    await expect.poll(() => lines(log)).toHaveLength(1)
    setTimeout(() => abort.abort(), 100) // by then it waits
    expect(await ending).toMatchObject({
      code: 'STEP_FAILED',
      message: expect.stringContaining('told to fail'),
    })
    expect(await lines(log)).toHaveLength(1)
  })

  it('starts nothing more once it is told to stop, says so and records it', async () => {
    const { log } = await newFolder()
    const yaml = `
steps:
  - { id: a, use: "made:write", with: { log: "${log}" } }
  - { id: b, use: "made:write", with: { log: "${log}" }, needs: [a] }
`
    const told = new KwxError('stop', { code: 'RUN_INTERRUPTED', exit: 1 })
    const error = await run(yaml, {}, {}, { ...(await environment()), signal: AbortSignal.abort(told) }).catch((e) => e)
    expect(error).toMatchObject({ code: 'RUN_INTERRUPTED', exit: 1 })
    expect(error.details.steps.map(({ status }: { status: string }) => status)).toEqual(['failed', 'skipped'])
    expect(await readRun(db, error.details.run_id)).toMatchObject({ run: { exit: 1 } })
    expect(await lines(log)).toEqual([])
  })

  it('does not believe a step that promised more than it made', async () => {
    const { log } = await newFolder()
    await expect(run(`steps: [ { id: l, use: "made:liar", with: { log: "${log}" } } ]`)).rejects.toMatchObject({
      message: expect.stringContaining('promised out'),
    })
  })
})

describe('a step that takes something from contributions', () => {
  const note = () => contributions.find('schemas', 'made:note')!.file
  const yaml = (log: string, fail: string) =>
    `steps: [ { id: noted, use: "made:noted", with: { log: "${log}", fail: "${fail}" } } ]`
  afterEach(() => writeFile(note(), '{ "title": "a" }'))

  it('is done again when what it took was edited, and taken from the cache when that is as it was', async () => {
    const { log, fail } = await newFolder()
    expect(statuses(await run(yaml(log, fail)))).toEqual(['noted ran'])
    await writeFile(note(), '{ "title": "b" }')
    expect(statuses(await run(yaml(log, fail)))).toEqual(['noted ran'])
    await writeFile(note(), '{ "title": "a" }')
    expect(statuses(await run(yaml(log, fail)))).toEqual(['noted cached'])
  })

  it('does not go on from units of what it took before the edit', async () => {
    const { log, fail } = await newFolder()
    await writeFile(fail, 'yes')
    await expect(run(yaml(log, fail))).rejects.toMatchObject({ code: 'STEP_FAILED' })
    await writeFile(fail, 'no')
    await writeFile(note(), '{ "title": "b" }')
    await run(yaml(log, fail))
    expect(await lines(log)).toEqual(['a', 'b', 'a', 'b', 'c'])
  })

  it('fails with the name of the file when that is edited while it runs, and stores nothing', async () => {
    const { log, fail } = await newFolder()
    const edited = await environment()
    const write = edited.store.write.bind(edited.store)
    edited.store.write = async (...given) => {
      await writeFile(note(), '{ "title": "edited" }')
      return write(...given)
    }
    await expect(run(yaml(log, fail), {}, {}, edited)).rejects.toMatchObject({
      code: 'CONTRIBUTION_CHANGED',
      exit: 1,
      message: expect.stringContaining(note()),
    })
    expect(statuses(await run(yaml(log, fail)))).toEqual(['noted ran'])
  })
})

describe('a step that depends on a part of its input', () => {
  it('is done again for that part alone, and names no more of the input in its provenance', async () => {
    const { log } = await newFolder()
    const yaml = `steps:
  - { id: write, use: "made:write", with: { log: "${log}", text: "\${{ params.text }}" } }
  - { id: first, use: "made:first", with: { log: "${log}" } }
`
    const before = await run(yaml, { text: 'ab' })
    const after = await run(yaml, { text: 'ac' })
    expect(statuses(after)).toEqual(['write ran', 'first cached'])
    const other = await run(yaml, { text: 'ba' })
    expect(statuses(other)).toEqual(['write ran', 'first ran'])
    const inputs = await Promise.all(
      [before, other].map(async ({ steps }) => {
        const folder = steps[1]!.artefacts['joined']!.folder
        return JSON.parse(await readFile(join(folder, 'provenance.json'), 'utf8')).inputs.out
      }),
    )
    expect(inputs).toEqual([sha256('"a"'), sha256('"b"')])
  })
})

describe('previewPipeline', () => {
  it('compares with the last run of what a step resolves, and with no other', async () => {
    const { log } = await newFolder()
    const yaml = (name: string) => `steps:
  - { id: config, use: "made:config", with: { log: "${log}${name}", text: "\${{ params.text }}" } }
  - { id: join, use: "made:join", with: { log: "${log}" } }
`
    const preview = async (text: string) => {
      const planned = await planPipeline('p', join(folder, 'p.yaml'), { text }, contributions)
      return previewPipeline(planned, await environment(), {})
    }
    await run(yaml('one'), { text: 'x' })
    await run(yaml('two'), { text: 'y' })
    await run(yaml('two'), { text: 'x' })
    await run(yaml('two'), { text: 'y' }) // from the cache: it is the last run all the same
    expect((await preview('y')).sentence).toBe('nothing changed: join is reused')
    const { sentence, lines: told } = await preview('z')
    expect(sentence).toBe('search.text "y" -> "z": join runs')
    expect(told[0]).toMatchObject({ will: 'run', changes: [{ key: 'search.text', was: 'y', is: 'z' }] })
    expect(told[1]).toMatchObject({ will: 'run', reason: 'input out changed' })
    expect((await preview('z')).sentence).toBe(sentence) // a plan is no run
    await run(yaml('one'), { text: 'x' })
    expect((await preview('x')).sentence).toBe('nothing changed: join is reused')
    const file = join(folder, 'p.yaml')
    await writeFile(file, (await readFile(file, 'utf8')).replace(`${log}one`, 'three'))
    expect((await preview('q')).sentence).toBe('not run yet: join runs')
  })

  it('says what would run and why, and runs nothing', async () => {
    const { log } = await newFolder()
    const preview = async (params: Record<string, unknown> = {}) => {
      const planned = await planPipeline('p', join(folder, 'p.yaml'), params, contributions)
      return (await previewPipeline(planned, await environment(), {})).lines.map(
        ({ name, will, reason }) => `${name} ${will}: ${reason}`,
      )
    }
    await run(chain(log), {}, { to: 'write' })
    expect(await preview()).toEqual(['write reuse: x', 'join run: not run yet with these inputs'])
    expect(await preview({ text: 'y' })).toEqual([
      'write run: parameter text: "x" became "y"',
      'join wait: runs if write gives another result',
    ])
    expect(await lines(log)).toEqual(['x'])
  })
})
