import type { BlendWeight } from 'kwx/contracts'
import { clipProbability, logit, sigmoid } from 'kwx/model'
import { parseDay } from 'kwx/time'
import { describe, expect, it } from 'vitest'

import { gridFile } from '../src/services/grid-file.ts'
import { halfYearOf, noHarm } from '../src/services/no-harm.ts'
import type { PilotRows } from '../src/services/pilot-rows.ts'
import { judgePool } from '../src/services/skill-verdict.ts'
import { walkWindows } from '../src/services/walk-windows.ts'
import { madePilots, withRows } from './support/made-pilots.ts'

const RULE = { seed: 42, delta: 0.0005, benchmark: 'the last trade' }

const weight = (value: number, outcome: BlendWeight['outcome'] = 'fitted'): BlendWeight => ({
  ...{ value, fitted: 0.5, low: value, high: 0.9, level: 0.95, draws: 2000, days: 56, event_days: 56 },
  ...{ outcome, reason: 'made' },
})

/** 56 days of 20 outcomes at 0.3 and at 0.7, the shares that they come true in; a price in between that is blunter. */
function rows(delivered: (y: number, p: number, day: number) => number) {
  const made = Array.from({ length: 56 }, (_, day) =>
    Array.from({ length: 20 }, (_, k) => ({ day, k, p: k < 10 ? 0.3 : 0.7, y: k < 10 ? +(k < 3) : +(k < 17) })),
  ).flat()
  return {
    day: made.map(({ day }) => day),
    market: made.map(({ k }) => k),
    hour: made.map(() => 0),
    y: made.map(({ y }) => y),
    p: made.map(({ y, p, day }) => delivered(y, p, day)),
    benchmark: made.map(({ p }) => (p + 0.5) / 2),
  }
}
const blunt = (p: number) => (p + 0.5) / 2
const judge = (
  delivered: Parameters<typeof rows>[0],
  own: Partial<Parameters<typeof judgePool>[1]> = {},
  delta = RULE.delta,
) => judgePool(rows(delivered), { days: 56, windows: 8, weight: weight(0.3), ...own }, { ...RULE, delta }).skill

describe('the verdict about skill', () => {
  it.each([
    ['better', 'pass', 'lies below by more than delta', (_: number, p: number) => p, 0.0005],
    ['worse', 'fail', 'lies above by more than delta', (_: number, p: number) => (p < 0.5 ? 0.47 : 0.53), 0.0005],
    ['equal', 'fail', 'lies within delta', (_: number, p: number) => p, 0.9],
    ['equal', 'fail', 'is that of an echo', (_: number, p: number) => blunt(p) - 5e-4, 0],
    [
      'not-shown',
      'fail',
      'holds 0',
      (_: number, p: number, day: number) => (day % 2 ? p : p < 0.5 ? 0.447 : 0.553),
      0.0005,
    ],
  ] as const)('is %s, a %s, where the difference %s', (verdict, outcome, _, delivered, delta) => {
    const found = judge(delivered, {}, delta)
    expect(found).toMatchObject({ verdict, outcome, delta })
    expect(found.sentence).toContain('used 0.30')
  })

  it('opens with what the market is where it is better or the same', () => {
    expect(judge((_, p) => (p < 0.5 ? 0.47 : 0.53)).sentence).toMatch(
      /^The market is better\. The pooled probability is worse/,
    )
    expect(judge((_, p) => blunt(p)).sentence).toMatch(
      /^Equal to the market\. The pooled probability repeats the last trade/,
    )
  })

  it('is not shown of a model that is not used after the test days, however good it was', () => {
    expect(judge((_, p) => p, { weight: weight(0) })).toMatchObject({
      verdict: 'not-shown',
      outcome: 'fail',
      sentence: expect.stringContaining('The model is not used after the test days'),
    })
  })

  it.each([
    ['thirteen days', { days: 13 }],
    ['one window', { windows: 1 }],
    ['no window', { days: 0, windows: 0 }],
    ['one outcome', { weight: weight(0, 'one-class') }],
  ])('is not given on %s', (_, own) =>
    expect(judge((_, p) => p, own)).toMatchObject({ verdict: 'too-few-days', outcome: 'not-enough-evidence' }),
  )
})

describe('a model that repeats the price', () => {
  const echo = (pilot: PilotRows) => {
    const model = pilot.rows.market.map((p, i) => clipProbability(sigmoid(logit(p) + 1e-5 * ((i % 3) - 1))))
    return withRows(pilot, { model })
  }

  it.each([1, 3])('is equal to it, alone and in a joint pool: %i pilots', (pilots) => {
    const made = madePilots({ seed: 5, pilots }).map(echo)
    const file = gridFile(made, walkWindows(made, 5), 5, { benchmarks: ['last'], delta: 0.0005 })
    expect(file.skill).toMatchObject({ verdict: 'equal', outcome: 'fail', echo: true })
    expect(file.verdict.outcome).toBe('fail')
    expect(file.no_harm.outcome).toBe('pass')
  })
})

describe('doing no harm', () => {
  const pilots = madePilots({ seed: 1, pilots: 2, windows: 10, from: '2024-12-01' })
  const prices = pilots.map(({ rows }) => rows.market)
  const judgedAs = (high: number | null, outcome: 'pass' | 'fail' | 'not-enough-evidence' = 'fail') =>
    ({ outcome, interval: { high }, sentence: 'So.', harm_limit: 0.002 }) as Parameters<typeof noHarm>[2]

  it.each([
    ['pass', 0.0019],
    ['fail', 0.002],
  ] as const)('is %s with an upper end of %d', (outcome, high) => {
    expect(noHarm(pilots, prices, judgedAs(high))).toMatchObject({ outcome, value: high, threshold: 0.002 })
  })

  it('shows every pilot and half-year', () => {
    const end = parseDay('2025-01-01')
    const delivered = pilots.map(({ rows }, p) =>
      rows.market.map((price, i) => {
        const right = rows.label[i] === 1 ? 0.01 : -0.01
        const harmed = p === 1 && rows.day[i]! < end
        return Math.min(0.999, Math.max(0.001, price + (harmed ? -right : right)))
      }),
    )
    const { parts } = noHarm(pilots, delivered, judgedAs(0.001))
    expect(parts.map(({ part, difference }) => [part, difference! > 0])).toEqual([
      ['all', false],
      ['city0 between', false],
      ['city1 between', expect.any(Boolean)],
      ['city0 between 2024H2', false],
      ['city0 between 2025H1', false],
      ['city1 between 2024H2', true],
      ['city1 between 2025H1', false],
    ])
  })

  it('is not known without rows', () => {
    const none = madePilots({ seed: 1, windows: 0 })
    expect(noHarm(none, [new Float64Array(0)], judgedAs(null, 'not-enough-evidence'))).toMatchObject({
      outcome: 'not-enough-evidence',
      value: null,
    })
  })

  it.each([
    ['2024-06-30', '2024H1'],
    ['2024-07-01', '2024H2'],
    ['2025-01-01', '2025H1'],
  ])('puts %s into %s', (day, half) => expect(halfYearOf(parseDay(day))).toBe(half))
})
