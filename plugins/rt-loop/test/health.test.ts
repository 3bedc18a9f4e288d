import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterEach, describe, expect, it } from 'vitest'
import type { Tick } from '../src/loop/loop-types.ts'
import { watch } from '../src/loop/watchdog.ts'
import { Health } from '../src/monitoring/health.ts'
import { lineNews } from '../src/monitoring/news.ts'
import { serveHealth } from '../src/monitoring/serve-health.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const tick = (over: Partial<Tick> = {}): Tick => ({
  number: 1,
  atMs: 0,
  durationMs: 40,
  minutes: [7],
  signals: [],
  fetched: 3,
  faults: [],
  state: 'go',
  feed: { mode: 'polling', reason: null },
  ...over,
})

describe('Health', () => {
  it('is good until two ticks are missed, and again after one has ended', () => {
    let now = 0
    const health = new Health(1000, () => now)
    now = 3000
    expect(health.report()).toMatchObject({ healthy: true, since_tick_ms: null, last_minute: null })
    now = 3001
    expect(health.report()).toMatchObject({
      healthy: false,
      reason: expect.stringContaining('no tick has ended for 3.0 s'),
    })
    health.tickEnded(tick())
    expect(health.report()).toMatchObject({ healthy: true, ticks: 1, last_minute: 7, since_tick_ms: 0 })
    now += 3001
    expect(health.report().healthy).toBe(false)
  })

  it('says how prices come, and how long signals take from the message that allowed them', async () => {
    const health = new Health(1000, () => 0)
    health.tickEnded(tick({ feed: { mode: 'stream', reason: null } }))
    health.minuteWritten(4)
    expect(health.report().feed).toEqual({ mode: 'stream', reason: null })
    const metrics = await health.registry.metrics()
    expect(metrics).toContain('kwx_stream 1')
    expect(metrics).toContain('kwx_signal_seconds_bucket{le="0.005"} 1')
    expect(metrics).toContain('kwx_signal_seconds_bucket{le="0.0025"} 0')
  })

  it('keeps the last minute through ticks in which none was over', () => {
    const health = new Health(1000, () => 0)
    health.tickEnded(tick())
    health.tickEnded(tick({ minutes: [], faults: ['prices of miami: status 500'] }))
    expect(health.report()).toMatchObject({ last_minute: 7, faults: ['prices of miami: status 500'] })
  })
})

describe('lineNews', () => {
  it('tells how prices come when that changes', () => {
    const lines: string[] = []
    const news = lineNews((line) => lines.push(line))
    for (const reason of ['no key', 'no key', null, 'prints were lost']) {
      news.tick(tick({ feed: { mode: reason === null ? 'stream' : 'polling', reason } }))
    }
    expect(lines.filter((line) => line.startsWith('  '))).toEqual([
      '  prices are polled: no key',
      '  prices come from the stream',
      '  prices are polled: prints were lost',
    ])
  })
})

describe('serveHealth', () => {
  it('answers with 200 while the loop works and 503 when it does not', async () => {
    let now = 0
    const health = new Health(1000, () => now)
    const pages = await serveHealth(health, { host: '127.0.0.1', port: 0 })
    closers.push(pages.close)
    health.tickEnded(tick())
    const good = await fetch(`${pages.url}/healthz`)
    expect([good.status, ((await good.json()) as { ticks: number }).ticks]).toEqual([200, 1])
    now = 10_000
    expect((await fetch(`${pages.url}/healthz`)).status).toBe(503)
  })

  it('tells Prometheus what was counted', async () => {
    const health = new Health(1000, () => 0)
    const pages = await serveHealth(health, { host: '127.0.0.1', port: 0 })
    closers.push(pages.close)
    health.tickEnded(tick({ signals: [{ standDown: null }, { standDown: 'no_edge' }] as never }))
    const text = await (await fetch(`${pages.url}/metrics`)).text()
    expect(text).toContain('kwx_signals_total{outcome="act"} 1')
    expect(text).toContain('kwx_signals_total{outcome="no_edge"} 1')
    expect(text).toContain('kwx_rows_fetched_total 3')
    expect(text).toContain('kwx_healthy 1')
    expect(text).toContain('kwx_tick_seconds_count 1')
  })

  it.each([
    ['POST', '/healthz', 405],
    ['GET', '/', 404],
    ['GET', '/healthz/../etc', 404],
  ])('answers %s %s with %i', async (method, path, status) => {
    const pages = await serveHealth(new Health(1000, () => 0), { host: '127.0.0.1', port: 0 })
    closers.push(pages.close)
    expect((await fetch(pages.url + path, { method })).status).toBe(status)
  })

  it('says which port is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    closers.push(() => other.close())
    const { port } = other.address() as AddressInfo
    await expect(serveHealth(new Health(1, () => 0), { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'RT_PORT',
      exit: 2,
      message: expect.stringContaining(`127.0.0.1:${port}`),
    })
  })
})

