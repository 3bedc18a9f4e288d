import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ensureMigrated, openDatabase } from 'kwx/database'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { databaseKinds } from '../../../test/support/databases.ts'
import { kwx } from '../../../test/support/kwx.ts'
import { CITY, madePilot, madeReport, type Project, projectAt } from './support/project.ts'

/** One project for all of them, in this order, as an operator would go through it. */
const kind = databaseKinds.at(-1)!
let root: string
let drop = async () => {}
let at: Project
let pilot: Awaited<ReturnType<typeof madePilot>>
const before = { ...process.env }
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kwx-models-'))
  const made = kind.name === 'embedded' ? { url: `pglite:${join(root, 'db')}`, drop } : await kind.create()
  drop = made.drop
  const db = await openDatabase(made)
  await ensureMigrated(db, made.url)
  at = projectAt({ db, url: made.url }, root)
  pilot = await madePilot(at)
  await db.destroy()
  process.env['DATABASE_URL'] = made.url
  process.env['KWX_HOME'] = join(root, 'home')
  process.env['KWX_MODELS_DIR'] = at.models
  process.env['KWX_REPORTS_DIR'] = at.reports
  process.env['KWX_CLOCK'] = '2025-01-20T18:00:00Z'
})
afterAll(async () => {
  process.env = before
  await rm(root, { recursive: true, force: true })
  await drop()
})

/** The test runner splits arguments at spaces, as a shell does. */
const typed = (argv: readonly string[]) => argv.map((word) => (word.includes(' ') ? `"${word}"` : word))

interface Answer {
  exit: number
  ok: boolean
  command: string
  // biome-ignore lint/suspicious/noExplicitAny: what a machine reads, of whatever shape
  result: any
  // biome-ignore lint/suspicious/noExplicitAny: as above
  error: any
}

async function json(...argv: string[]): Promise<Answer> {
  process.exitCode = undefined
  const { stdout } = await kwx('models', ...typed(argv), '--json')
  const exit = Number(process.exitCode ?? 0)
  process.exitCode = undefined
  return { exit, ...(JSON.parse(stdout) as Omit<Answer, 'exit'>) }
}

async function lines(...argv: string[]): Promise<string[]> {
  const { stdout } = await kwx('models', ...typed(argv))
  process.exitCode = undefined
  return stdout.trimEnd().split('\n')
}

const place = ['--city', CITY, '--bracket', 'between']

