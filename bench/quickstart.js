// The quickstart from a built checkout in an empty folder: wall time and peak memory.
// node bench/quickstart.js
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const folder = await mkdtemp(join(tmpdir(), 'kwx-quickstart-'))
const start = performance.now()
const child = spawn(process.execPath, [join(root, 'bin/run.js'), 'run', 'quickstart'], {
  cwd: folder,
  stdio: ['ignore', 'inherit', 'ignore'],
})
const status = await new Promise((done) => child.on('close', done))
console.log(
  `quickstart: exit ${status}, ${((performance.now() - start) / 1000).toFixed(1)} s on ${availableParallelism()} cores`,
)
await rm(folder, { recursive: true, force: true })