describe('watch', () => {
  const until = async (what: () => boolean) => {
    for (let k = 0; k < 400 && !what(); k++) await new Promise((next) => setTimeout(next, 5))
    expect(what()).toBe(true)
  }

  it('raises the alarm once for a loop that stands still, and gives up on it later', async () => {
    const alarms: string[] = []
    const given: string[] = []
    const began = performance.now()
    const health = new Health(20, () => performance.now() - began)
    closers.push(
      watch(health, {
        everyMs: 5,
        onAlarm: (reason) => alarms.push(reason),
        giveUpMs: 60,
        onGiveUp: (reason) => given.push(reason),
      }),
    )
    await until(() => given.length === 1)
    expect(alarms).toHaveLength(1)
    expect(alarms[0]).toContain('no tick has ended')
  })

  it('says nothing about a loop that works', async () => {
    const alarms: string[] = []
    const health = new Health(50, () => 0)
    closers.push(
      watch(health, { everyMs: 2, onAlarm: (reason) => alarms.push(reason), giveUpMs: 5, onGiveUp: () => {} }),
    )
    await new Promise((next) => setTimeout(next, 40))
    expect(alarms).toEqual([])
  })
})

describe('a portfolio that does not add up', () => {
  const report = {
    ...{
      minute: 7,
      cash: 99_000_000,
      locked: 900_000,
      reserved: 100_000,
      realisedToday: -12_000,
      lossLimitReached: false,
    },
    ...{ mismatch: null, orders: 2, fills: 1, outcomes: { acted: 2 }, refused: null, unsettled: { missing: 1 } },
  }

  it('is on both pages, and makes the loop unhealthy until it adds up again', async () => {
    const health = new Health(1000, () => 0)
    expect(health.report().portfolio).toBeNull()
    health.portfolio.report(report)
    expect(health.report()).toMatchObject({
      healthy: true,
      portfolio: { cash_dollars: 9900, exposure_dollars: 100, realised_today_dollars: -1.2, unsettled: { missing: 1 } },
    })
    health.portfolio.checked('cash against the sum of the ledger: 1.0000 dollars, expected 2.0000')
    expect(health.report()).toMatchObject({
      healthy: false,
      stalled: false,
      reason: expect.stringContaining('does not add up: cash against'),
      portfolio: { mismatch: expect.stringContaining('cash against') },
    })
    const metrics = await health.registry.metrics()
    for (const line of [
      'kwx_healthy 0',
      'kwx_portfolio_reconciled 0',
      'kwx_portfolio_cash_dollars 9900',
      'kwx_portfolio_orders_total 2',
      'kwx_portfolio_unsettled{outcome="missing"} 1',
      'kwx_portfolio_outcomes_total{outcome="acted"} 2',
    ]) {
      expect(metrics).toContain(line)
    }
    health.portfolio.report(report)
    expect(health.report().healthy).toBe(true)
  })

  it('raises the alarm and is not given up: a new start would not mend it', async () => {
    const health = new Health(60_000, () => 0)
    const said: string[] = []
    closers.push(
      watch(health, {
        everyMs: 2,
        onAlarm: (reason) => said.push(reason),
        giveUpMs: 10,
        onGiveUp: () => said.push('given up'),
      }),
    )
    health.portfolio.checked('positions against fills and settlements: 1 differ')
    await new Promise((next) => setTimeout(next, 100))
    expect(said).toEqual([expect.stringContaining('positions against fills')])
  })
})
