import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Finished, spawned } from '../../../test/support/kwx.ts'
import { sharedFolder } from '../../../test/support/shared.ts'
import type { JudgedSummary } from '../src/reports.ts'

const WINDOWS = 8

describe.skipIf(!sharedFolder())('the lower tails of Chicago on the tape', () => {
  let folder: string
  let done: Finished
  let summary: JudgedSummary
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kwx-lower-'))
    const env = {
      ...{ KWX_HOME: folder, KWX_MODELS_DIR: join(folder, 'models'), KWX_REPORTS_DIR: join(folder, 'reports') },
    }
    const span = ['--city', 'chicago', '--from', '2024-11-19', '--to', '2025-02-25']
    await spawned('dev.js', ['ingest', 'import', join(sharedFolder()!, 'data'), ...span], { env })
    const config = 'configs/elasticnet_chi_less.yaml'
    const junit = join(folder, 'own.xml')
    const flags = ['--pipeline', 'decide', '--offline', '--ci', '--junit', junit]
    done = await spawned('dev.js', ['accept', '--config', config, ...flags], { env })
    const file = join(folder, 'reports', 'phase1_chicago_less', '01_model_validation_summary.json')
    summary = JSON.parse(await readFile(file, 'utf8'))
  }, 180_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('cannot be judged: no event of the training days settled YES, and nothing is borrowed from other brackets', () => {
    expect(done.status).toBe(4)
    expect(summary.verdict.outcome).toBe('not-enough-evidence')
    expect(summary.windows.map(({ outcome, n_test }) => [outcome, n_test > 0])).toEqual(
      Array.from({ length: WINDOWS }, () => ['not-enough-evidence', true]),
    )
    for (const { reason } of summary.windows) expect(reason).toMatch(/^All \d+ training rows have outcome 0; /)
    expect(summary.labels.exchange).toBe(98)
    const lacking = 'not-enough-evidence'
    expect(
      summary.decision.map(({ file, artefact, outcome }) => [file.slice(0, 2), artefact !== null, outcome]),
    ).toEqual([
      ['07', true, lacking],
      ['08', true, lacking],
      ['09', true, 'pass'],
      ['10', true, expect.stringMatching(/not-/)],
    ])
  })

  it('are not green for CI', async () => {
    const xml = await readFile(join(folder, 'own.xml'), 'utf8')
    expect(xml).toMatch(/failures="0" errors="[1-9]/)
    expect(xml).toContain('<error type="not-enough-evidence" message="None of 8 windows could be fitted.">')
    expect(xml).not.toContain(folder)
    expect(done.stdout).toMatch(/^::warning file=configs\/elasticnet_chi_less\.yaml,title=Acceptance of chicago less/m)
  })
})
