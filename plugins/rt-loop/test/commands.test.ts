import { join } from 'node:path'
import { runQuery } from 'kwx/database'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseKinds, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { spawned } from '../../../test/support/kwx.ts'
import { type ReplayExchange, replayExchange } from '../../../test/support/replay-exchange.ts'
import { sharedFolder } from '../../../test/support/shared.ts'
import { readSignals } from '../src/storage/signals.ts'
import { livePair } from './support.ts'

const run = async (folder: string, env: Record<string, string>, ...argv: string[]) => {
  const { status, stdout } = await spawned('run.js', [...argv, '--json'], { cwd: folder, env })
  return {
    status,
    ...(JSON.parse(stdout) as { result?: Record<string, unknown>; error?: { code: string; hint: string } }),
  }
}

/** Says of a process each time that it asked for its garbage to be collected. */
const TELL_COLLECTIONS = `
  import { constants, PerformanceObserver } from 'node:perf_hooks'
  const isForced = ({ detail }) => detail.flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED
  new PerformanceObserver((list) => list.getEntries().some(isForced) && console.error('collected between minutes'))
    .observe({ entryTypes: ['gc'] })`

describe('kwx rt-loop', () => {
  it('records on a server only, and says how to get one', async () => {
    const { folder } = await livePair()
    const { status, error } = await run(folder, {}, 'rt-loop', '--config', 'mia.yaml', '--record')
    expect(status).toBe(2)
    expect(error).toMatchObject({ code: 'RT_NEEDS_SERVER', hint: expect.stringContaining('KWX_DATABASE_URL') })
  })

  it.each([
    [['--from', 'yesterday', '--to', '2025-02-20T18:00:00Z'], 'RT_SPAN'],
    [['--from', '2025-02-20T18:00:00Z', '--to', '2025-02-20T17:00:00Z'], 'RT_SPAN'],
    [['--from', '2025-02-20T18:00:00Z'], 'USAGE'],
  ])('refuses a replay over %j', async (span, code) => {
    const { folder } = await livePair()
    const { status, error } = await run(folder, {}, 'rt-loop', '--config', 'mia.yaml', '--replay', ...span)
    expect([status, error?.code]).toEqual([2, code])
  })
})

describe.skipIf(!sharedFolder()).each(databaseKinds.filter(({ name }) => name === 'server'))(
  'kwx rt-loop on a $name',
  (kind) => {
    let replay: ReplayExchange
    let opened: OpenedDatabase
    let folder: string
    let env: Record<string, string>

    beforeAll(async () => {
      replay = await replayExchange('--start', '2025-02-20T16:00:00Z', '--speed', '60')
      opened = await migratedDatabase(kind)
      folder = (await livePair()).folder
      env = { ...replay.environment, KWX_DATABASE_URL: opened.url, KWX_MODELS_DIR: join(folder, 'models') }
    })
    afterAll(async () => {
      await opened?.done()
      await replay?.stop()
    })

    it('survives kill -9 three times: every minute once, every signal as the rows give it', {
      timeout: 180_000,
    }, async () => {
      const loop = [
        'rt-loop',
        '--config',
        'mia.yaml',
        '--model-dir',
        join(folder, 'models'),
        '--record',
        '--tick-seconds',
        '1',
        // Any that is free: other loops may run on the machine.
        '--port',
        '0',
      ]
      const watched = { ...env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(TELL_COLLECTIONS)}` }
      let collected = ''
      for (const killAfterMs of [4000, 6000, 5000]) {
        collected += (await spawned('run.js', [...loop, '--quiet'], { cwd: folder, env: watched, killAfterMs })).stderr
      }
      expect(collected).toContain('collected between minutes')
      const last = await run(folder, env, ...loop, '--ticks', '3')
      expect(last.status).toBe(0)
      const minutes = await runQuery<{ n: number; span: number; signals: number }>(
        opened.db,
        'select count(*) as n, max(end_minute) - min(end_minute) + 1 as span, sum(signals)::integer as signals from rt_minutes',
      )
      expect(minutes[0]!.n).toBe(minutes[0]!.span)
      const signals = await readSignals(opened.db, { fromMinute: 0, toMinute: 2 ** 31 - 1 })
      expect(signals.length).toBe(minutes[0]!.signals)
      expect(signals.every(({ candidate }) => candidate)).toBe(true)
      const span = ['--from', '2025-02-20T15:00:00Z', '--to', '2025-02-20T23:00:00Z']
      const replayed = await run(
        folder,
        env,
        ...['rt-loop', '--config', 'mia.yaml', '--model-dir', join(folder, 'models'), '--replay', ...span, '--assert'],
      )
      expect(replayed).toMatchObject({ status: 0, result: { recorded: signals.length, differences: [] } })
      const portfolio = await run(folder, env, 'portfolio')
      expect(portfolio).toMatchObject({
        status: 0,
        result: {
          loop: 'mia (candidate)',
          bankroll_dollars: 10_000,
          reconciliation: { adds_up: true, mismatch: null },
        },
      })
      const shown = await run(folder, env, 'signals', '--city', 'miami', '--limit', '5')
      expect((shown.result as unknown as unknown[]).length).toBeLessThanOrEqual(5)
    })
  },
)
