import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Artefact, ArtefactStore, publishFolder, writeJson } from 'kwx/artefacts'
import { type Database, inTransaction, runQuery } from 'kwx/database'
import type { ModelFile } from 'kwx/model'
import type { Settings } from 'kwx/settings'
import { fixedClock, formatDay, parseDay, parseInstant } from 'kwx/time'

import type { OpenedDatabase } from '../../../../test/support/databases.ts'
import { modelExample } from '../../../../test/support/model-example.ts'
import { repositoryContributions } from '../../../../test/support/plugins.ts'
import type { Moment, World } from '../../src/services/world.ts'

export const CITY = 'chicago'
export const PLACE = { city: CITY, bracket: 'between', role: 'champion' } as const

/** A project folder with a store of artefacts, whose pilots and reports are made up but hash as real ones do. */
export interface Project {
  readonly root: string
  readonly store: ArtefactStore
  readonly models: string
  readonly reports: string
  readonly databaseUrl: string
  world(options?: WorldOptions): World & { readonly db: Database }
  close(): Promise<void>
}

export interface WorldOptions {
  /** ISO instant at which the clock stands. */
  readonly now?: string
  readonly reached?: (moment: Moment) => void
  readonly news?: (line: string) => void
}

const ONLY_GROW = ['models', 'promotions', 'e_processes', 'e_process_days']
export const NOW = '2025-01-20T18:00:00Z'

/**
 * A new project over a database that the tests of a file share. Its registry only grows, so that its triggers are told to
 * look away while it is emptied.
 *
 * @param root  absent: a temporary folder
 */
export async function project({ db, url }: OpenedDatabase, folder?: string): Promise<Project> {
  const root = folder ?? (await mkdtemp(join(tmpdir(), 'kwx-models-')))
  await inTransaction(db, async (trx) => {
    for (const table of ONLY_GROW) await runQuery(trx, `alter table ${table} disable trigger user`)
    await runQuery(trx, `truncate ${ONLY_GROW.join(', ')} restart identity`)
    for (const table of ONLY_GROW) await runQuery(trx, `alter table ${table} enable trigger user`)
  })
  return projectAt({ db, url }, root)
}

/** A project as it was left, by a process that was killed for one. */
export function projectAt({ db, url: databaseUrl }: Pick<OpenedDatabase, 'db' | 'url'>, root: string): Project {
  const directories = { models: join(root, 'models'), reports: join(root, 'reports'), pipelines: join(root, 'p') }
  const store = new ArtefactStore(join(root, 'home', 'artefacts'))
  const settings = { home: join(root, 'home'), directories, databaseUrl } as unknown as Settings
  const contributions = repositoryContributions()
  return {
    root,
    store,
    models: directories.models,
    reports: directories.reports,
    databaseUrl,
    world: ({ now = NOW, reached, news } = {}) => ({
      ...{ settings, contributions, store, db, clock: fixedClock(parseInstant(now)), database: async () => db },
      ...(reached ? { reached } : {}),
      ...(news ? { news } : {}),
    }),
    close: () => rm(root, { recursive: true, force: true }),
  }
}

type Origin = 'real' | 'replay' | 'simulated'

const sidecar = (origin: Origin | null) => ({
  origin,
  created: '2025-01-01T00:00:00.000Z',
  host: 'test',
  duration_ms: 0,
})
const provenance = (step: string, inputs: Record<string, string> = {}) => ({
  ...{ kwx: '0.1.0', commit: null, step, stepVersion: '1', plugin: 'test', params: {}, inputs },
})

/** Ten training days from `first` on, then seven test days. */
export function windowOf(first: string, parts: Partial<ModelFile> = {}): ModelFile {
  const at = (k: number) => formatDay(parseDay(first) + k)
  return modelExample({
    ...{ city: CITY, bracket: 'between', window: `win_${at(0)}_${at(16)}`.replaceAll('-', '') },
    training: { first_day: at(0), last_day: at(9), days: [at(0), at(1)], rows: 80, positives: 20 },
    calibration: { reason: 'a test', rows: 40, days: [at(2)] },
    test: { first_day: at(10), last_day: at(16) },
    ...parts,
  })
}

export interface MadePilot {
  readonly name?: string
  /** First training days of the windows. */
  readonly starts?: readonly string[]
  /** Tells pilots of one name apart. */
  readonly intercept?: number
  readonly origin?: Origin | null
  readonly model?: Partial<ModelFile>
  readonly without?: string
}

