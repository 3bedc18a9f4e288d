// Candidates to run with: small pilots trained from the recorded files, and a weight for them.
import { spawnSync } from 'node:child_process'
import { cp, glob, mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

const PROGRAM = join(import.meta.dirname, '../../bin/run.js')

/**
 * Trains the scene's configurations in `folder` and lays them out as the loop takes them with `--model-dir`.
 *
 * The pool is no fitted one but `POOL`, and its reason says so: a weight of 0 would stand every signal down, and a soak
 * wants signals to act on.
 *
 * @returns files of the configurations, the folder of models, and the folder of reports that holds the weights
 */
export async function trainModels(folder, data, { train, configs }) {
  const env = {
    ...withoutSettings(process.env),
    KWX_HOME: join(folder, 'training'),
    KWX_MODELS_DIR: join(folder, 'trained'),
  }
  const kwx = (...argv) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...argv, '--json'], {
      cwd: folder,
      env,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    })
    if (status !== 0 && status !== 3 && status !== 4)
      throw new Error(`kwx ${argv.join(' ')} ended with ${status}: ${stdout}${stderr}`)
  }
  const files = []
  const reports = join(folder, 'reports')
  const models = join(folder, 'models')
  for (const city of train.cities) kwx('ingest', 'import', data, '--city', city, '--from', train.from, '--to', train.to)
  for (const [name, text] of Object.entries(configs)) {
    const file = join(folder, `${name}.yaml`)
    await writeFile(file, text)
    files.push(file)
    kwx('train', '--config', file, '--offline')
    const [city, bracket] = ['city', 'bracket'].map((key) => new RegExp(`^${key}: (.*)$`, 'm').exec(text)[1])
    for await (const window of glob(join(folder, 'trained', 'pilots', city, bracket, name, 'win_*')))
      await cp(window, join(models, city, bracket, basename(window)), { recursive: true, dereference: true })
    const report = join(reports, `phase1_${city}_${bracket}`)
    await mkdir(report, { recursive: true })
    await writeFile(join(report, '08_blend_grid.json'), JSON.stringify({ city, bracket, ...POOL }))
  }
  return { files, models, reports }
}

/** What `trainModels` left in a folder, or other configurations that run with its models. */
export const laidOutModels = (folder, { configs }, files) => ({
  files: files ?? Object.keys(configs).map((name) => join(folder, `${name}.yaml`)),
  models: join(folder, 'models'),
  reports: join(folder, 'reports'),
})

/** A ladder is priced as one, so that a row of one market can change the signals of another. */
const POOL = {
  weight: { value: 0.5, reason: 'set for a soak, not fitted' },
  devig: { method: 'power' },
  head: { method: 'softmax', temperature: 1.1 },
}

/** An environment without what would lead a child to somebody's own settings. */
export const withoutSettings = (env) =>
  Object.fromEntries(Object.entries(env).filter(([key]) => !/^(KWX_|DATABASE_URL)/.test(key)))
