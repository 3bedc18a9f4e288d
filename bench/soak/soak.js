// One soak from its first process to its verdict.
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { parse } from 'yaml'

import { checkDatabase, secretsIn } from './checks.js'
import { startCluster } from './cluster.js'
import { disturb } from './disturb.js'
import { startExchange } from './exchange.js'
import { listener } from './heard.js'
import { superviseLoop } from './loop.js'
import { MOST_CHANGE, memoryTrend } from './memory.js'
import { laidOutModels, trainModels, withoutSettings } from './models.js'
import { checkPaper } from './paper.js'
import { replaySpan } from './replay.js'

const { openDatabase, runQuery } = await import('kwx/database')
const { randomFrom } = await import('kwx/random')

const PROGRAM = join(import.meta.dirname, '../../bin/run.js')
/** Recorded hours of one process from which on its memory is judged. */
const LEAST_HOURS = 20

/** Runs a soak and returns its summary; what the loop promised and did not keep is in `violations`. */
export async function soak({ scene, data, minutes, speed, seed, faults, kills, configs, models, keep, say, ending }) {
  const folder = keep ? resolve(keep) : await mkdtemp(join(tmpdir(), 'kwx-soak-'))
  await mkdir(folder, { recursive: true })
  const closers = []
  try {
    say(`soak of ${minutes} min at ${speed} x from ${scene.start}, seed ${seed}, in ${folder}`)
    const trained = models ? laidOutModels(models, scene, configs) : await trainModels(folder, data, scene)
    say(`${trained.files.length} configurations with their models`)
    const cluster = await startCluster(folder)
    closers.push(() => cluster.stop())
    const keys = await keysIn(folder)
    const flags = ['--now', scene.start, '--seed', seed, '--verify-key', keys.publicFile, '--key-id', keys.id]
    const exchange = await startExchange(...flags)
    closers.push(() => exchange.stop())
    const env = {
      ...withoutSettings(process.env),
      ...exchange.environment,
      ...hasty(['KALSHI', 'IEM', 'NWS', 'VC']),
      KWX_HOME: join(folder, 'home'),
      KWX_DATABASE_URL: cluster.url,
      KWX_REPORTS_DIR: trained.reports,
      KWX_KALSHI_KEY_ID: keys.id,
      KWX_KALSHI_PRIVATE_KEY_FILE: keys.privateFile,
      KWX_VC_KEY: keys.weather,
    }
    const kwx = (...argv) =>
      spawnSync(process.execPath, [PROGRAM, ...argv, '--json'], {
        cwd: folder,
        env,
        encoding: 'utf8',
        maxBuffer: 2 ** 29,
      })
    const migrated = kwx('db', 'migrate')
    if (migrated.status !== 0) throw new Error(`kwx db migrate: ${migrated.stdout}${migrated.stderr}`)

    const given = [...trained.files.flatMap((file) => ['--config', file]), '--model-dir', trained.models]
    const [log, replayed] = [join(folder, 'loop.log'), join(folder, 'replay.json')]
    const heard = listener()
    await exchange.setClock({ speed })
    const loop = superviseLoop({
      argv: [...given, '--record', '--tick-seconds', '3', '--port', '0', '--log', 'json'],
      cwd: folder,
      env,
      log,
      onLine: heard.hear,
    })
    closers.push(() => loop.stop())
    const random = randomFrom(`soak/${seed}`)
    const done = await disturb({ random, minutes, faults, kills, exchange, cluster, loop, say, ending })
    if (!loop.life()) loop.violations.push('no loop was running at the end')
    const { faults_fired } = await exchange.stats()
    await loop.stop()
    say('stopped; replaying the span')

    const db = await openDatabase({ url: cluster.url })
    closers.push(() => db.destroy())
    const asked = await Promise.all(trained.files.map(async (file) => parse(await readFile(file, 'utf8'))))
    const query = (text, values) => runQuery(db, text, values)
    const { span, violations, ...counts } = await checkDatabase(query, asked)
    const paper = await checkPaper(query)
    violations.unshift(...loop.violations, ...paper.violations)
    const replay = span && (await replaySpan(kwx, { given, ...span, file: replayed }))
    if (replay?.wrong) violations.push(replay.wrong)
    violations.push(...(await secretsIn([log, ...(span ? [replayed] : [])], [keys.secret, keys.weather])))
    const memory = memoryTrend(done.samples)
    if (memory && memory.hours >= LEAST_HOURS && Math.abs(memory.change_per_day) > MOST_CHANGE)
      violations.push(`resident memory changes by ${(100 * memory.change_per_day).toFixed(1)} % in 24 hours`)
    const summary = {
      from: scene.start,
      speed,
      seed,
      wall_minutes: done.wallMinutes,
      recorded_hours: span ? (span.to - span.from + 1) / 60 : 0,
      ...counts,
      paper: paper.counts,
      replay: replay?.counts ?? null,
      processes: loop.lives.length,
      done: done.counts,
      faults_fired,
      ...heard.summary(),
      memory,
      violations,
    }
    await writeFile(join(folder, 'samples.json'), JSON.stringify(done.samples))
    await writeFile(join(folder, 'summary.json'), JSON.stringify(summary, null, 2))
    return summary
  } finally {
    for (const close of closers.reverse()) {
      await Promise.resolve()
        .then(close)
        .catch((error) => say(`closing: ${error.message}`))
    }
    if (!keep) await rm(folder, { recursive: true, force: true })
  }
}

/** Keys of this soak alone: the exchange verifies the one, and none may show up in what is written. */
async function keysIn(folder) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const [publicFile, privateFile] = [join(folder, 'public.pem'), join(folder, 'key.pem')]
  await writeFile(publicFile, publicKey)
  await writeFile(privateFile, privateKey, { mode: 0o600 })
  return { id: randomUUID(), publicFile, privateFile, secret: privateKey, weather: randomUUID() }
}

/** A tick is a minute of the recording: no time for the patience that real services deserve. */
const hasty = (names) =>
  Object.fromEntries(
    names.flatMap((name) => [
      [`KWX_${name}_RPS`, '1000'],
      [`KWX_${name}_ATTEMPTS`, '2'],
      [`KWX_${name}_TIMEOUT_SECONDS`, '4'],
    ]),
  )
