import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { Tinypool } from 'tinypool'

/**
 * A pool of threads for one worker file; end it with `destroy()`.
 *
 * @param moduleUrl  the worker as a `.js` URL relative to the caller's module, for example
 *   `new URL('../workers/fit-window.js', import.meta.url)`; its `.ts` source is taken where no `.js` lies there.
 *   Only plugins may resolve it that way: the kit itself is bundled and its chunks lie elsewhere.
 * @param threads  the largest number of threads, at least 1
 */
export function workerPool(moduleUrl: URL, threads: number): Tinypool {
  const built = fileURLToPath(moduleUrl)
  const filename = existsSync(built) ? built : built.replace(/\.js$/, '.ts')
  return new Tinypool({ filename, minThreads: 0, maxThreads: threads })
}
