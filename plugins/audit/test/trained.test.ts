import type { Table } from 'kwx/artefacts'
import type { BlendGridFile } from 'kwx/contracts'
import type { ParametersFile } from 'kwx/model'
import { climateDayStart, formatDay, formatInstant, parseDay } from 'kwx/time'
import { describe, expect, it } from 'vitest'
import { modelExample } from '../../../test/support/model-example.ts'
import { config as configOf } from '../../dataset/test/support/setup.ts'
import { auditTrained } from '../src/services/leak/audit-trained.ts'
import { type AuditedLabel, checkLabels } from '../src/services/leak/check-labels.ts'
import type { Trained } from '../src/services/leak/find-trained.ts'
import { LeakCounter } from '../src/services/leak/findings.ts'

const OFFSET = -300
const FIRST = parseDay('2025-01-01')
/** Two windows: ten days to train on, three to test. */
const DATES = { start_date: '2025-01-01', end_date: '2025-01-16', train_days: 10, test_days: 3, step_days: 3 }
const DAYS = Array.from({ length: 16 }, (_, k) => FIRST + k)
/** Every event trades from 09:30 local standard time of its eve. */
const opens = (day: number) => climateDayStart(day - 1, OFFSET) + 570

const table: Table = new Map([
  ['event_day', Int32Array.from(DAYS.flatMap((day) => [day, day]))],
  ['end_minute', Int32Array.from(DAYS.flatMap((day) => [opens(day) + 300, opens(day)]))],
])

/** Known so many minutes after the end of its day; the report of the real offices comes after some six hours. */
const labelOf = (day: number, minutes = 390, known_at_source: AuditedLabel['known_at_source'] = 'issued') => ({
  market: `M-${day}`,
  label: 1 as const,
  event_day: formatDay(day),
  known_at: formatInstant((climateDayStart(day + 1, OFFSET) + minutes) * 60_000),
  known_at_source,
})

interface Uses {
  readonly training: readonly number[]
  readonly calibration?: readonly number[]
  readonly search?: readonly number[]
}

/** A pilot of the two windows whose first one used these days of the span, by position. */
function trainedOn({ training, calibration = [], search = training }: Uses, pool: Trained['pool'] = null): Trained {
  const iso = (days: readonly number[]) => days.map((k) => formatDay(FIRST + k))
  const model = modelExample({
    window: 'win_20250101_20250113',
    training: { first_day: '2025-01-01', last_day: '2025-01-10', days: iso(training), rows: 1, positives: 1 },
    calibration: { reason: 'a test', rows: 1, days: iso(calibration) },
  })
  return {
    pilot: 'f'.repeat(64),
    windows: [{ model, parameters: { search_days: iso(search) } as unknown as ParametersFile }],
    pool,
  }
}

function audit(
  trained: Trained,
  {
    embargo_days = 1,
    labels = DAYS.map((day) => labelOf(day)),
  }: { embargo_days?: number; labels?: AuditedLabel[] } = {},
) {
  const leaks = new LeakCounter()
  const config = configOf({ ...DATES, embargo_days })
  const found = auditTrained({ config, standardOffset: OFFSET, table, labels, trained }, leaks)
  return { found, leaks: leaks.list(), kinds: leaks.list().map(({ kind }) => kind) }
}

