import { spawn } from 'node:child_process'

import { runCommand } from '@oclif/test'

import { sourceOptions } from '../../bin/from-sources.js'
import { root } from './root.ts'

const rootUrl = new URL('../..', import.meta.url)

/** Runs a command in this process, from the sources. */
export async function kwx(...argv: string[]) {
  return runCommand<unknown>(argv, await sourceOptions(rootUrl))
}

export interface Finished {
  /** Exit code; null when a signal ended it. */
  status: number | null
  stdout: string
  stderr: string
}

export interface SpawnOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** SIGKILL after this many milliseconds. */
  killAfterMs?: number
}

/** Runs a file of bin/ in its own process, as a user would. Nothing of this process's kwx settings leaks in. */
export function spawned(
  file: 'run.js' | 'dev.js',
  argv: readonly string[],
  options: SpawnOptions = {},
): Promise<Finished> {
  const inherited = Object.entries(process.env).filter(
    ([key]) => !/^(KWX_|DATABASE_URL|NODE_ENV|VITEST|NODE_OPTIONS)/.test(key),
  )
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [`${root}/bin/${file}`, ...argv], {
      cwd: options.cwd ?? root,
      env: { ...Object.fromEntries(inherited), ...options.env },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    const timer =
      options.killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), options.killAfterMs)
    child.on('error', fail)
    child.on('close', (status) => {
      clearTimeout(timer)
      done({ status, stdout, stderr })
    })
  })
}
