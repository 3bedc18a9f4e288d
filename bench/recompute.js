#!/usr/bin/env node
// How long kwx accept recompute takes: from a command typed to its answer.
//
//   node bench/recompute.js [--folder RECORDED] [--config configs/elasticnet_mia_between.yaml] [--pipeline decide]
//
// With a folder of recorded files (see "kwx ingest import") they are imported into an empty home first and the
// configuration is judged; without one the quickstart is. Neither is counted.
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    config: { type: 'string', default: 'configs/elasticnet_mia_between.yaml' },
    from: { type: 'string', default: '2024-11-19' },
    to: { type: 'string', default: '2025-02-25' },
    pipeline: { type: 'string', default: 'decide' },
  },
})
const home = await mkdtemp(join(tmpdir(), 'kwx-bench-'))
const reports = join(home, 'reports')
const env = { ...process.env, KWX_HOME: home, KWX_REPORTS_DIR: reports, KWX_MODELS_DIR: join(home, 'models') }

/** A verdict (3, 4, 5) is an answer; an error is none. */
function kwx(...argv) {
  const since = performance.now()
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, '../bin/dev.js'), ...argv, '--json'],
    { encoding: 'utf8', env, maxBuffer: 2 ** 28, cwd: join(import.meta.dirname, '..') },
  )
  if (status === 1 || status === 2) throw new Error(`kwx ${argv.join(' ')} ended with ${status}: ${stderr || stdout}`)
  return { status, seconds: (performance.now() - since) / 1000, result: JSON.parse(stdout).result }
}

try {
  const { folder, config, from, to, pipeline } = values
  if (folder === undefined) kwx('run', 'quickstart')
  else {
    kwx('ingest', 'import', folder, '--from', from, '--to', to)
    kwx('accept', '--config', config, '--pipeline', pipeline, '--offline')
  }
  for (const name of (await readdir(reports)).filter((one) => one.startsWith('phase1_'))) {
    const { status, seconds, result } = kwx('accept', 'recompute', join(reports, name))
    const files = (result?.recomputed.length ?? 0) + (result?.compared.length ?? 0)
    console.log(`${name}: ${files} files, exit ${status}, ${seconds.toFixed(1)} s`)
  }
} finally {
  await rm(home, { recursive: true, force: true })
}
