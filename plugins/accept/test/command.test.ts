import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, describe, expect, it } from 'vitest'
import type { RunResult } from '../../../src/framework/pipeline/index.ts'
import { kwx, spawned } from '../../../test/support/kwx.ts'
import { acceptedOf, describeAccepted } from '../src/services/accepted.ts'
import { good } from './support/cases.ts'
import { closeShared, judged } from './support/judge.ts'
import { madePilot } from './support/pilot.ts'

afterAll(closeShared)

const runOf = (steps: object[]) => ({ run_id: 'run_1', pipeline: 'pilot', exit: 0, steps }) as unknown as RunResult

describe('kwx accept', () => {
  it('tells the verdict, model beside market, and the folder', async () => {
    const { artefacts } = await judged(await madePilot(good()))
    const accepted = await acceptedOf(runOf([{ use: 'accept:report', artefacts }]), '/reports')
    const lines = describeAccepted(accepted)
    expect(lines[0]).toMatch(/^Passed: /)
    expect(lines[1]).toMatch(
      /^\d+ evaluations? of \d+ configurations? on these days, this one included; unknown before 2025-02-01\.$/,
    )
    expect(lines.join('\n')).toContain('half-way price')
    expect(lines.join('\n')).toMatch(/E-processes over 14 days: for /)
    expect(lines.at(-1)).toBe('/reports/phase1_chicago_between')
    expect(lines).toContain('log_loss, all rows                  0.5004            0.5261')
    expect(lines).toContain('brier, windows             0.1600 ± 0.0000   0.1700 ± 0.0000')
  })

  it('does not take a run without a report for a pass', async () => {
    await expect(acceptedOf(runOf([{ use: 'verify:pilot', artefacts: {} }]), '/reports')).rejects.toMatchObject({
      code: 'REPORT_MISSING',
      exit: 1,
    })
  })

  it('stops before any work where reports cannot be written, with nothing but the envelope on stdout', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kwx-'))
    await writeFile(join(folder, 'file'), '')
    const env = { KWX_HOME: join(folder, 'home'), KWX_REPORTS_DIR: join(folder, 'file', 'reports') }
    const { status, stdout } = await spawned('dev.js', ['accept', '--config', 'none.yaml', '--json'], { env })
    expect([status, JSON.parse(stdout)]).toMatchObject([
      1,
      { ok: false, command: 'accept', error: { code: 'REPORTS_UNWRITABLE', exit: 1 } },
    ])
  })

  it('exits 2 for a configuration that is not there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kwx-'))
    const env = { KWX_HOME: folder, KWX_REPORTS_DIR: join(folder, 'reports') }
    expect((await spawned('dev.js', ['accept', '--config', join(folder, 'none.yaml')], { env })).status).toBe(2)
    expect((await spawned('dev.js', ['accept'], { env })).status).toBe(2)
  })
})

describe('kwx accept recompute', () => {
  it('exits 2 for a folder that is no report, or that is not there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kwx-'))
    const { error } = await kwx('accept', 'recompute', folder)
    expect(error).toBeUndefined()
    expect(process.exitCode).toBe(2)
    process.exitCode = 0
    const { stdout } = await kwx('accept', 'recompute', folder, '--json')
    process.exitCode = 0
    expect(JSON.parse(stdout)).toMatchObject({ command: 'accept:recompute', error: { code: 'NOT_A_REPORT', exit: 2 } })
    await kwx('accept', 'recompute', join(folder, 'gone'))
    expect(process.exitCode).toBe(2)
    process.exitCode = 0
  })
})
