import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { kwx } from '../../../test/support/kwx.ts'

interface Envelope {
  ok: boolean
  result?: { exit: number; audits: { city: string; verdict: { outcome: string } }[] }
  error?: { code: string; exit: number; hint: string }
}

let home: string
const before = { ...process.env }
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kwx-audits-'))
  process.env['KWX_HOME'] = home
  process.env['KWX_REPORTS_DIR'] = join(home, 'reports')
  process.env['KWX_MODELS_DIR'] = join(home, 'models')
})
afterAll(async () => {
  process.env = before
  process.exitCode = 0
  await rm(home, { recursive: true, force: true })
})

/** Runs a command and parses its one JSON document. */
async function json(...argv: string[]): Promise<Envelope & { status: unknown }> {
  process.exitCode = 0
  const { stdout } = await kwx(...argv, '--json')
  return { ...(JSON.parse(stdout) as Envelope), status: process.exitCode }
}

describe('kwx audit on an empty database', () => {
  it.each(['time', 'leak', 'labels'])('%s ends with 5 and the command that fetches', async (audit) => {
    const { ok, error, status } = await json(
      'audit',
      audit,
      '--city',
      'miami',
      '--from',
      '2025-02-01',
      '--to',
      '2025-02-03',
    )
    expect({ ok, status }).toEqual({ ok: false, status: 5 })
    expect(error).toMatchObject({
      code: 'AUDIT_EMPTY',
      hint: expect.stringContaining('kwx ingest all --city miami --from 2025-02-01 --to 2025-02-03'),
    })
    expect((await json('audit', audit)).error).toMatchObject({ code: 'AUDIT_EMPTY', exit: 5 })
  })

  it('refuses a city that nobody contributes, a date that is none, and a span that ends before it begins', async () => {
    expect((await json('audit', 'labels', '--city', 'atlantis')).error).toMatchObject({
      code: 'CONTRIBUTION_UNKNOWN',
      exit: 2,
    })
    expect((await json('audit', 'time', '--from', '2025-02-30')).error).toMatchObject({ code: 'AUDIT_SPAN', exit: 2 })
    const swapped = await json('audit', 'leak', '--from', '2025-02-03', '--to', '2025-02-01')
    expect(swapped.error).toMatchObject({ code: 'AUDIT_SPAN', hint: 'Swap them: --from 2025-02-01 --to 2025-02-03.' })
  })

  it('refuses a configuration together with a city', async () => {
    expect((await json('audit', 'leak', '--config', 'x.yaml', '--city', 'miami')).error).toMatchObject({ exit: 2 })
  })
})

describe('kwx audit on a simulated market', () => {
  beforeAll(async () => {
    const span = ['--city', 'simville', '--start-date', '2024-03-01', '--days', '12', '--seed', '5']
    const { error } = await kwx('simulate', ...span)
    if (error) throw error
  })

  it.each([
    ['time', 'pass', 0],
    ['labels', 'pass', 0],
  ])('%s answers for each city that is loaded', async (audit, outcome, exit) => {
    const { result, status } = await json('audit', audit)
    expect(result).toMatchObject({ exit, audits: [{ city: 'simville', origin: 'simulated', verdict: { outcome } }] })
    expect(status).toBe(exit)
  })

  it('leak rebuilds rows of a dataset that it builds itself', async () => {
    const { result } = await json('audit', 'leak', '--city', 'simville', '--rows', '50')
    expect(result).toMatchObject({
      exit: 0,
      audits: [{ rows_sampled: 50, rows_equal: 50, verdict: { outcome: 'pass' } }],
    })
  })

  it('prints a table for people', async () => {
    const { stdout } = await kwx('audit', 'time', '--city', 'simville')
    expect(stdout).toMatch(
      /simville, 2024-03-01 to 2024-03-12, America\/Chicago, climate day at UTC -6 h, simulated rows: pass/,
    )
    expect(stdout).toContain('6 a.m. moves')
    // 2024-03-10 springs forward inside the span.
    expect(stdout).toContain('2024-03-10 springs-forward')
  })
})
