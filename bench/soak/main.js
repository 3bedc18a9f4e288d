#!/usr/bin/env node
// A loop on recorded days for as long as wanted, with everything failing around it, and the proof that nothing was lost.
//
//   node --conditions=kwx-source bench/soak/main.js [--minutes 10] [--speed 60] [--seed 1] [--scene february]
//     [--faults all|none|NAME,NAME] [--no-kills] [--config FILE ...] [--models DIR] [--keep DIR]
//
// Starts a replay of the services, a Postgres cluster of its own and `kwx rt-loop --record`; by a seeded schedule it
// switches faults of the services on and off, restarts the database and kills the loop. Then it replays the whole span in
// another process and checks the database. One JSON summary on stdout, lines on the way on stderr; exit status 1 when
// anything that the loop promises does not hold. Wants a build (`npm run build`), a Postgres server's programs and the
// recorded data beside the checkout.
import { parseArgs } from 'node:util'

import { postgresPrograms } from './cluster.js'
import { recordedData } from './exchange.js'
import { FAULTS } from './faults.js'
import { SCENES } from './scenes.js'
import { soak } from './soak.js'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    speed: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    scene: { type: 'string', default: 'february' },
    faults: { type: 'string', default: 'all' },
    'no-kills': { type: 'boolean', default: false },
    config: { type: 'string', multiple: true },
    models: { type: 'string' },
    keep: { type: 'string' },
  },
})
const fail = (message) => {
  console.error(message)
  process.exit(2)
}
const data = recordedData() ?? fail('The recorded data and the replay exchange are not beside this checkout.')
if (!(await postgresPrograms())) fail('No Postgres server is installed; on Debian: apt-get install postgresql')
const scene = SCENES[values.scene] ?? fail(`No scene "${values.scene}"; there are ${Object.keys(SCENES).join(', ')}.`)
const names = { all: Object.keys(FAULTS), none: [] }[values.faults] ?? values.faults.split(',')
for (const name of names) if (!FAULTS[name]) fail(`No fault "${name}"; there are ${Object.keys(FAULTS).join(', ')}.`)
const [minutes, speed] = [Number(values.minutes), Number(values.speed)]
if (!(minutes > 0 && speed > 0)) fail('--minutes and --speed want numbers above 0.')
const most = (Date.parse(scene.end) - Date.parse(scene.start)) / 60_000 / speed
if (minutes > most) fail(`The scene ${values.scene} has ${most.toFixed(0)} minutes at that speed.`)
if (values.config && !values.models) fail('--config wants --models: the folder of the models they run with.')

// Ctrl-C ends the soak early, with its checks.
const ending = new AbortController()
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => ending.abort())

const summary = await soak({
  ending: ending.signal,
  scene,
  data,
  minutes,
  speed,
  seed: values.seed,
  faults: Object.fromEntries(names.map((name) => [name, FAULTS[name]])),
  kills: !values['no-kills'],
  configs: values.config,
  models: values.models,
  keep: values.keep,
  say: (line) => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`),
})
console.log(JSON.stringify(summary, null, 2))
process.exitCode = summary.violations.length > 0 ? 1 : 0
