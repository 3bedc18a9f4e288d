import type { Column, Table } from 'kwx/artefacts'
import type { City } from 'kwx/cities'
import { type Database, ensureMigrated, openDatabase } from 'kwx/database'
import { validate } from 'kwx/schema'
import { civilTime, climateDayEnd, climateDayStart, formatDay, minuteToMs, parseDay, parseInstant } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import schema from '../schemas/09_time_alignment_audit.json' with { type: 'json' }
import { auditTime, type TimeAuditOptions } from '../src/services/time/audit-time.ts'
import { clockOfDay } from '../src/services/time/clock-of-day.ts'
import { closeRule } from '../src/services/time/close-rule.ts'
import { DayTally, daysOf } from '../src/services/time/day-tally.ts'
import { timeLines } from '../src/services/time/time-lines.ts'
import {
  city,
  eventTicker,
  minutesOf,
  saveEvents,
  saveObservations,
  saveSettlements,
  settlement,
  weather,
} from './support/made-up.ts'

const chicago = city('chicago')
const OFFSET = -360
const FALL = parseDay('2024-11-03')
const SPRING = parseDay('2025-03-09')
const minute = (text: string) => parseInstant(text) / 60_000

let db: Database
beforeAll(async () => {
  db = await openDatabase({ url: 'pglite:memory' })
  await ensureMigrated(db, 'pglite:memory')
})
afterAll(() => db.destroy())

/** A city of its own for each test: a manifest under another id. */
const cityAs = (id: string, over: Partial<City> = {}): City => ({
  ...chicago,
  id,
  station: `K${id.toUpperCase()}`,
  proxies: [],
  ...over,
})

/** A table of built rows of one market per event. */
function tableOf(events: readonly { market: string; day: number; minutes: readonly number[] }[]): Table {
  const rows = events.flatMap(({ market, day, minutes }) => minutes.map((end) => ({ market, day, end })))
  const names = [...new Set(rows.map(({ market }) => market))]
  return new Map<string, Column>([
    ['market', { codes: Int32Array.from(rows, ({ market }) => names.indexOf(market)), values: names }],
    ['event_day', Int32Array.from(rows, ({ day }) => day)],
    ['end_minute', Int32Array.from(rows, ({ end }) => end)],
  ])
}

const datasetOf = (table: Table, station: string, labels: NonNullable<TimeAuditOptions['dataset']>['labels'] = []) => ({
  bracket: 'between' as const,
  priceSource: 'trades' as const,
  station,
  table,
  labels,
})

describe('the days of an instant', () => {
  const chicagoTime = civilTime('America/Chicago', minute('2024-01-01T00:00:00Z'), minute('2026-01-01T00:00:00Z'))
  const phoenix = civilTime('America/Phoenix', minute('2024-01-01T00:00:00Z'), minute('2026-01-01T00:00:00Z'))

  it.each([
    [
      '00:40 daylight time is still the climate day before',
      '2024-07-10T05:40:00Z',
      ['2024-07-09', '2024-07-10', '2024-07-10', '2024-07-09'],
    ],
    [
      '05:30 daylight time is the climate day that the 6 a.m. rule denies',
      '2024-07-10T10:30:00Z',
      ['2024-07-10', '2024-07-10', '2024-07-10', '2024-07-09'],
    ],
    [
      '22:00 in winter is the next day in UTC alone',
      '2025-01-11T04:00:00Z',
      ['2025-01-10', '2025-01-10', '2025-01-11', '2025-01-10'],
    ],
    [
      'the hour that comes twice, first time: 00:30 CDT before the fall',
      '2024-11-03T05:30:00Z',
      ['2024-11-02', '2024-11-03', '2024-11-03', '2024-11-02'],
    ],
    ['01:30 CST after the fall', '2024-11-03T07:30:00Z', ['2024-11-03', '2024-11-03', '2024-11-03', '2024-11-02']],
    [
      '23:30 CDT of the day of the spring',
      '2025-03-10T04:30:00Z',
      ['2025-03-09', '2025-03-09', '2025-03-10', '2025-03-09'],
    ],
    [
      '00:30 CDT after the day of the spring',
      '2025-03-10T05:30:00Z',
      ['2025-03-09', '2025-03-10', '2025-03-10', '2025-03-09'],
    ],
  ])('in Chicago: %s', (_, at, [climate, civil, utc, sixAm]) => {
    const days = daysOf(minute(at), chicagoTime, OFFSET)
    expect([days.climate, days.civil, days.utc, days.sixAm].map(formatDay)).toEqual([climate, civil, utc, sixAm])
  })

  it('in Phoenix, which has no daylight time, are the civil days all year', () => {
    for (let at = minute('2024-01-02T00:00:00Z'); at < minute('2025-12-01T00:00:00Z'); at += 97) {
      const { climate, civil } = daysOf(at, phoenix, -420)
      if (climate !== civil) throw new Error(`${at}: ${formatDay(climate)} against ${formatDay(civil)}`)
    }
  })

  it('are counted as before, on and after the own day', () => {
    const tally = new DayTally(chicagoTime, OFFSET)
    const start = climateDayStart(FALL, OFFSET)
    for (const at of [start - 1, start, start + 1439, start + 1440]) tally.add(at, FALL)
    expect(tally.counts()).toMatchObject({ rows: 4, before: 1, own_day: 2, after: 1 })
  })
})

