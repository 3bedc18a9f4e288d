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
    execArgv: ['--conditions=kwx-source'],
    include: ['test/**/*.test.ts', 'plugins/*/test/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    disableConsoleIntercept: true,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
