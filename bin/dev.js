#!/usr/bin/env -S node --conditions=kwx-source
// The program from its TypeScript sources: Node strips the types, nothing needs to be built.
import { restart, tooOld } from './rerun.js'

const SOURCES = '--conditions=kwx-source'

if (tooOld || !process.execArgv.includes(SOURCES)) {
  restart(import.meta.url, [SOURCES])
} else {
  const { enableCompileCache } = await import('node:module')
  enableCompileCache()
  const { main, shareHost } = await import('../src/main.ts')
  shareHost(import.meta.url) // before oclif looks into linked plugins, which import kwx
  const { sourceOptions } = await import('./from-sources.js')
  await main(import.meta.url, await sourceOptions(new URL('..', import.meta.url)))
}
