import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

import { defineConfig } from 'vitest/config'

const conditions = ['kwx-source', 'module', 'node']

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // Sources twice over: for what Vite transforms and for what Node imports by itself (oclif's commands, workers).
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    pool: 'forks',
    // Half of the time goes into waiting for disks and child processes: no processor is kept back.
    maxWorkers: availableParallelism(),
    execArgv: ['--conditions=kwx-source'],
    include: ['test/**/*.test.ts', 'plugins/*/test/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    disableConsoleIntercept: true,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
