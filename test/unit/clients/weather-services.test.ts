import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { fixedClock, MS_PER_DAY, parseDay } from '../../../src/base/time/index.ts'
import { type Sources, systemPace } from '../../../src/data/clients/index.ts'
import { observationOf } from '../../../src/data/clients/nws/observation-feature.ts'
import { createSources } from '../../../src/data/clients/sources.ts'
import { minuteRowsOf } from '../../../src/data/clients/visual-crossing/minute-rows.ts'
import { type ReplayExchange, replayExchange } from '../../support/replay-exchange.ts'
import { sharedFolder } from '../../support/shared.ts'

const feature = (over: Record<string, unknown>) => ({
  properties: {
    timestamp: '2026-09-05T18:53:00+00:00',
    rawMessage: 'KMDW 051853Z 21011KT 10SM CLR 27/16 A3001 RMK AO2 SLP155 T02670161',
    temperature: { unitCode: 'wmoUnit:degC', value: 26.7 },
    dewpoint: { unitCode: 'wmoUnit:degC', value: 16.1 },
    ...over,
  },
})

describe('observationOf', () => {
  it('gives back the whole degrees F behind the tenths of a METAR', () => {
    expect(observationOf(feature({}))).toMatchObject({
      tempF: 80,
      dewF: 61,
      tempRangeF: [80, 80],
      reportType: 'routine',
    })
  })

  it.each([
    ['T02670161', 80],
    ['T0300', 86],
    ['T10171028', 29],
    ['T00000000', 32],
    ['T11781206', 0],
  ])('reads %s as %i F', (group, tempF) => {
    const raw = `KBOS 051853Z 10SM RMK AO2 ${group}`
    expect(observationOf(feature({ rawMessage: raw, temperature: { value: null } })).tempF).toBe(tempF)
  })

  it('keeps whole degrees C as the range they stand for, not as a point', () => {
    const row = observationOf(feature({ rawMessage: '', temperature: { unitCode: 'wmoUnit:degC', value: 22 } }))
    expect(row).toMatchObject({ reportType: 'minute', tempF: null, tempRangeF: [71, 73] })
  })

  it('takes a METAR in the first three quarters of an hour as a special', () => {
    expect(observationOf(feature({ timestamp: '2026-09-05T18:20:00+00:00' })).reportType).toBe('special')
  })

  it.each([
    ['nothing', null],
    ['no time', feature({ timestamp: undefined })],
    ['a temperature in F', feature({ temperature: { unitCode: 'wmoUnit:degF', value: 80 } })],
    ['a temperature as text', feature({ temperature: { value: '26.7' } })],
    ['a temperature of the sun', feature({ temperature: { value: 5500 } })],
  ])('refuses %s', (_, bad) => expect(() => observationOf(bad)).toThrow(/instead of|without/))
})

describe('minuteRowsOf', () => {
  const minute = (at: number, temp: number | null, over = {}) => ({
    datetimeEpoch: at,
    temp,
    dew: 60,
    humidity: 50,
    windspeed: 5,
    stations: ['KMDW'],
    ...over,
  })
  const answer = (minutes: unknown[]) => JSON.stringify({ queryCost: 24, days: [{ hours: [{ minutes }] }] })

  it('marks a row that repeats every value of the one before', () => {
    const { rows, stepMinutes, queryCost } = minuteRowsOf(
      answer([minute(600, 80.1), minute(0, 80), minute(300, 80), minute(900, 80.1, { windspeed: 6 })]),
      'KMDW',
    )
    expect(rows.map(({ validMs, forwardFilled }) => [validMs, forwardFilled])).toEqual([
      [0, false],
      [300_000, true],
      [600_000, false],
      [900_000, false],
    ])
    expect([stepMinutes, queryCost]).toEqual([5, 24])
  })

  it('does not call rows without any value repeats', () => {
    const none = { dew: null, humidity: null, windspeed: null }
    const { rows } = minuteRowsOf(answer([minute(0, null, none), minute(300, null, none)]), 'KMDW')
    expect(rows.map(({ forwardFilled }) => forwardFilled)).toEqual([false, false])
  })

  it('says which step the plan gives', () => {
    expect(minuteRowsOf(answer([minute(0, 1), minute(900, 2), minute(1800, 3)]), 'KMDW').stepMinutes).toBe(15)
    expect(minuteRowsOf(answer([]), 'KMDW').stepMinutes).toBeNull()
  })

  it.each([
    ['plain text', 'Maximum daily cost exceeded'],
    ['cut JSON', '{"days":[{"hours":[{"min'],
    ['no days', '{}'],
    ['another station', answer([minute(0, 1, { stations: ['KORD'] })])],
    ['a value as text', answer([minute(0, 1, { dew: 'wet' })])],
    ['no instant', answer([{ temp: 1 }])],
  ])('refuses %s', (_, body) => expect(() => minuteRowsOf(body, 'KMDW')).toThrow(/instead of|without|not JSON/))
})

