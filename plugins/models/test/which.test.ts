import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { listModels } from '../src/services/list-models.ts'
import { promote } from '../src/services/promote.ts'
import { showModel } from '../src/services/show-model.ts'
import { pilotFolder, which } from '../src/services/which.ts'
import { CITY, madePilot, madeReport, PLACE, type Project, project, promotion } from './support/project.ts'

let database: OpenedDatabase
let at: Project
beforeAll(async () => {
  database = await migratedDatabase(databaseKinds[0]!)
})
afterAll(() => database?.done())
const fresh = () => {
  beforeEach(async () => {
    at = await project(database)
  })
  afterEach(() => at.close())
}

// Two windows with a gap: trained 1 to 10 and 29 January to 7 February, tested 11 to 17 January and 8 to 14 February.
const starts = ['2025-01-01', '2025-01-29']
const [first, second] = ['win_20250101_20250117', 'win_20250129_20250214']

describe('which of the windows of a folder', () => {
  let modelDir: string
  beforeAll(async () => {
    at = await project(database)
    modelDir = (await madePilot(at, { starts })).published
  })
  afterAll(() => at.close())

  it.each([
    ['2025-01-11', first, null],
    ['2025-01-17', first, null],
    ['2025-01-18', first, 'tested up to 2025-01-17'],
    ['2025-01-29', first, 'tested up to 2025-01-17'],
    ['2025-02-07', first, 'tested up to 2025-01-17'],
    ['2025-02-08', second, null],
    ['2025-02-14', second, null],
    ['2025-02-15', second, 'tested up to 2025-02-14'],
    ['2026-01-01', second, 'tested up to 2025-02-14'],
  ])('gives on %s the window %s, exit 5 when it is stale', async (date, window, stale) => {
    const found = await which(at.world(), PLACE, { date, modelDir })
    expect(found).toMatchObject({ date, window, exit: stale ? 5 : 0, version: null, promotion: null })
    if (stale) expect(found.stale).toContain(stale)
    else expect(found.stale).toBeNull()
  })

  it.each(['2024-12-31', '2025-01-01', '2025-01-10'])('refuses %s: every window saw it or came later', async (date) => {
    await expect(which(at.world(), PLACE, { date, modelDir })).rejects.toMatchObject({
      code: 'MODEL_SAW_DATE',
      exit: 5,
      message: expect.stringContaining('2025-01-10'),
    })
  })

  it("takes the city's present climate day", async () => {
    const night = at.world({ now: '2025-01-18T05:59:00Z' }) // 23:59 on the 17th in Chicago
    expect(await which(night, PLACE, { modelDir })).toMatchObject({ date: '2025-01-17', exit: 0 })
    const morning = at.world({ now: '2025-01-18T06:00:00Z' })
    expect(await which(morning, PLACE, { modelDir })).toMatchObject({ date: '2025-01-18', exit: 5 })
  })
})

describe('which', () => {
  fresh()

  it('counts a calibration day after the training as seen', async () => {
    const calibration = { reason: 'late', rows: 1, days: ['2025-01-12'] }
    const { published: modelDir } = await madePilot(at, { starts: [starts[0]!], model: { calibration } })
    await expect(which(at.world(), PLACE, { date: '2025-01-12', modelDir })).rejects.toMatchObject({
      code: 'MODEL_SAW_DATE',
    })
    expect(await which(at.world(), PLACE, { date: '2025-01-13', modelDir })).toMatchObject({ window: first })
  })

  it('says so where nothing is live', async () => {
    await expect(which(at.world(), PLACE, {})).rejects.toMatchObject({ code: 'MODEL_NONE', exit: 5 })
  })

  it('refuses what is no date, and an unknown city', async () => {
    await expect(which(at.world(), PLACE, { date: '2025-02-30' })).rejects.toMatchObject({
      code: 'MODELS_DATE',
      exit: 2,
    })
    await expect(which(at.world(), { ...PLACE, city: 'chigaco' }, {})).rejects.toMatchObject({
      code: 'CONTRIBUTION_UNKNOWN',
      message: expect.stringContaining('chicago'),
    })
  })

  it.each<[string, string, string]>([
    ['a model that was edited', 'model.json', 'MODEL_EDITED'],
    ['predictions that were edited', 'predictions.parquet', 'MODEL_EDITED'],
    ['no parameters', 'parameters.json', 'MODEL_PARAMETERS_MISSING'],
  ])('gives nothing of a live version with %s', async (_, name, code) => {
    const pilot = await madePilot(at, { starts })
    await promote(at.world(), { folder: pilot.published, ...promotion, override: 'to be spoilt later on' })
    const ask = () => which(at.world(), PLACE, { date: '2025-02-10' })
    expect(await ask()).toMatchObject({ window: second, exit: 0, version: expect.stringMatching(/^[0-9a-f]{64}$/) })
    // Not even the window that is asked for need be the one that was spoilt.
    const file = join(at.models, 'trained', CITY, 'between', first!, name)
    const text = await readFile(file, 'utf8')
    if (name === 'parameters.json') await rm(file)
    else await writeFile(file, text.replace(': 0.25', ': 0.26').replace('rows of', 'rows for'))
    await expect(ask()).rejects.toMatchObject({ code })
  })

  it('loads a folder of windows that was not promoted', async () => {
    const pilot = await madePilot(at, { starts })
    await mkdir(join(at.models, 'trained', CITY), { recursive: true })
    await cp(pilot.folder, join(at.models, 'trained', CITY, 'between'), { recursive: true })
    expect(await which(at.world(), PLACE, { date: '2025-02-10' })).toMatchObject({ window: second, version: null })
  })

  it('takes a window folder for the pilot it lies in', () => {
    expect(pilotFolder('models/pilots/a/between/x/win_20250101_20250117/')).toBe('models/pilots/a/between/x')
    expect(pilotFolder('models/pilots/a/between/x')).toBe('models/pilots/a/between/x')
  })
})

