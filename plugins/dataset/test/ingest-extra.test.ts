import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { type Database, ensureMigrated, openDatabase, readObservations, readSettlements } from 'kwx/database'
import { gateObservations, MAX_FORWARD_FILLED } from 'kwx/features'
import { systemPace } from 'kwx/sources'
import { type Clock, parseDay } from 'kwx/time'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSources } from '../../../src/data/clients/sources.ts'
import { saveRawPayload } from '../../../src/data/database/market-data/raw-payloads.ts'

import { type ReplayExchange, replayExchange } from '../../../test/support/replay-exchange.ts'
import { sharedFolder } from '../../../test/support/shared.ts'
import { readCoverage } from '../src/services/ingest/coverage.ts'
import { type CityIngest, missingData } from '../src/services/ingest/ingest-city.ts'
import { ingestMaxima } from '../src/services/ingest/ingest-maxima.ts'
import { ingestObservations } from '../src/services/ingest/ingest-observations.ts'
import { miami } from './support/miami.ts'

const NOW = '2025-02-20T18:00:00Z'
const fromDay = parseDay('2025-02-12')
const toDay = parseDay('2025-02-20')

type Options = Parameters<typeof ingestMaxima>[0] & { station: string }
const ingestMinutes = (options: Omit<Options, 'feed'>) => ingestObservations({ ...options, feed: 'visual-crossing' })
const ingestArchive = (options: Omit<Options, 'feed'>) => ingestMaxima({ ...options, feed: 'ncei' })
const ingestSettlements = (options: Omit<Options, 'feed'>) => ingestMaxima({ ...options, feed: 'iem-cli' })

/**
 * The service's answer for a station with readings of its own every five minutes, one in ten of them as the one before:
 * in the format of its documentation, and as its answers look for Midway Airport.
 */
function timelineOf(url: string) {
  const [, station, from, to] = /timeline\/stn(?::|%3A)([A-Z]+)\/([\d-]+)\/([\d-]+)/.exec(url)!
  const minuteOf = (epoch: number) => {
    const step = epoch / 300
    const reading = step - (step % 10 === 9 ? 1 : 0)
    return {
      datetime: new Date(epoch * 1000).toISOString().slice(11, 19),
      datetimeEpoch: epoch,
      temp: 70 + (reading % 70) / 10,
      dew: 60 + (reading % 30) / 10,
      humidity: 50 + (reading % 110) / 10,
      windspeed: reading % 13,
      stations: [station],
      source: 'obs',
    }
  }
  const hourOf = (epoch: number) => ({
    datetimeEpoch: epoch,
    minutes: Array.from({ length: 12 }, (_, k) => minuteOf(epoch + 300 * k)),
  })
  const [first, last] = [parseDay(from!), parseDay(to!)]
  const days = Array.from({ length: last - first + 1 }, (_, k) => {
    const epoch = (first + k) * 86_400
    return { datetimeEpoch: epoch, hours: Array.from({ length: 24 }, (_, hour) => hourOf(epoch + 3600 * hour)) }
  })
  return { queryCost: 24 * days.length, address: `stn:${station}`, timezone: 'Etc/UTC', days }
}