describe.skipIf(!sharedFolder())('the weather services against the replay exchange', () => {
  const NOW = Date.parse('2025-02-20T18:00:00Z')
  let replay: ReplayExchange
  const sources = (over: Record<string, object> = {}, contact: string | undefined = 'ops@example.org'): Sources => {
    const settings = Object.fromEntries(
      Object.entries(replay.sources).map(([name, one]) => [name, { ...one, ...over[name] }]),
    )
    const pace = { ...systemPace, sleep: (ms: number, signal?: AbortSignal) => systemPace.sleep(ms / 100, signal) }
    const options = { clock: fixedClock(NOW), offline: false, pace }
    return createSources({ sources: settings, ...(contact ? { contact } : {}) }, options)
  }
  const vc = { 'visual-crossing': { key: 'a-key' } }

  beforeAll(async () => {
    replay = await replayExchange('--now', '2025-02-20T18:00:00Z', '--strict-user-agent', '--five-minute')
  })
  afterEach(() => replay.clearFaults())
  afterAll(() => replay?.stop())

  it('api.weather.gov gives a week of reports over its pages, and tells minutes from METARs', async () => {
    const rows = await sources().nws.observations('KMIA', NOW - 7 * MS_PER_DAY, NOW)
    const times = rows.map(({ validMs }) => validMs)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(rows.length).toBeGreaterThan(1500)
    const iem = await sources().iem.observations('KMIA', NOW - MS_PER_DAY, NOW - 3_600_000)
    const metars = new Map(rows.filter(({ raw }) => raw !== '').map((row) => [row.validMs, row.tempF]))
    const compared = iem.filter(({ validMs, tempF }) => tempF !== null && metars.get(validMs) !== undefined)
    expect(compared.length).toBeGreaterThan(20)
    for (const { validMs, tempF } of compared) expect(metars.get(validMs)).toBe(Math.round(tempF!))
    expect(sources().nws.origin()).toBe('replay')
  })

  it('api.weather.gov gives the climate reports that IEM has, to the minute', async () => {
    const { reports, problems } = await sources().nws.cliReports('MIA')
    expect(problems).toEqual([])
    const archive = await sources().iem.cliReports('MIA', NOW - 7 * MS_PER_DAY, NOW)
    const known = new Map(archive.reports.map((report) => [report.productId, report]))
    expect(reports.length).toBeGreaterThan(10)
    for (const report of reports) expect(report).toEqual(known.get(report.productId))
  })

  it('api.weather.gov is not asked by somebody who does not say who it is', async () => {
    const nobody = createSources({ sources: replay.sources }, { clock: fixedClock(NOW), offline: false })
    await expect(nobody.nws.cliReports('MIA')).rejects.toMatchObject({ code: 'SOURCE_CONTACT', exit: 2 })
  })

  it('NCEI gives the maxima of the days it has', async () => {
    const [from, to] = [parseDay('2025-02-01'), parseDay('2025-02-20')]
    const maxima = await sources().ncei.maxima('USW00012839', from, to)
    expect(maxima.map(({ day }) => day)).toEqual(maxima.map((_, k) => from + k))
    expect(maxima.length).toBeGreaterThanOrEqual(14)
    expect(maxima.every(({ tmaxF }) => Number.isInteger(tmaxF) && tmaxF > 50 && tmaxF < 95)).toBe(true)
  })

  it('Visual Crossing gives five-minute rows, which this recording carries on from older reports', async () => {
    const day = parseDay('2025-02-19')
    const { rows, stepMinutes, queryCost } = await sources(vc).visualCrossing.minutes('KMIA', day, day)
    expect([stepMinutes, queryCost]).toEqual([5, 24])
    const filled = rows.filter(({ forwardFilled }) => forwardFilled).length / rows.length
    expect(filled).toBeGreaterThan(0.5)
  })

  it('Visual Crossing tells a day that is used up from two requests at once', async () => {
    const day = parseDay('2025-02-19')
    await replay.setFaults({ vcConcurrency: { times: 2 } })
    expect((await sources(vc).visualCrossing.minutes('KMIA', day, day)).rows.length).toBeGreaterThan(100)
    await replay.clearFaults()
    await replay.resetStats()
    await replay.setFaults({ vcDailyCost: { limit: 1 } })
    await expect(sources(vc).visualCrossing.minutes('KMIA', day, day)).rejects.toMatchObject({
      code: 'SOURCE_QUOTA',
      exit: 5,
    })
    expect((await replay.stats()).requests).toBe(1)
  })

  it('Visual Crossing is not asked without a key, and a refused key is not repeated', async () => {
    const day = parseDay('2025-02-19')
    await expect(sources().visualCrossing.minutes('KMIA', day, day)).rejects.toMatchObject({ code: 'SOURCE_KEY' })
    const refused = sources({ 'visual-crossing': { key: 'invalid' } }).visualCrossing.minutes('KMIA', day, day)
    await expect(refused).rejects.toMatchObject({
      code: 'SOURCE_REFUSED',
      message: expect.not.stringMatching(/key=invalid/),
    })
  })

  it.each<[string, Record<string, unknown>]>([
    ['bursts of 503', { error503: 0.3 }],
    ['cut bodies', { truncate: 0.3 }],
    ['empty bodies', { empty: 0.3 }],
    ['pages of a CDN', { html: { p: 0.3 } }],
  ])('give the same through %s', async (_, faults) => {
    const day = parseDay('2025-02-19')
    const tries = Object.fromEntries(Object.keys(replay.sources).map((name) => [name, { attempts: 12 }]))
    const read = async () => {
      const from = sources({ ...tries, 'visual-crossing': { attempts: 12, key: 'a-key' } })
      return [
        await from.nws.observations('KMIA', NOW - MS_PER_DAY, NOW),
        await from.ncei.maxima('USW00012839', day - 10, day - 4),
        await from.visualCrossing.minutes('KMIA', day, day),
      ]
    }
    const clean = await read()
    await replay.setFaults(faults)
    expect(await read()).toEqual(clean)
  })
})
