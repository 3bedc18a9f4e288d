#!/usr/bin/env node
// How often the joint verdict is "better" where the market is wrong and where it is right, and what the e-process says.
//
//   node --conditions=kwx-source bench/promotion-power.js [--seeds 2] [--first 1] [--edges 0,0.6] [--cities 4]
//     [--days 100] [--set elasticnet_rich] [--trials 2] [--workers 2] [--out results.jsonl]
//
// Each seed is a new market of some simulated cities, of which a pilot each is built and trained with the defaults of a
// configuration, and one pool is fitted over all of them: simulate:market, dataset:build, train:walk-forward and
// blend:fit by their own functions, without the artefact store. With edge 0 the market is right; with edge 0.6 its
// logit is the true one times 0.4. Windows are 42/7/7 with an embargo of a day; the delivered probability of all cities is
// judged against the mid of the simulated quotes, as "kwx blend" does for several configurations. With --out, finished
// seeds are kept and not made again.
import { fork } from 'node:child_process'
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2' },
    first: { type: 'string', default: '1' },
    edges: { type: 'string', default: '0,0.6' },
    cities: { type: 'string', default: '4' },
    days: { type: 'string', default: '100' },
    set: { type: 'string', default: 'elasticnet_rich' },
    trials: { type: 'string', default: '2' },
    workers: { type: 'string', default: '2' },
    out: { type: 'string' },
    job: { type: 'boolean', default: false },
  },
})
const CITIES = ['simville', 'chicago', 'miami', 'austin', 'denver', 'philadelphia', 'la', 'nyc']
const settings = {
  cities: CITIES.slice(0, Number(values.cities)),
  days: Number(values.days),
  set: values.set,
  trials: Number(values.trials),
}

if (values.job) await job()
else await all()

/** A worker: markets come in, results go out. */
async function job() {
  const { powerTrial } = await import('./power/trial.js')
  const folder = await mkdtemp(join(tmpdir(), 'kwx-power-'))
  process.on('disconnect', () => process.exit(1))
  process.on('message', async (task) => {
    if (!task) {
      await rm(folder, { recursive: true, force: true })
      process.exit(0)
    }
    for (const edge of task.edges) process.send(await powerTrial({ ...settings, seed: task.seed, edge }, folder))
    process.send('ready')
  })
  process.send('ready')
}

async function all() {
  const first = Number(values.first)
  const seeds = Array.from({ length: Number(values.seeds) }, (_, k) => first + k)
  const edges = values.edges.split(',').map(Number)
  const about = JSON.stringify(settings)
  const lines = values.out ? (await readFile(values.out, 'utf8').catch(() => '')).split('\n').filter(Boolean) : []
  const done = lines.map((line) => JSON.parse(line)).filter((one) => one.about === about)
  // Both kinds of a seed by one worker, so that an early look shows both.
  const open = seeds
    .map((seed) => ({
      seed,
      edges: edges.filter((edge) => !done.some((one) => one.seed === seed && one.edge === edge)),
    }))
    .filter(({ edges }) => edges.length > 0)
  await Promise.all(
    Array.from(
      { length: Math.min(open.length, Number(values.workers)) },
      () =>
        new Promise((finished, failed) => {
          const child = fork(import.meta.filename, [...process.argv.slice(2), '--job'])
          child.on('message', async (message) => {
            if (message === 'ready') child.send(open.shift() ?? null)
            else {
              const line = { about, ...message }
              done.push(line)
              if (values.out) await appendFile(values.out, `${JSON.stringify(line)}\n`)
              process.stderr.write(
                `edge ${message.edge} seed ${message.seed}: ${message.verdict}, ${message.seconds} s\n`,
              )
            }
          })
          child.on('exit', (code) => (code === 0 ? finished() : failed(new Error(`a worker ended with ${code}`))))
        }),
    ),
  )
  console.log(about)
  for (const edge of edges)
    report(
      edge,
      done.filter((one) => one.edge === edge && seeds.includes(one.seed)),
    )
}

function report(edge, results) {
  const share = (name, count) => {
    const [low, high] = wilson(count, results.length)
    console.log(`  ${name}: ${count} of ${results.length} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}] %`)
  }
  const counted = (is) => results.filter(is).length
  console.log(`edge ${edge}, ${results.length} seeds`)
  for (const verdict of ['better', 'equal', 'worse', 'not-shown']) {
    share(
      verdict,
      counted((one) => one.verdict === verdict),
    )
  }
  share(
    'too little evidence',
    counted(({ outcome }) => outcome === 'not-enough-evidence'),
  )
  share(
    '"for" at 20 on any day',
    counted(({ peak_for }) => peak_for >= 20),
  )
  share(
    '"against" at 20 on any day',
    counted(({ peak_against }) => peak_against >= 20),
  )
  share(
    'no harm',
    counted(({ no_harm }) => no_harm === 'pass'),
  )
  share(
    'weight interval above 0',
    counted(({ low }) => low > 0),
  )
  const median = (key) => results.map((one) => one[key]).sort((a, b) => a - b)[Math.floor(results.length / 2)]
  console.log(
    `  medians: weight ${median('fitted')}, effect per market-hour ${median('effect')?.toFixed(4)} nats, delivered minus market per row ${median('difference')?.toFixed(4)}, model minus market ${median('model')?.toFixed(4)}, peak of "for" ${median('peak_for')?.toPrecision(3)}`,
  )
}

/** 95 % interval of a share (Wilson 1927). */
function wilson(count, n) {
  if (n === 0) return [0, 1]
  const z = 1.959964
  const [p, d] = [count / n, 1 + (z * z) / n]
  const centre = (p + (z * z) / (2 * n)) / d
  const half = (z / d) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  return [Math.max(0, centre - half), Math.min(1, centre + half)]
}
