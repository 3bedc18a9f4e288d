// Runs every benchmark in turn: npm run bench. Each can be run alone, with options; see its first lines.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.js') && name !== 'all.js')
for (const file of files.sort()) {
  console.log(`\n== ${file}`)
  const { status } = spawnSync(process.execPath, ['--conditions=kwx-source', join(import.meta.dirname, file)], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exitCode = 1
}
