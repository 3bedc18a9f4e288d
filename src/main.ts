import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

import { execute, type Interfaces } from '@oclif/core'

/**
 * Starts the program.
 *
 * @param binUrl  the file in bin/ that was called; the package lies above it
 * @param sources  load options that make oclif read `src` (bin/dev.js)
 */
export async function main(binUrl: string, sources?: Interfaces.LoadOptions): Promise<void> {
  if (hasUserPlugins() || process.argv[2] === 'plugins') {
    if (!sources) shareHost(binUrl)
    process.env['OCLIF_DISABLE_LINKED_ESM_WARNING'] ??= '1'
  }
  // A reader that closed the pipe (`kwx cities | head -1`) has what it wanted; work goes on without one of its news.
  process.stdout.prependListener('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
    process.stderr.write(`kwx: the answer cannot be written to stdout: ${error.message}\n`)
    process.exit(1)
  })
  process.stderr.on('error', () => {})
  await execute({ dir: binUrl, ...(sources ? { development: true, loadOptions: sources } : {}) })
  // An embedded database that broke down leaves timers behind; what is done must not wait for them.
  setTimeout(() => process.exit(), 1000).unref()
}

const HOST = /^(kwx|@oclif\/core)(\/|$)/

/** A plugin that a user linked or installed lies outside this tree: where it has no `kwx` of its own, it gets this one. */
export function shareHost(parentURL: string): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (!HOST.test(specifier)) return nextResolve(specifier, context)
      try {
        return nextResolve(specifier, context)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
        return nextResolve(specifier, { ...context, parentURL })
      }
    },
  })
}

/** True when `kwx plugins link` or `install` ever wrote its package.json; the hooks above cost start-up time. */
function hasUserPlugins(): boolean {
  const windows = process.platform === 'win32' ? process.env['LOCALAPPDATA'] : undefined
  const data = process.env['XDG_DATA_HOME'] ?? windows ?? join(homedir(), '.local', 'share')
  return existsSync(join(process.env['KWX_DATA_DIR'] ?? join(data, 'kwx'), 'package.json'))
}
