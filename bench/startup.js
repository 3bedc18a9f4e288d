// Start-up time: wall time of `--version` and `--help` over `node -e 0`, on one pinned core, medians of alternating runs.
// node bench/startup.js [--runs 15]
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({ options: { runs: { type: 'string', default: '15' } } })
const node = existsSync(join(root, 'node_modules/node/bin/node'))
  ? join(root, 'node_modules/node/bin/node')
  : process.execPath
const pin = spawnSync('taskset', ['-c', '0', 'true']).status === 0 ? ['taskset', '-c', '0'] : []

const commands = {
  'node -e 0': [node, '-e', '0'],
  '--version': [node, join(root, 'bin/run.js'), '--version'],
  '--help': [node, join(root, 'bin/run.js'), '--help'],
  steps: [node, join(root, 'bin/run.js'), 'steps'],
}
const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]))

for (let run = -2; run < Number(values.runs); run++) {
  for (const [name, argv] of Object.entries(commands)) {
    const [program, ...args] = [...pin, ...argv]
    const start = process.hrtime.bigint()
    const { status } = spawnSync(program, args, { stdio: 'ignore' })
    if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}`)
    if (run >= 0) times[name].push(Number(process.hrtime.bigint() - start) / 1e6)
  }
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
const bare = median(times['node -e 0'])
console.log(
  `Start-up, ${values.runs} runs each, alternating, ${pin.length > 0 ? 'one pinned core' : 'not pinned: no taskset'}`,
)
for (const [name, list] of Object.entries(times)) {
  console.log(
    `${name.padEnd(10)} ${median(list).toFixed(0).padStart(5)} ms  ${(median(list) / bare).toFixed(2)}x  (${Math.min(...list).toFixed(0)} to ${Math.max(...list).toFixed(0)})`,
  )
}
