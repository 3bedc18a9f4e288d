import { execFile } from 'node:child_process'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { root } from '../../../test/support/root.ts'
import { sharedFolder } from '../../../test/support/shared.ts'

interface Summary {
  readonly violations: readonly string[]
  readonly minutes: number
  readonly signals: number
  readonly expected: number
  readonly done: Readonly<Record<string, number>>
  readonly replay: { readonly recorded: number; readonly differences: number }
}

function soak(...argv: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const main = join(root, 'bench', 'soak', 'main.js')
  return new Promise((done) =>
    execFile(process.execPath, ['--conditions=kwx-source', main, ...argv], (error, stdout, stderr) =>
      done({ status: error ? Number(error.code) : 0, stdout, stderr }),
    ),
  )
}

describe.skipIf(!sharedFolder())('a short soak', () => {
  it('with faults, two restarts of the database and two kills loses and doubles nothing', {
    timeout: 600_000,
  }, async ({ skip }) => {
    const { status, stdout, stderr } = await soak('--scene', 'miami', '--minutes', '0.8', '--seed', '1')
    skip(status === 2 && stderr.includes('No Postgres server is installed'), stderr)
    expect(stdout, stderr).toMatch(/^\{/)
    const summary = JSON.parse(stdout) as Summary
    expect(summary.violations).toEqual([])
    expect(status).toBe(0)
    expect(summary.done).toMatchObject({ fast: 1, immediate: 1, SIGKILL: 1, SIGTERM: 1 })
    expect(summary.minutes).toBeGreaterThan(15)
    expect(summary.signals).toBe(summary.expected)
    expect(summary.replay).toMatchObject({ recorded: summary.signals, differences: 0 })
  })
})