describe('the audit of what was trained', () => {
  const honest = { training: [0, 1, 2, 3, 4, 5], calibration: [6, 7, 8] }

  it('passes a window that leaves its last day out', () => {
    const { found, leaks } = audit(trainedOn(honest))
    expect(leaks).toEqual([])
    expect(found).toMatchObject({ embargo_days: 1, windows: 1, uses: 15, late: 0, late_by_assumption: 0 })
  })

  it.each<[string, Uses]>([
    ['training-label-late', { training: [0, 9], search: [0] }],
    ['calibration-label-late', { training: [0], calibration: [9] }],
    ['search-label-late', { training: [0], search: [0, 9] }],
  ])('names %s where the last day was used', (kind, uses) => {
    const { leaks } = audit(trainedOn(uses))
    expect(leaks).toMatchObject([{ kind, subject: 'win_20250101_20250113', rows: 1 }])
    expect(leaks[0]!.sentence).toContain(
      'used the labels of 1 days that were not known at its first test row, 2025-01-10T14:30:00.000Z: the first is 2025-01-10.',
    )
  })

  it('only counts the same without an embargo: it is what is configured', () => {
    const { found, leaks } = audit(trainedOn({ training: [0, 9] }), { embargo_days: 0 })
    expect(leaks).toEqual([])
    expect(found).toMatchObject({ uses: 4, late: 2 })
  })

  it('names a label whose report was issued after the first test row, whatever the embargo leaves out', () => {
    const labels = DAYS.map((day) => labelOf(day, day === FIRST + 8 ? 571 : 390))
    expect(audit(trainedOn(honest), { labels }).kinds).toEqual(['calibration-label-late'])
    const justInTime = DAYS.map((day) => labelOf(day, 570))
    expect(audit(trainedOn(honest), { labels: justInTime }).kinds).toEqual([])
  })

  it('tells an assumed time after the first test row apart, and believes none that ends its day after it', () => {
    const labels = DAYS.map((day) => labelOf(day, 600, 'assumed'))
    const { found, leaks } = audit(trainedOn(honest), { labels })
    expect(leaks).toEqual([])
    expect(found).toMatchObject({ late: 0, late_by_assumption: 1 })
    expect(audit(trainedOn({ training: [0, 9] }), { labels, embargo_days: 0 }).found).toMatchObject({ late: 2 })
  })

  it('takes the latest of the markets of a day, and a day without a known label for late', () => {
    const later = { ...labelOf(FIRST + 5, 20_000), market: 'another' }
    expect(audit(trainedOn(honest), { labels: [...DAYS.map((day) => labelOf(day)), later] }).kinds).toEqual([
      'search-label-late',
      'training-label-late',
    ])
    const labels = DAYS.filter((day) => day !== FIRST + 5).map((day) => labelOf(day))
    expect(audit(trainedOn(honest), { labels }).kinds).toEqual(['search-label-late', 'training-label-late'])
  })

  describe('with a pool', () => {
    const delivered: Table = new Map<string, never>([
      ['window', { codes: Int32Array.of(0, 0, 0, 0, 1, 1), values: ['a', 'b'] }],
      ['event_day', Int32Array.from([10, 11, 11, 12, 13, 14], (k) => FIRST + k)],
    ] as never)
    const pool = (event_days: number): Trained['pool'] => {
      const windows = [
        { window: 'win_20250101_20250113', weight: { event_days: 0 } },
        { window: 'win_20250104_20250116', weight: { event_days } },
      ]
      return { file: { windows } as unknown as BlendGridFile, delivered }
    }

    it.each([
      [2, 1, []],
      [3, 1, ['weight-days-too-many']],
      [3, 0, []],
      [4, 0, ['weight-days-too-many']],
    ])('of %i event days and an embargo of %i finds %j', (event_days, embargo_days, kinds) => {
      const { found, kinds: seen } = audit(trainedOn(honest, pool(event_days)), { embargo_days })
      expect(seen).toEqual(kinds)
      expect(found.pool_windows).toBe(2)
    })

    it('names a weight whose evidence was settled late', () => {
      const labels = DAYS.map((day) => labelOf(day, day === FIRST + 11 ? 800 : 390))
      expect(audit(trainedOn(honest, pool(2)), { labels }).leaks).toMatchObject([
        { kind: 'weight-label-late', subject: 'win_20250104_20250116', rows: 1 },
      ])
    })
  })
})

describe('the audit of labels', () => {
  const used = (day: number, minutes = 390) => ({
    ...{ day, used: true, source: 'nws-cli' },
    issued_ms: (climateDayStart(day + 1, OFFSET) + minutes) * 60_000,
  })
  const kindsOf = (labels: AuditedLabel[], settlements = DAYS.map((day) => used(day))) => {
    const leaks = new LeakCounter()
    checkLabels(labels, settlements, OFFSET, leaks)
    return leaks.list().map(({ kind, rows }) => `${kind} ${rows}`)
  }

  it('passes times that are those of the reports in use, and assumed ones', () => {
    expect(kindsOf([...DAYS.map((day) => labelOf(day)), labelOf(FIRST, 600, 'assumed')])).toEqual([])
  })

  it('names labels without a time, before the end of their day, and at another time than the report', () => {
    const silent = { ...labelOf(FIRST), known_at: null, known_at_source: null }
    expect(kindsOf([silent, { ...silent, label: null }])).toEqual(['label-time-missing 1'])
    expect(kindsOf([labelOf(FIRST, -1, 'assumed')])).toEqual(['label-known-too-early 1'])
    expect(kindsOf([labelOf(FIRST), labelOf(FIRST + 1, 380)])).toEqual(['label-time-differs 1'])
    expect(kindsOf([labelOf(FIRST)], [])).toEqual(['label-time-differs 1'])
  })
})
