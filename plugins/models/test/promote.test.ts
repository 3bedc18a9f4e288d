import { appendFile, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { writeJson } from 'kwx/artefacts'
import { modelId } from 'kwx/model'
import { loadModelForDate } from 'kwx/model-store'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { promote } from '../src/services/promote.ts'
import { repair } from '../src/services/repair.ts'
import { listPromotions, readModels } from '../src/storage/registry.ts'
import {
  CITY,
  type MadeReport,
  madeJoint,
  madePilot,
  madeReport,
  PLACE,
  type Project,
  project,
  promotion,
} from './support/project.ts'

let database: OpenedDatabase
let at: Project
beforeAll(async () => {
  database = await migratedDatabase(databaseKinds[0]!)
})
afterAll(() => database?.done())
beforeEach(async () => {
  at = await project(database)
})
afterEach(() => at.close())

const live = () => join(at.models, 'trained', CITY, 'between')
const nothingLive = async () => {
  expect(await readdir(join(at.models, 'trained', CITY)).catch(() => [])).toEqual([])
  expect(await listPromotions(at.world().db)).toEqual([])
}

describe('promote', () => {
  it('makes an accepted pilot live, in files and table', async () => {
    const pilot = await madePilot(at)
    const report = await madeReport(at, pilot.hash)
    const done = await promote(at.world(), { folder: pilot.published, ...promotion })
    expect(done).toMatchObject({ outcome: 'promoted', exit: 0, pilot: pilot.hash, overridden: [] })
    expect(done.requirements.map(({ outcome }) => outcome)).toEqual(['met', 'met', 'met', 'met', 'met'])
    const { model, stale } = await loadModelForDate(CITY, 'between', '2025-01-20', join(at.models, 'trained'))
    expect([model.window, stale]).toEqual(['win_20250108_20250124', null])
    expect(await readlink(live())).toBe(`../../.versions/${done.version}`)
    expect(await listPromotions(at.world().db)).toMatchObject([
      {
        ...{ ...PLACE, sequence: 1, action: 'promote', version: done.version, from_version: null, origin: 'real' },
        ...{ pilot: pilot.hash, report: report.hash, joint: null, verdict: 'pass', overridden: [], reason: null },
        at_ms: Date.parse('2025-01-20T18:00:00Z'),
      },
    ])
    const models = await readModels(at.world().db, done.version)
    expect(models.map(({ wf_window, model_id }) => ({ window: wf_window, id: model_id }))).toEqual(done.windows)
    expect(await readdir(live())).toContain('acceptance')
  })

  it('says so and changes nothing when it is live already', async () => {
    const pilot = await madePilot(at)
    await madeReport(at, pilot.hash)
    const options = { folder: pilot.published, ...promotion }
    const first = await promote(at.world(), options)
    const again = await promote(at.world({ now: '2025-01-21T18:00:00Z' }), options)
    expect(again).toMatchObject({ outcome: 'already-live', exit: 0, promotion: first.promotion })
    expect(await listPromotions(at.world().db)).toHaveLength(1)
  })

  it('changes nothing in a dry run', async () => {
    const pilot = await madePilot(at)
    await madeReport(at, pilot.hash)
    const done = await promote(at.world(), { folder: pilot.published, ...promotion, dryRun: true })
    expect(done).toMatchObject({ outcome: 'would-promote', exit: 0, promotion: null })
    await nothingLive()
  })

  it.each<[string, MadeReport | null, string[], number]>([
    ['without a report', null, ['accepted', 'verified', 'skill', 'no-harm'], 5],
    ['when a gate failed', { verdict: 'fail' }, ['accepted'], 3],
    ['without enough evidence', { verdict: 'not-enough-evidence' }, ['accepted'], 4],
    ['when it is stale', { verdict: 'stale' }, ['accepted'], 5],
    ['when it was not verified', { verified: false }, ['verified'], 3],
    ['when another pilot was verified', { verifiedPilot: 'f'.repeat(64) }, ['verified'], 5],
    ['without a blend', { skill: null }, ['skill', 'no-harm'], 5],
    ['without skill', { skill: 'fail' }, ['skill'], 3],
    ['when skill is unknown', { skill: 'not-enough-evidence' }, ['skill'], 4],
    ['when skill does not apply', { skill: 'not-applicable' }, ['skill'], 4],
    ['when it does harm', { harm: 'fail' }, ['no-harm'], 3],
    ['from simulated rows', { origin: 'simulated' }, ['origin'], 3],
    ['whose report is of other rows', { origin: 'replay' }, ['origin'], 3],
    [
      'for the worst of several',
      { skill: 'not-enough-evidence', harm: 'fail', verdict: 'stale' },
      ['accepted', 'skill', 'no-harm'],
      3,
    ],
  ])('refuses %s, and an override with its reason lets it through', async (_, made, unmet, exit) => {
    const pilot = await madePilot(at)
    if (made) await madeReport(at, pilot.hash, made)
    const options = { folder: pilot.published, ...promotion }
    const refused = await promote(at.world(), options)
    expect(refused).toMatchObject({ outcome: 'refused', exit, promotion: null })
    const lacking = refused.requirements.filter(({ outcome }) => outcome !== 'met')
    expect(lacking.map(({ requirement }) => requirement)).toEqual(unmet)
    for (const { sentence } of lacking) expect(sentence).toMatch(/^[A-Z0-9].*\.$/)
    await nothingLive()
    const override = ' a week on paper, to see it run '
    const done = await promote(at.world(), { ...options, override })
    expect(done).toMatchObject({ outcome: 'promoted', exit: 0, overridden: unmet })
    expect(done.promotion).toMatchObject({
      reason: override.trim(),
      overridden: lacking.map(({ requirement, sentence }) => ({ requirement, sentence })),
    })
  })

  it('refuses what was trained and judged on simulated rows, and says so', async () => {
    const pilot = await madePilot(at, { origin: 'simulated' })
    await madeReport(at, pilot.hash, { origin: 'simulated' })
    const { exit, requirements } = await promote(at.world(), { folder: pilot.published, ...promotion })
    expect([exit, requirements.at(-1)]).toEqual([
      3,
      { requirement: 'origin', outcome: 'fail', sentence: 'Its rows are simulated, and its city has a real market.' },
    ])
  })

  it('records no reason where nothing was let through', async () => {
    const pilot = await madePilot(at)
    await madeReport(at, pilot.hash)
    const done = await promote(at.world(), {
      folder: pilot.published,
      ...promotion,
      override: 'to be on the safe side',
    })
    expect(done.promotion).toMatchObject({ reason: null, overridden: [] })
  })

  it.each(['', '   ', 'ok', 'short one', 'x'.repeat(501), 'two lines of\nreason', 'a bell \u0007 and more'])(
    'takes no such reason: %j',
    async (override) => {
      const { published: folder } = await madePilot(at)
      await expect(promote(at.world(), { folder, ...promotion, override })).rejects.toMatchObject({
        code: 'MODELS_REASON',
        exit: 2,
      })
      await nothingLive()
    },
  )

  it('refuses a pilot that the report does not judge', async () => {
    const judged = await madePilot(at)
    await madeReport(at, judged.hash)
    const other = await madePilot(at, { name: 'another', intercept: 1 })
    const done = await promote(at.world(), { folder: other.published, ...promotion })
    expect(done).toMatchObject({ outcome: 'refused', exit: 5 })
    expect(done.requirements[0]!.sentence).toContain('another pilot')
    const forced = await promote(at.world(), { folder: other.published, ...promotion, override: 'a trial on paper' })
    expect(forced.promotion).toMatchObject({ report: null, verdict: null })
  })

  describe('with a joint blend', () => {
    it('takes its skill in the place of the pilot’s own, and that only', async () => {
      const pilot = await madePilot(at)
      const own = {
        verdict: 'not-enough-evidence',
        gates: { 'accept:skill': 'not-enough-evidence' },
        skill: 'not-enough-evidence',
      } as const
      await madeReport(at, pilot.hash, own)
      const joint = await madeJoint(at, ['e'.repeat(64), pilot.hash])
      const options = { folder: pilot.published, ...promotion, joint }
      expect(await promote(at.world(), { ...options, joint: undefined })).toMatchObject({ outcome: 'refused', exit: 4 })
      expect(await promote(at.world(), options)).toMatchObject({
        outcome: 'promoted',
        promotion: { joint: expect.stringMatching(/^[0-9a-f]{64}$/) },
      })
      await madeReport(at, pilot.hash, { ...own, gates: { ...own.gates, 'accept:calibration': 'fail' } })
      expect(await promote(at.world(), options)).toMatchObject({ outcome: 'refused' })
    })

    it('refuses one of other pilots, and one that failed', async () => {
      const pilot = await madePilot(at)
      await madeReport(at, pilot.hash)
      const options = { folder: pilot.published, ...promotion }
      const others = await madeJoint(at, ['e'.repeat(64)])
      expect(await promote(at.world(), { ...options, joint: others })).toMatchObject({
        outcome: 'refused',
        exit: 5,
      })
      const failed = await madeJoint(at, [pilot.hash], { skill: 'fail' })
      expect(await promote(at.world(), { ...options, joint: failed })).toMatchObject({
        outcome: 'refused',
        exit: 3,
      })
      await nothingLive()
    })

    it('refuses one that was edited', async () => {
      const pilot = await madePilot(at)
      const joint = await madeJoint(at, [pilot.hash], { skill: 'fail' })
      const file = join(joint, '08_blend_grid.json')
      await writeFile(file, (await readFile(file, 'utf8')).replaceAll('"fail"', '"pass"'))
      const options = { folder: pilot.published, ...promotion, joint }
      await expect(promote(at.world(), options)).rejects.toMatchObject({ code: 'MODEL_EDITED', exit: 1 })
    })

    it('keeps it with the version, and finds it again for a repair', async () => {
      const pilot = await madePilot(at)
      await madeReport(at, pilot.hash)
      const joint = await madeJoint(at, [pilot.hash])
      const done = await promote(at.world(), { folder: pilot.published, ...promotion, joint })
      const versions = join(at.models, '.versions')
      expect(await readdir(join(versions, done.version, 'joint'))).toEqual(['08_blend_grid.json'])
      await rm(versions, { recursive: true })
      expect(await repair(at.world())).toMatchObject([{ outcome: 'repaired' }])
      expect(await readdir(join(versions, done.version, 'joint'))).toEqual(['08_blend_grid.json'])
    })
  })

  describe('whatever the override', () => {
    const forced = { ...promotion, override: 'we want it all the same' }
    const window = (folder: string, file: string) => join(folder, 'win_20250108_20250124', file)

    async function refuses(folder: string, code: string, message?: string) {
      await expect(promote(at.world(), { folder, ...forced })).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message ?? ''),
        hint: expect.any(String),
      })
      await nothingLive()
    }

    it('refuses a model that was edited', async () => {
      const { published, hash } = await madePilot(at)
      await madeReport(at, hash)
      const file = window(published, 'model.json')
      await writeFile(file, (await readFile(file, 'utf8')).replace('"intercept": 0.25', '"intercept": 0.26'))
      await refuses(published, 'MODEL_EDITED', 'win_20250108_20250124')
    })

    it('refuses a model whose id was made to fit the edit', async () => {
      const { published, hash } = await madePilot(at)
      await madeReport(at, hash)
      const file = window(published, 'model.json')
      const model = { ...JSON.parse(await readFile(file, 'utf8')), intercept: 9 }
      await writeJson(file, { ...model, id: modelId(model) })
      await refuses(published, 'MODEL_EDITED', 'win_20250108_20250124/model.json changed')
    })

    it.each(['parameters.json', 'metrics.json', 'predictions.parquet'])('refuses an edited %s', async (name) => {
      const { published, hash } = await madePilot(at)
      await madeReport(at, hash)
      await appendFile(window(published, name), '\n')
      await refuses(published, 'MODEL_EDITED', `win_20250108_20250124/${name} changed`)
    })

    it('refuses a window that was added', async () => {
      const { published, hash } = await madePilot(at)
      await madeReport(at, hash)
      await writeJson(join(published, 'extra.json'), {})
      await refuses(published, 'MODEL_EDITED', 'extra.json added')
    })

    it('refuses a model without its parameters, by name', async () => {
      const { published, hash } = await madePilot(at)
      await madeReport(at, hash)
      await rm(window(published, 'parameters.json'))
      await refuses(published, 'MODEL_PARAMETERS_MISSING', 'win_20250108_20250124')
    })

    it('refuses one that was trained without them', async () => {
      const { published, hash } = await madePilot(at, { without: 'parameters.json' })
      await madeReport(at, hash)
      await refuses(published, 'MODEL_PARAMETERS_MISSING', 'win_20250101_20250117')
    })

    it('refuses a report with one digit changed', async () => {
      const { published, hash } = await madePilot(at)
      const report = await madeReport(at, hash, { verdict: 'fail' })
      const file = join(report.published, '01_model_validation_summary.json')
      await writeFile(file, (await readFile(file, 'utf8')).replace('"exit": 3', '"exit": 0'))
      await refuses(published, 'MODEL_EDITED', '01_model_validation_summary.json changed')
    })

    it('refuses when the store no longer has the pilot, or has it damaged', async () => {
      const { published, hash, folder } = await madePilot(at)
      await madeReport(at, hash)
      await appendFile(join(folder, 'pilot.json'), ' ')
      await refuses(published, 'ARTEFACT_DAMAGED')
      await rm(join(folder, '..'), { recursive: true })
      await refuses(published, 'MODELS_ARTEFACT_MISSING')
    })

    it('refuses when nothing says where the rows come from', async () => {
      const { published } = await madePilot(at, { origin: null })
      await refuses(published, 'MODELS_ORIGIN_UNKNOWN')
    })

    it('refuses what is no pilot', async () => {
      await refuses(join(at.root, 'nothing'), 'MODELS_NO_PILOT')
      await refuses(at.root, 'MODELS_NO_PILOT')
    })

    it('refuses to replace a folder that it did not make', async () => {
      const { published } = await madePilot(at)
      await writeJson(join(at.root, 'a.json'), {})
      const { mkdir } = await import('node:fs/promises')
      await mkdir(join(live(), 'win_20250101_20250117'), { recursive: true })
      await expect(promote(at.world(), { folder: published, ...forced })).rejects.toMatchObject({
        code: 'MODELS_BLOCKED',
      })
      expect(await listPromotions(at.world().db)).toEqual([])
    })

    it('refuses a clock that went back', async () => {
      const first = await madePilot(at)
      await promote(at.world(), { folder: first.published, ...forced })
      const second = await madePilot(at, { name: 'later', intercept: 2 })
      const early = at.world({ now: '2025-01-19T00:00:00Z' })
      await expect(promote(early, { folder: second.published, ...forced })).rejects.toMatchObject({
        code: 'MODELS_CLOCK',
      })
    })
  })

  it('gives challenger and champion a place each', async () => {
    const one = await madePilot(at)
    await madeReport(at, one.hash)
    await promote(at.world(), { folder: one.published, ...promotion })
    const two = await madePilot(at, { name: 'second', intercept: 3 })
    await promote(at.world(), {
      folder: two.published,
      ...promotion,
      role: 'challenger',
      override: 'beside the champion',
    })
    const load = (folder: string) => loadModelForDate(CITY, 'between', '2025-01-20', join(at.models, folder))
    expect((await load('trained')).model.intercept).toBe(0.25)
    expect((await load('challengers')).model.intercept).toBe(3)
  })
})
