import type { BlendInterval, BlendWeight } from 'kwx/contracts'
import { parseDay } from 'kwx/time'
import { describe, expect, it } from 'vitest'
import { halfYearOf, noHarm } from '../src/services/no-harm.ts'
import { blendVerdict, skillVerdict } from '../src/services/skill-verdict.ts'
import { madePilots } from './support/made-pilots.ts'

const interval = (low: number | null, high: number | null): BlendInterval => ({
  mean: low === null ? null : (low + high!) / 2,
  low,
  high,
  reason: null,
})
const weight = (low: number, fitted: number, outcome: BlendWeight['outcome'] = 'fitted'): BlendWeight => ({
  value: low,
  fitted,
  low,
  high: 0.9,
  level: 0.95,
  draws: 2000,
  days: 56,
  event_days: 56,
  outcome,
  reason: 'made',
})
const judge = (own: Partial<Parameters<typeof skillVerdict>[0]>) =>
  skillVerdict({
    days: 56,
    windows: 8,
    weight: weight(0.3, 0.5),
    model: interval(-0.1, -0.01),
    delivered: interval(-0.1, -0.01),
    ...own,
  })

describe('the verdict about skill', () => {
  it('passes with a weight above 0 and a delivered probability that is better', () => {
    expect(judge({}).outcome).toBe('pass')
  })

  it('says which weight was fitted and which is used', () => {
    const { sentence } = judge({ weight: { ...weight(0.3, 0.5), value: 0 } })
    expect(sentence).toContain('weight of the model 0.50 [0.30, 0.90], used 0.00, log loss')
  })

  it.each([
    ['the weight may be 0', { weight: weight(0, 0.3) }, 'No skill over the market is shown'],
    ['any weight could do harm', { weight: { ...weight(0.3, 0.5), value: 0 } }, 'No skill over the market is shown'],
    ['what was delivered may be no better', { delivered: interval(-0.1, 0) }, 'No skill over the market is shown'],
    ['the best weight is 0', { weight: weight(0, 0) }, 'The market is better'],
    ['the model alone is worse', { weight: weight(0, 0.1), model: interval(0.01, 0.1) }, 'The market is better'],
    ['one day has no interval', { delivered: interval(null, null) }, 'No skill over the market is shown'],
  ])('fails where %s', (_, own, sentence) => {
    expect(judge(own)).toMatchObject({ outcome: 'fail', sentence: expect.stringContaining(sentence) })
  })

  it.each([
    ['thirteen days', { days: 13 }],
    ['one window', { windows: 1 }],
    ['no window', { days: 0, windows: 0 }],
    ['one outcome', { weight: weight(0, 0, 'one-class') }],
  ])('is not given on %s', (_, own) => expect(judge(own).outcome).toBe('not-enough-evidence'))
})

describe('doing no harm', () => {
  const pilots = madePilots({ seed: 1, pilots: 2, windows: 10, from: '2024-12-01' })
  const prices = pilots.map(({ rows }) => rows.market)

  it('passes with 0 where the price is delivered', () => {
    const harm = noHarm(pilots, prices)
    expect(harm).toMatchObject({ outcome: 'pass', value: 0, threshold: 0.002 })
    expect(harm.parts.map(({ part }) => part)).toEqual([
      'all',
      'city0 between',
      'city1 between',
      'city0 between 2024H2',
      'city0 between 2025H1',
      'city1 between 2024H2',
      'city1 between 2025H1',
    ])
  })

  it('fails where one city of one half-year pays, though all together gain', () => {
    const end = parseDay('2025-01-01')
    const delivered = pilots.map(({ rows }, p) =>
      rows.market.map((price, i) => {
        const right = rows.label[i] === 1 ? 0.01 : -0.01
        const harmed = p === 1 && rows.day[i]! < end
        return Math.min(0.999, Math.max(0.001, price + (harmed ? -right : right)))
      }),
    )
    const harm = noHarm(pilots, delivered)
    expect(harm.parts[0]!.difference).toBeLessThan(0)
    expect(harm).toMatchObject({ outcome: 'fail', sentence: expect.stringContaining('city1 between 2024H2') })
    expect(blendVerdict({ outcome: 'pass', sentence: 'better' }, harm)).toMatchObject({ outcome: 'fail' })
  })

  it('says so without rows', () => {
    const none = madePilots({ seed: 1, windows: 0 })
    expect(noHarm(none, [new Float64Array(0)])).toMatchObject({ outcome: 'not-enough-evidence', value: null })
  })

  it.each([
    ['2024-06-30', '2024H1'],
    ['2024-07-01', '2024H2'],
    ['2025-01-01', '2025H1'],
  ])('puts %s into %s', (day, half) => expect(halfYearOf(parseDay(day))).toBe(half))
})