describe('list', () => {
  fresh()

  it('tells id, windows, tests, origin, verdict, what is live and what is stale', async () => {
    const pilot = await madePilot(at, { starts })
    await madeReport(at, pilot.hash)
    const { version } = await promote(at.world(), { folder: pilot.published, ...promotion })
    await madePilot(at, { name: 'unjudged', intercept: 4, origin: 'simulated' })
    const listed = await listModels(at.world({ now: '2025-02-20T12:00:00Z' }), {})
    const common = { windows: 2, trained_from: '2025-01-01', problem: null }
    const judged = { ...common, id: pilot.hash, origin: 'real', verdict: 'pass', tested: ['2025-01-11', '2025-02-14'] }
    expect(listed).toMatchObject([
      {
        kind: 'pilot',
        name: 'rich_chi_between',
        ...judged,
        live: ['champion'],
        stale: expect.stringContaining('2025-02-14'),
      },
      { kind: 'pilot', name: 'unjudged', ...common, origin: 'simulated', verdict: null, live: [] },
      { kind: 'champion', name: 'rich_chi_between', ...judged, version, live: ['champion'] },
    ])
    const fresh = await listModels(at.world({ now: '2025-02-10T12:00:00Z' }), { city: CITY, bracket: 'between' })
    expect(fresh[0]!.stale).toBeNull()
    expect(await listModels(at.world(), { bracket: 'less' })).toEqual([])
  })

  it('takes no verdict from a report that was edited', async () => {
    const pilot = await madePilot(at)
    const { published } = await madeReport(at, pilot.hash, { verdict: 'fail' })
    const file = join(published, '01_model_validation_summary.json')
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('"fail"', '"pass"'))
    expect((await listModels(at.world(), {}))[0]).toMatchObject({ verdict: null, problem: null })
  })

  it('lists what cannot be trusted with the reason, and the rest all the same', async () => {
    const spoilt = await madePilot(at, { name: 'a_spoilt' })
    await madePilot(at, { name: 'b_whole', intercept: 2 })
    await rm(join(spoilt.published, 'win_20250108_20250124', 'parameters.json'))
    await mkdir(join(at.models, 'pilots', CITY, 'between', 'c_empty'))
    await mkdir(join(at.models, 'trained', CITY, 'less'), { recursive: true })
    const listed = await listModels(at.world(), {})
    expect(listed.map(({ name, problem }) => [name, problem?.code])).toEqual([
      ['a_spoilt', 'MODEL_PARAMETERS_MISSING'],
      ['b_whole', undefined],
      ['c_empty', 'MODELS_NO_PILOT'],
      [null, 'MODELS_UNREADABLE'],
    ])
  })

  it('is empty where there is nothing', async () => {
    expect(await listModels(at.world(), {})).toEqual([])
  })
})

describe('show', () => {
  fresh()

  it('finds a pilot, a version and a window by folder or digits', async () => {
    const pilot = await madePilot(at, { starts })
    await madeReport(at, pilot.hash)
    const { version, windows } = await promote(at.world(), { folder: pilot.published, ...promotion })
    const shown = await showModel(at.world(), pilot.published)
    expect(shown).toMatchObject({ name: 'rich_chi_between', listed: { live: ['champion'], verdict: 'pass' } })
    expect(shown.windows[0]).toMatchObject({
      ...{ window: first, id: windows[0]!.id, hyper_parameters: { C: 1 }, calibrator: 'sigmoid' },
      ...{ certificate: { converged: true }, training: { first_day: '2025-01-01' }, calibration_days: ['2025-01-03'] },
      ...{ data: { features: 'f', labels: 'l' }, search: { method: 'trials', trials: 1, chosen: { C: 1 } } },
    })
    expect(await showModel(at.world(), pilot.hash.slice(0, 8))).toEqual(shown)
    expect(await showModel(at.world(), version.slice(0, 12))).toMatchObject({ windows: shown.windows })
    const one = await showModel(at.world(), windows[1]!.id)
    expect(one.windows.map(({ window }) => window)).toEqual([second])
    expect((await showModel(at.world(), join(pilot.published, second!))).windows).toEqual(one.windows)
  })

  it.each(['abcdef', 'ab', 'no/such/folder', '../..', 'g'.repeat(64)])('does not know %s', async (what) => {
    await expect(showModel(at.world(), join(what))).rejects.toMatchObject({ exit: 2, hint: expect.any(String) })
  })
})