/** Writes a pilot as training does: the artefact, and its published copy. */
export async function madePilot(at: Project, made: MadePilot = {}): Promise<Artefact & { published: string }> {
  const { name = 'rich_chi_between', starts = ['2025-01-01', '2025-01-08'], intercept = 0.25, origin = 'real' } = made
  const models = starts.map((first) => windowOf(first, { intercept, ...made.model }))
  const fill = async (folder: string) => {
    const { city, bracket, feature_set } = models[0]!
    const counts = { reason: '', n_train: 80, n_calibration: 40, n_test: 70 }
    const windows = models.map(({ window }) => ({ window, outcome: 'fitted', ...counts }))
    await writeJson(join(folder, 'pilot.json'), { name, city, bracket, feature_set, windows })
    for (const model of models) {
      const own = join(folder, model.window)
      await mkdir(own)
      const trial = { ...model.hyper_parameters, trial: 0, fold_scores: [0.1], objective: 0.1, pruned_at: null }
      const files: Record<string, object> = {
        'model.json': model,
        'parameters.json': { window: model.window, method: 'trials', seed: 's', folds: 1, chosen: 0, trials: [trial] },
        'metrics.json': { window: model.window, rows: 70 },
      }
      for (const [file, value] of Object.entries(files))
        if (file !== made.without) await writeJson(join(own, file), value)
      await writeFile(join(own, 'predictions.parquet'), `rows of ${model.id}`)
    }
  }
  const pilot = await at.store.write('pilot', provenance('train:walk-forward'), fill, sidecar(origin))
  const published = join(at.models, 'pilots', CITY, 'between', name)
  await publishFolder(pilot.folder, published)
  return { ...pilot, published }
}

type Outcome = 'pass' | 'fail' | 'not-enough-evidence' | 'stale' | 'not-applicable'

export interface MadeReport {
  readonly verdict?: Outcome
  readonly verified?: boolean
  /** File 08; null leaves it out. */
  readonly skill?: Outcome | null
  readonly harm?: Outcome
  readonly origin?: Origin
  readonly gates?: Record<string, Outcome>
  /** What verification says it looked at, where it is not the pilot. */
  readonly verifiedPilot?: string
}

const verdictOf = (outcome: Outcome) => ({ outcome, sentence: `It is ${outcome}.` })

export const blendOf = (pilot: string | null, pilots: readonly string[], { skill, harm, origin }: MadeReport = {}) => ({
  skill: { ...verdictOf(skill ?? 'pass'), verdict: (skill ?? 'pass') === 'pass' ? 'better' : 'not-shown' },
  ...{ no_harm: verdictOf(harm ?? 'pass'), origin: origin ?? 'real', pilot },
  pilots: pilots.map((hash) => ({
    ...{ name: 'made_up', pilot: hash, weight: 0.5 },
    ...{ delivered: { log_loss: 0.4 }, market: { log_loss: 0.41 } },
  })),
})

/** Writes a report on a pilot as acceptance does: the artefact, and its published copy. */
export async function madeReport(
  at: Project,
  pilot: string,
  made: MadeReport = {},
): Promise<Artefact & { published: string }> {
  const { verdict = 'pass', verified = true, skill = 'pass', origin = 'real' } = made
  const checks = [{ window: 'pilot', check: 'kkt', passed: verified, value: 0, threshold: 0, sentence: 'Fine.' }]
  const verification = await at.store.write(
    'verification',
    provenance('verify:pilot', { pilot: made.verifiedPilot ?? pilot }),
    (folder) => writeJson(join(folder, 'verification.json'), { passed: verified, checks }),
    sidecar(null),
  )
  const gates = { 'accept:market': 'pass', 'accept:verified': verified ? 'pass' : 'fail', ...made.gates } as const
  const exit = { pass: 0, fail: 3, 'not-enough-evidence': 4, stale: 5, 'not-applicable': 0 }[verdict]
  const report = await at.store.write(
    'report',
    provenance('accept:report', { pilot, verification: verification.hash }),
    async (folder) => {
      await writeJson(join(folder, '01_model_validation_summary.json'), {
        ...{ city: CITY, bracket: 'between', origin, verdict: { ...verdictOf(verdict), exit } },
        gates: Object.entries(gates).map(([gate, outcome]) => ({ gate, ...verdictOf(outcome) })),
      })
      if (skill !== null) await writeJson(join(folder, '08_blend_grid.json'), blendOf(pilot, [pilot], made))
    },
    sidecar(origin),
  )
  const published = join(at.reports, `phase1_${CITY}_between`)
  await publishFolder(report.folder, published)
  return { ...report, published }
}

/** Publishes a blend over several pilots as `kwx blend` does, and answers where. */
export async function madeJoint(at: Project, pilots: readonly string[], made: MadeReport = {}): Promise<string> {
  const folder = join(at.root, 'joint')
  const published = join(at.reports, 'joint_0123456789ab')
  await mkdir(folder, { recursive: true })
  await writeJson(join(folder, '08_blend_grid.json'), blendOf(null, pilots, made))
  await publishFolder(folder, published)
  return published
}

export const promotion = { role: 'champion', phase: 'phase1', dryRun: false } as const
