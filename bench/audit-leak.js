#!/usr/bin/env node
// How long kwx audit leak takes on 10,000 sampled rows: from a command typed to its answer.
//
//   node bench/audit-leak.js [--folder RECORDED] [--city miami] [--from 2024-11-19] [--to 2025-02-25] [--rows 10000]
//                            [--sets elasticnet_rich,nextgen]
//
// With a folder of recorded files (see "kwx ingest import") its city is imported into an empty home first; without one
// 98 days are simulated. The dataset is built by a first run of 1 row, which is not counted.
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    city: { type: 'string', default: 'miami' },
    from: { type: 'string', default: '2024-11-19' },
    to: { type: 'string', default: '2025-02-25' },
    rows: { type: 'string', default: '10000' },
    sets: { type: 'string', default: 'elasticnet_rich,nextgen' },
  },
})
const home = await mkdtemp(join(tmpdir(), 'kwx-bench-'))

function kwx(...argv) {
  const since = performance.now()
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, '../bin/dev.js'), ...argv, '--json'],
    { encoding: 'utf8', env: { ...process.env, KWX_HOME: home }, maxBuffer: 2 ** 28 },
  )
  if (status !== 0) throw new Error(`kwx ${argv.join(' ')} ended with ${status}: ${stderr || stdout}`)
  return { seconds: (performance.now() - since) / 1000, result: JSON.parse(stdout).result }
}

try {
  const { folder, city: recorded, from, to, rows } = values
  const city = folder === undefined ? 'simville' : recorded
  if (folder === undefined) kwx('simulate', '--city', city, '--days', '98')
  else kwx('ingest', 'import', folder, '--city', city, '--from', from, '--to', to)
  for (const set of values.sets.split(',')) {
    const audit = (count) => kwx('audit', 'leak', '--city', city, '--feature-set', set, '--rows', String(count))
    audit(1)
    const { seconds, result } = audit(rows)
    const [{ rows_sampled, rows_equal, rows_built, readings_checked }] = result.audits
    console.log(
      `${city} ${set}: ${rows_equal} of ${rows_sampled} rows equal (of ${rows_built} built, ${readings_checked} readings), ${seconds.toFixed(1)} s, ${Math.round(rows_sampled / seconds)} rows/s`,
    )
  }
} finally {
  await rm(home, { recursive: true, force: true })
}