describe('the wall clock of a climate day', () => {
  const civil = civilTime('America/Chicago', minute('2024-01-01T00:00:00Z'), minute('2026-01-01T00:00:00Z'))
  it.each([
    ['2024-11-03', 'falls-back', '2024-11-03T07:00:00Z', -300, -360],
    ['2025-03-09', 'springs-forward', '2025-03-09T08:00:00Z', -360, -300],
  ])('on %s %s', (day, clock, at, before, after) => {
    expect(clockOfDay(parseDay(day), civil, OFFSET)).toEqual({ clock, change: { minute: minute(at), before, after } })
  })

  it('is standard in winter, daylight in summer, and standard all year in Phoenix', () => {
    expect(clockOfDay(parseDay('2025-01-10'), civil, OFFSET)).toEqual({ clock: 'standard', change: null })
    expect(clockOfDay(parseDay('2025-07-10'), civil, OFFSET)).toEqual({ clock: 'daylight', change: null })
    const phoenix = civilTime('America/Phoenix', minute('2024-01-01T00:00:00Z'), minute('2026-01-01T00:00:00Z'))
    expect(clockOfDay(SPRING, phoenix, -420)).toEqual({ clock: 'standard', change: null })
  })
})

describe('a close rule', () => {
  const at = (text: string, day: string, zone = 'America/Chicago') => {
    const rule = closeRule(text, { zone, standardOffset: OFFSET }, [parseDay(day), parseDay(day)])
    return rule && new Date(minuteToMs(rule(parseDay(day)))).toISOString().slice(0, 16)
  }
  it.each([
    ['end of climate day', '2025-07-10', '2025-07-11T06:00'],
    ['23:59 civil', '2025-01-10', '2025-01-11T05:59'],
    ['23:59 civil', '2025-07-10', '2025-07-11T04:59'],
    ['23:59 America/New_York', '2025-01-10', '2025-01-11T04:59'],
    ['23:59 America/New_York', '2024-09-10', '2024-09-11T03:59'],
    ['23:59 civil', '2024-11-03', '2024-11-04T05:59'],
    ['23:59 civil', '2025-03-09', '2025-03-10T04:59'],
  ])('"%s" on %s is %s', (rule, day, expected) => expect(at(rule, day)).toBe(expected))

  it.each(['', 'midnight', '24:00 civil', '23:59', '23:59 America/Nowhere', '9:00 civil'])(
    'that is not understood (%j) gives none',
    (rule) => expect(at(rule, '2025-01-10')).toBeNull(),
  )
})

