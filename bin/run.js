#!/usr/bin/env node
// Entry of the built program. Statically imports only what every Node can read.
import { restart, tooOld } from './rerun.js'

const args = process.argv.slice(2)

if (tooOld) {
  restart(import.meta.url)
} else if (args.length === 1 && ['--version', '-v'].includes(args[0])) {
  // Answered without loading the host: scripts ask for it often.
  const { readFileSync } = await import('node:fs')
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  process.stdout.write(`kwx/${version} ${process.platform}-${process.arch} node-${process.version}\n`)
} else {
  const { enableCompileCache } = await import('node:module')
  enableCompileCache()
  const { main } = await import('../dist/main.js')
  await main(import.meta.url)
}