describe('kwx models', () => {
  it('lists a pilot that nobody judged', async () => {
    expect(await json('list')).toMatchObject({
      exit: 0,
      ok: true,
      result: [{ id: pilot.hash, verdict: null, live: [] }],
    })
    expect((await lines('list'))[0]).toMatch(
      /^pilot +[0-9a-f]{12} chicago between rich_chi_between .*2 windows.*not judged$/,
    )
  })

  it('refuses to promote it, with exit 5 and what is missing', async () => {
    const { exit, ok, result } = await json('promote', pilot.published)
    expect([exit, ok, result.outcome]).toEqual([5, true, 'refused'])
    expect((await lines('promote', pilot.published)).join('\n')).toMatch(
      /^Refused: chicago between.*\n {2}accepted +missing: /,
    )
  })

  it('asks for exactly one pilot', async () => {
    for (const argv of [['promote'], ['promote', 'a', '--config', 'b.yaml']]) {
      expect(await json(...argv)).toMatchObject({ exit: 2, ok: false, error: { code: 'USAGE', exit: 2 } })
    }
  })

  it('exits 3 when a gate failed', async () => {
    await madeReport(at, pilot.hash, { verdict: 'fail', skill: 'fail' })
    expect(await json('promote', pilot.published)).toMatchObject({ exit: 3, ok: true, result: { outcome: 'refused' } })
    expect((await lines('promote', pilot.published)).at(-1)).toContain('--override "why, in a sentence"')
  })

  it('has nothing live, with exit 5', async () => {
    expect(await json('which', ...place)).toMatchObject({
      exit: 5,
      ok: false,
      error: { code: 'MODEL_NONE', message: expect.stringMatching(/^Nothing is live for chicago between: /) },
    })
    expect(await json('history')).toMatchObject({ exit: 0, result: { promotions: [], disagreements: [] } })
    expect(await json('rollback', ...place)).toMatchObject({ exit: 5, error: { code: 'ROLLBACK_NOTHING' } })
  })

  it('promotes it once it is accepted, by its configuration', async () => {
    await madeReport(at, pilot.hash)
    const config = join(root, 'rich_chi_between.yaml')
    await cp('configs/elasticnet_chi_between.yaml', config)
    expect(await json('promote', '--config', config, '--dry-run')).toMatchObject({
      result: { outcome: 'would-promote' },
    })
    expect(await json('promote', '--config', config)).toMatchObject({ exit: 0, result: { outcome: 'promoted' } })
    expect((await lines('promote', '--config', config))[0]).toContain('is live already, since promotion 1')
  })

  it('says which, and with exit 5 that it is stale', async () => {
    expect(await json('which', ...place)).toMatchObject({ exit: 0, result: { date: '2025-01-20', stale: null } })
    const stale = await json('which', ...place, '--date', '2025-02-01')
    expect(stale).toMatchObject({ exit: 5, ok: true, result: { window: 'win_20250108_20250124' } })
    expect(await lines('which', ...place, '--date', '2025-02-01')).toContainEqual(expect.stringMatching(/^Stale: /))
    const own = await json('which', ...place, '--date', '2025-01-12', '--pilot', pilot.published)
    expect(own.result).toMatchObject({ window: 'win_20250101_20250117', version: null })
    expect(await json('which', ...place, '--at', '2025-01-20T00:00:00Z')).toMatchObject({
      error: { code: 'MODEL_NONE' },
    })
    expect(await json('which', ...place, '--at', '2025-01-20T18:00:00Z')).toMatchObject({ result: { promotion: 1 } })
  })

  it('promotes a challenger with an override, rolls back and withdraws', async () => {
    const other = await madePilot(at, { name: 'second', intercept: 7 })
    const why = 'a week beside the champion'
    const role = ['--role', 'challenger']
    expect(await json('promote', other.published, ...role)).toMatchObject({ exit: 5 })
    expect(await json('promote', other.published, ...role, '--override', 'no')).toMatchObject({
      exit: 2,
      error: { code: 'MODELS_REASON' },
    })
    expect(await json('promote', other.published, ...role, '--override', why)).toMatchObject({
      result: { promotion: { reason: why, role: 'challenger' } },
    })
    expect((await json('which', ...place, ...role)).result.id).not.toBe((await json('which', ...place)).result.id)
    expect(await json('promote', other.published, '--override', why)).toMatchObject({ exit: 0 })
    expect(await json('rollback', ...place)).toMatchObject({ exit: 0, result: { action: 'rollback', returns_to: 1 } })
    expect(await json('withdraw', ...place, ...role, '--reason', 'the week is over')).toMatchObject({ exit: 0 })
    expect(await json('which', ...place, ...role)).toMatchObject({ exit: 5, error: { code: 'MODEL_NONE' } })
  })

  it('tells the whole history', async () => {
    const { promotions } = (await json('history', ...place)).result
    expect(promotions.map(({ role, action }: Record<string, string>) => `${role} ${action}`)).toEqual([
      ...['champion promote', 'challenger promote', 'champion promote', 'champion rollback', 'challenger withdraw'],
    ])
    expect(promotions[0]).toMatchObject({ at: '2025-01-20T18:00:00.000Z', from_version: null, verdict: 'pass' })
    const told = await lines('history', '--role', 'champion')
    expect(told).toHaveLength(3)
    expect(told[2]).toMatch(
      /^promotion 4 +2025-01-20T18:00:00.000Z +chicago between +rollback to 1 +[0-9a-f]{12} -> [0-9a-f]{12}/,
    )
    expect(await lines('repair')).toEqual(['Files and history agree.'])
  })

  it('shows a pilot in full', async () => {
    const { result } = await json('show', pilot.published)
    expect(result.listed.live).toEqual(['champion'])
    expect(await json('show', result.windows[1].id)).toMatchObject({
      result: { windows: [{ id: result.windows[1].id }] },
    })
    expect((await lines('show', pilot.published)).join('\n')).toContain('elasticnet, C 1, l1_ratio 0.5')
    expect(await json('show', 'ffffffff')).toMatchObject({ exit: 2, error: { code: 'MODELS_UNKNOWN' } })
  })

  it.each([
    ['an unknown city', ['which', '--city', 'chicagoo', '--bracket', 'between'], 'CONTRIBUTION_UNKNOWN'],
    ['a bracket that is none', ['which', '--city', CITY, '--bracket', 'middle'], 'USAGE'],
    ['two sources', ['which', ...place, '--pilot', 'a', '--model-dir', 'b'], 'USAGE'],
    ['a date that is none', ['which', ...place, '--date', '2025-02-30'], 'MODELS_DATE'],
    ['no reason', ['withdraw', ...place], 'USAGE'],
    ['an unknown promotion', ['rollback', ...place, '--to', '77'], 'ROLLBACK_UNKNOWN'],
    ['a folder that is no pilot', ['promote', 'docs'], 'MODELS_NO_PILOT'],
  ])('exits 2 for %s', async (_, argv, code) => {
    expect(await json(...argv)).toMatchObject({ exit: 2, ok: false, error: { code } })
  })
})