describe.skipIf(!sharedFolder())('what is ingested beside a dataset', () => {
  let replay: ReplayExchange
  let db: Database

  beforeAll(async () => {
    replay = await replayExchange('--now', NOW)
    db = await openDatabase({ url: 'pglite:memory' })
    await ensureMigrated(db, 'pglite:memory')
  })
  beforeEach(async () => {
    await replay.clearFaults()
    await replay.resetStats()
    for (const table of ['observations', 'settlements', 'completeness', 'raw_payloads'] as const) {
      await db.deleteFrom(table).execute()
    }
  })
  afterAll(async () => {
    await db?.destroy()
    await replay?.stop()
  })

  const options = (key: string | null = 'sesame', over: Record<string, object> = {}) => {
    const clock: Clock = { now: () => Date.parse(NOW) }
    const pace = { ...systemPace, sleep: (ms: number, signal?: AbortSignal) => systemPace.sleep(ms / 100, signal) }
    const record = (payload: Parameters<typeof saveRawPayload>[1]) => saveRawPayload(db, payload)
    const sources = {
      ...replay.sources,
      'visual-crossing': { ...replay.sources['visual-crossing']!, ...(key ? { key } : {}) },
      ...over,
    }
    return {
      db,
      sources: createSources({ sources }, { clock, offline: false, record, pace }),
      clock,
      city: miami,
      fromDay,
      toDay,
      priceSource: 'trades',
      station: 'KMIA',
      signal: new AbortController().signal,
      workers: 1,
      log: () => {},
      progress: () => {},
    } satisfies CityIngest & { sources: unknown }
  }

  it('minutes say how much of each day only repeats, and the gate closes on it', async () => {
    const report = await ingestMinutes(options())
    expect(report.incomplete.map(({ day, open }) => [day, open])).toEqual([[toDay, true]])
    const proofs = (await readCoverage(db, miami, fromDay, toDay)).filter(
      (row) => row.source === 'visual-crossing:KMIA',
    )
    expect(proofs).toHaveLength(9)
    for (const { proof } of proofs) {
      expect(proof).toMatchObject({ station: 'KMIA', step_minutes: 5 })
      expect(proof['forward_filled_share']).toBeGreaterThan(MAX_FORWARD_FILLED)
    }
    const span = { station: 'KMIA', fromMs: 0, toMs: Date.parse(NOW) }
    const { rows, audit } = gateObservations(await readObservations(db, span), {
      city: miami,
      excludedVcCities: [],
      useVcMinutes: true,
    })
    expect(new Set(audit.filled_days.map(({ day }) => day)).size).toBe(9)
    expect(rows.every(({ dew_f, humidity_pct, wind_mph }) => (dew_f ?? humidity_pct ?? wind_mph) === null)).toBe(true)
    expect(rows.some(({ temp_f }) => temp_f !== null)).toBe(true)
  })

  it('minutes of a station that measures every five of them come over HTTP and leave the gate open', async () => {
    const service = createServer(({ url }, answer) => answer.end(JSON.stringify(timelineOf(url!))))
    await once(service.listen(0, '127.0.0.1'), 'listening')
    try {
      const { port } = service.address() as AddressInfo
      const url = `http://127.0.0.1:${port}`
      const report = await ingestMinutes(
        options('sesame', { 'visual-crossing': { ...replay.sources['visual-crossing'], url, key: 'sesame' } }),
      )
      expect(report.incomplete.map(({ day, open }) => [day, open])).toEqual([[toDay, true]])
    } finally {
      service.close()
    }
    const coverage = await readCoverage(db, miami, fromDay, toDay)
    const shares = coverage.flatMap(({ source, proof }) =>
      source === 'visual-crossing:KMIA' ? [proof['forward_filled_share'] as number] : [],
    )
    expect(shares).toHaveLength(9)
    for (const share of shares) expect(share).toBeCloseTo(0.1, 2)
    const span = { station: 'KMIA', fromMs: 0, toMs: Date.parse(NOW) }
    const stored = await readObservations(db, span)
    const { rows, audit } = gateObservations(stored, { city: miami, excludedVcCities: [], useVcMinutes: true })
    expect(audit).toMatchObject({ filled_days: [], gated_rows: 0, minute_rows: stored.length })
    expect(stored.length).toBeGreaterThan(2000)
    expect(rows.every(({ dew_f, humidity_pct, wind_mph }) => (dew_f && humidity_pct && wind_mph) !== null)).toBe(true)
  })

  it('minutes leave an open gate open: rows that change are not called repeats', () => {
    const minutes = Array.from({ length: 288 }, (_, k) => ({
      source: 'visual-crossing',
      report_type: 'minute' as const,
      valid_ms: fromDay * 86_400_000 + 5 * 3_600_000 + k * 300_000,
      known_ms: fromDay * 86_400_000 + 5 * 3_600_000 + (k + 1) * 300_000,
      temp_f: 70 + (k % 7),
      dew_f: 60,
      humidity_pct: 50,
      wind_mph: 5,
      forward_filled: k % 10 === 0,
    }))
    const { audit } = gateObservations(minutes, { city: miami, excludedVcCities: [], useVcMinutes: true })
    expect(audit).toMatchObject({ filled_days: [], gated_rows: 0, minute_rows: 288 })
  })

  it('minutes ask again only for days that were not whole, and never count as station reports', async () => {
    await ingestMinutes(options())
    await replay.resetStats()
    const again = await ingestMinutes(options())
    expect(again).toMatchObject({ complete: 8, fetched: 1 })
    expect((await replay.stats()).requests).toBe(1)
    expect((await missingData(options())).find(({ need }) => need.kind === 'observations')!.days).toHaveLength(10)
  })

  it('minutes keep no key, in rows or in payloads', async () => {
    await ingestMinutes(options())
    const payloads = await db.selectFrom('raw_payloads').selectAll().execute()
    expect(payloads.length).toBeGreaterThan(0)
    for (const { url, body } of payloads) expect(`${url} ${gunzipSync(body)}`).not.toContain('sesame')
  })

  it('minutes want a key', async () => {
    await expect(ingestMinutes(options(null))).rejects.toMatchObject({ code: 'SOURCE_KEY', exit: 2 })
  })

  it('the archive is held against what paid and never replaces it', async () => {
    await ingestArchive(options())
    expect((await readSettlements(db, { city: 'miami', fromDay, toDay })).some(({ used }) => used)).toBe(false)
    await ingestSettlements(options())
    const rows = await readSettlements(db, { city: 'miami', fromDay, toDay })
    expect(rows.filter(({ used }) => used).every(({ source }) => source === 'nws-cli')).toBe(true)
    expect(rows.filter(({ source }) => source === 'ncei').length).toBeGreaterThan(4)
  })

  it('the archive of a city without an id is refused by name', async () => {
    const fictional = { ...options(), city: { ...miami, ghcnId: null } }
    await expect(ingestArchive(fictional)).rejects.toMatchObject({ code: 'INGEST_NO_ARCHIVE', exit: 2 })
  })
})
