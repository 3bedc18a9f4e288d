import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

import { refused } from '../support/hostile.ts'
import { spawned } from '../support/kwx.ts'
import { type ReplayExchange, replayExchange } from '../support/replay-exchange.ts'
import { sharedFolder } from '../support/shared.ts'

const days = (day: string) => ['--city', 'miami', '--from', day, '--to', day]
const prices = (day: string) => ['ingest', 'kalshi', ...days(day), '--price-source', 'trades']
const DAYS = days('2025-01-10')
const PRICES = prices('2025-01-10')
const WEATHER = ['ingest', 'weather', ...DAYS]
const REPORTS = ['ingest', 'settlements', ...DAYS]

describe.skipIf(!sharedFolder())('an ingest from services that misbehave', () => {
  let replay: ReplayExchange
  let cwd: string
  beforeAll(async () => {
    replay = await replayExchange()
    cwd = await mkdtemp(join(tmpdir(), 'kwx-services-'))
  })
  afterEach(() => replay.clearFaults())
  afterAll(async () => {
    await replay.stop()
    await rm(cwd, { recursive: true, force: true })
  })
  const env = () => ({ ...replay.environment, KWX_KALSHI_ATTEMPTS: '2', KWX_IEM_ATTEMPTS: '2' })

  it.each([
    ['a storm of 429', { rateLimit: { perSecond: 0.001, capacity: 1 } }, PRICES, 'SOURCE_RATE_LIMITED', 'status 429'],
    ['nothing but 500', { error500: true }, PRICES, 'SOURCE_FAILED', 'status 500'],
    ['503 of the weather', { error503: true }, REPORTS, 'SOURCE_FAILED', 'server over capacity'],
    ['a page with status 200', { html: { status: 200 } }, PRICES, 'SOURCE_BAD_ANSWER', 'an HTML page instead of JSON'],
    ['JSON that is cut', { truncate: true }, PRICES, 'SOURCE_BAD_ANSWER', 'perhaps cut off'],
    ['an empty 200', { empty: true }, PRICES, 'SOURCE_BAD_ANSWER', 'an empty body instead of JSON'],
    ['an empty table', { empty: true }, WEATHER, 'SOURCE_BAD_ANSWER', 'an empty body instead of CSV'],
    ['a cursor that goes round', { cursorLoop: true }, PRICES, 'KALSHI_CURSOR_LOOP', 'leads back to a page'],
    ['broken connections', { reset: true }, PRICES, 'SOURCE_UNREACHABLE', 'ECONNRESET'],
  ])(
    'with %s says what came instead',
    async (_, faults, argv, code, message) => {
      await replay.setFaults(faults)
      const error = await refused(argv, { cwd, env: env() })
      expect(error).toMatchObject({ code, exit: 1, message: expect.stringContaining(message) })
      expect(error.hint).toMatch(/again/)
    },
    30_000,
  )

  it('names the setting of a closed port', async () => {
    const error = await refused(PRICES, { cwd, env: { ...env(), KWX_KALSHI_URL: 'http://127.0.0.1:1024' } })
    expect(error).toMatchObject({ code: 'SOURCE_UNREACHABLE', hint: expect.stringContaining('sources.kalshi.url') })
  })

  it('lists days with lost rows, exit 5, and is whole after the same command; double and shuffled rows change nothing', async () => {
    const rows = async (day = '2025-01-10', home = '.kwx') => {
      const options = { cwd, env: { ...env(), KWX_HOME: join(cwd, home) } }
      const { status, stdout } = await spawned('run.js', [...prices(day), '--json'], options)
      const { result } = JSON.parse(stdout) as { result: { rows: number; incomplete: unknown[] }[] }
      return { status, rows: result[0]!.rows, incomplete: result[0]!.incomplete.length }
    }
    const whole = await rows()
    expect(whole).toMatchObject({ status: 0, incomplete: 0 })
    await replay.setFaults({ duplicateRows: { fraction: 0.3 }, shuffleRows: true })
    expect(await rows('2025-01-10', 'doubled')).toEqual(whole)
    await replay.clearFaults()
    await replay.setFaults({ dropRows: { fraction: 0.3 } })
    const lost = await rows('2025-01-11')
    expect(lost.status).toBe(5)
    expect(lost.incomplete).toBeGreaterThan(0)
    await replay.clearFaults()
    expect(await rows('2025-01-11')).toMatchObject({ status: 0, incomplete: 0 })
  }, 60_000)
})