describe('an audit of time', () => {
  it('counts rows by day and rule on both nights on which the clock changes', async () => {
    const own = cityAs('dst')
    const close = (day: number, at: string) => ({ day, closeMs: parseInstant(at) })
    for (const event of [close(FALL, '2024-11-04T04:59:00Z'), close(SPRING, '2025-03-10T04:59:00Z')]) {
      const ticker = eventTicker(event.day, 'KXDST')
      await saveEvents(db, 'dst', [{ ...event, ticker, prints: minutesOf(event.day, OFFSET, 30) }])
    }
    await saveObservations(db, weather([FALL], OFFSET, { station: own.station }))
    const report = await auditTime({ db, city: own, span: {}, dataset: null })
    expect(await validate(schema, structuredClone(report))).toEqual([])
    expect(report.verdict.outcome).toBe('pass')
    expect(report.dst_days.map(({ event_day, clock, at }) => [event_day, clock, at])).toEqual([
      ['2024-11-03', 'falls-back', '2024-11-03T07:00:00.000Z'],
      ['2025-03-09', 'springs-forward', '2025-03-09T08:00:00.000Z'],
    ])
    const [fall, spring] = report.events
    expect(fall!.rows.prices).toMatchObject({ rows: 144, own_day: 144, before: 0, after: 0 })
    // The fall's climate day runs from 01:00 CDT to 24:00 CST: civil time moves nothing of it.
    expect(fall!.rows.prices.would_change).toMatchObject({ civil_midnight: 0, utc: 36, before_6am: 36 })
    // The spring's runs from 00:00 CST to 01:00 CDT of the next day: one hour of three markets moves.
    expect(spring!.rows.prices.would_change).toMatchObject({ civil_midnight: 6, utc: 36, before_6am: 30 })
    expect(fall!.rows.observations.rows).toBe(24)
    expect([fall!.clock, spring!.clock]).toEqual(['falls-back', 'springs-forward'])
    const lines = [...timeLines(report)].join('\n')
    expect(lines).toContain('2025-03-09 springs-forward at 2025-03-09T08:00:00.000Z, UTC -6 h to -5 h')
  })

  it('moves nothing by civil midnight in a zone without daylight time, on the same nights', async () => {
    const own = cityAs('phx', {
      zone: 'America/Phoenix',
      standardOffset: -420,
      regimes: { ...chicago.regimes, close: [{ rule: '23:59 civil' }] },
    })
    for (const day of [FALL, SPRING]) {
      const closeMs = minuteToMs(climateDayEnd(day, -420) - 1)
      const prints = minutesOf(day, -420, 30)
      await saveEvents(db, 'phx', [{ day, ticker: eventTicker(day, 'KXPHX'), closeMs, prints }])
    }
    const report = await auditTime({ db, city: own, span: {}, dataset: null })
    expect(report.dst_days).toEqual([])
    expect(report.counts).toMatchObject({ close_agrees: 2, close_differs: 0 })
    expect(report.rows.prices).toMatchObject({ rows: 288, own_day: 288 })
    expect(report.rows.prices.would_change).toEqual({ civil_midnight: 0, utc: 84, before_6am: 72 })
  })

  it('lets an exchange that closes an hour off its rule stand, and reports it', async () => {
    const day = parseDay('2024-11-03')
    const own = cityAs('hour', { regimes: { ...chicago.regimes, close: [{ rule: '23:59 civil' }] } })
    await saveEvents(db, 'hour', [
      {
        day,
        ticker: eventTicker(day, 'KXHOUR'),
        closeMs: parseInstant('2024-11-04T04:59:00Z'),
        prints: minutesOf(day, OFFSET, 60),
      },
    ])
    const report = await auditTime({ db, city: own, span: {}, dataset: null })
    expect(report.close_differences).toEqual([{ event: 'KXHOUR-24NOV03', event_day: '2024-11-03', minutes_off: -60 }])
    expect(report.counts).toMatchObject({ close_agrees: 0, close_differs: 1 })
    expect(report.verdict.outcome).toBe('pass')
  })

  it('finds an event that is stored on another day: by ticker, by close, and by its trading', async () => {
    const [a, b, c] = ['2025-01-10', '2025-01-12', '2025-01-20'].map(parseDay) as [number, number, number]
    await saveEvents(db, 'wrong', [
      { day: a, ticker: eventTicker(a + 1, 'KXWRONG'), prints: minutesOf(a, OFFSET, 60) },
      {
        day: b,
        ticker: eventTicker(b, 'KXWRONG'),
        closeMs: minuteToMs(climateDayEnd(b + 1, OFFSET)),
        prints: minutesOf(b, OFFSET, 60),
      },
      { day: c, ticker: 'KXWRONG-UNDATED', prints: minutesOf(c + 3, OFFSET, 60) },
    ])
    const report = await auditTime({ db, city: cityAs('wrong'), span: {}, dataset: null })
    expect(report.faults.map(({ kind, event }) => [kind, event])).toEqual([
      ['close-off', 'KXWRONG-25JAN12'],
      ['event-misdated', 'KXWRONG-25JAN11'],
      ['event-misdated', 'KXWRONG-UNDATED'],
    ])
    expect(report.verdict).toMatchObject({ outcome: 'fail' })
    expect(report.events.map(({ faults }) => faults)).toEqual([1, 1, 1])
  })

  it('finds built rows before the open, after the close, after the settlement, and of another event', async () => {
    const own = cityAs('rows')
    const day = parseDay('2025-01-10')
    const ticker = eventTicker(day, 'KXROWS')
    const [open, close] = [climateDayStart(day - 1, OFFSET) + 600, climateDayEnd(day, OFFSET) - 1]
    await saveEvents(db, 'rows', [
      { day, ticker, openMs: minuteToMs(open), closeMs: minuteToMs(close), prints: minutesOf(day, OFFSET, 60) },
    ])
    await saveSettlements(db, [settlement('rows', day, 70, { issued_ms: minuteToMs(close - 30) })])
    const audit = (rows: Parameters<typeof tableOf>[0], labels?: Parameters<typeof datasetOf>[2]) =>
      auditTime({ db, city: own, span: {}, dataset: datasetOf(tableOf(rows), own.station, labels) })
    const market = `${ticker}-B70.5`
    const good = await audit([{ market, day, minutes: [open + 1, close - 40, close - 30] }])
    expect(good.verdict.outcome).toBe('pass')
    expect(good.rows.built).toMatchObject({ rows: 3, before: 1, own_day: 2 })
    expect(good.verdict.sentence).toContain('3 built rows of 1 events lie within')
    const bad = await audit([{ market, day, minutes: [open, close - 29, close + 1, close + 2] }])
    expect(bad.faults.map(({ kind, rows }) => [kind, rows])).toEqual([
      ['row-after-close', 2],
      ['row-before-open', 1],
      ['row-after-settlement', 3],
    ])
    const strange = await audit([
      { market, day: day + 1, minutes: [open + 5] },
      { market: 'KXROWS-NONE', day, minutes: [open + 5] },
    ])
    expect(strange.faults.map(({ kind, event }) => [kind, event])).toEqual([
      ['row-of-another-event', ticker],
      ['row-of-another-event', 'KXROWS-NONE'],
    ])
    const label = { market, event_day: '2025-01-11' } as NonNullable<Parameters<typeof datasetOf>[2]>[number]
    const sealed = await audit([{ market, day, minutes: [open + 5] }], [label])
    expect(sealed.faults).toMatchObject([{ kind: 'row-of-another-event', rows: 1 }])
    expect((await audit([])).verdict.outcome).toBe('not-enough-evidence')
  })

  it('refuses and counts events of a date without a close rule', async () => {
    const own = cityAs('gap')
    const [known, unknown] = ['2026-07-31', '2026-08-01'].map(parseDay) as [number, number]
    for (const day of [known, unknown]) {
      await saveEvents(db, 'gap', [{ day, ticker: eventTicker(day, 'KXGAP'), prints: minutesOf(day, OFFSET, 60) }])
    }
    const direct = await auditTime({ db, city: own, span: {}, dataset: null })
    expect(direct.counts).toMatchObject({ events: 2, judged: 1, refused: 1 })
    expect(direct.events.map(({ status, close }) => [status, close.rule])).toEqual([
      ['judged', '23:59 civil'],
      ['refused', null],
    ])
    expect(direct.verdict).toMatchObject({ outcome: 'pass', sentence: expect.stringContaining('1 events are refused') })
    const market = `${eventTicker(unknown, 'KXGAP')}-B70.5`
    const rows = tableOf([{ market, day: unknown, minutes: [climateDayEnd(unknown, OFFSET) + 500] }])
    const built = await auditTime({ db, city: own, span: {}, dataset: datasetOf(rows, own.station) })
    expect(built).toMatchObject({
      faults: [],
      counts: { built_rows_refused: 1 },
      verdict: { outcome: 'not-enough-evidence' },
    })
  })

  it('says what to type when nothing is loaded', async () => {
    const span = { fromDay: parseDay('2025-02-01'), toDay: parseDay('2025-02-03') }
    await expect(auditTime({ db, city: cityAs('empty'), span, dataset: null })).rejects.toMatchObject({
      code: 'AUDIT_EMPTY',
      exit: 5,
      hint: expect.stringContaining('kwx ingest all --city empty --from 2025-02-01 --to 2025-02-03'),
    })
  })
})
