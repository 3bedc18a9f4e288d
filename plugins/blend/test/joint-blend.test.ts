import type { BlendGridFile } from 'kwx/contracts'
import { describe, expect, it } from 'vitest'

import { jointBlend, jointName } from '../src/services/joint-blend.ts'
import { readBlended } from '../src/services/read-blended.ts'
import { madePilots } from './support/made-pilots.ts'

const RULE = { seed: 42, benchmark: 'half-way', delta: 0.0005 } as const

const blended = (own: object = {}) =>
  madePilots({ seed: 1, pilots: 3, windows: 4 }).map((pilot) => ({ ...RULE, pilot: { ...pilot, ...own } }))

describe('a joint pool', () => {
  it('does not depend on the order in which pilots are given', () => {
    const [one, other] = [jointBlend(blended()), jointBlend(blended().toReversed())]
    expect(other.file).toEqual(one.file)
    expect(jointName(other.file)).toBe(jointName(one.file))
  })

  it('names its pilots by hash, and their set by another', () => {
    const { file } = jointBlend(blended())
    expect(file.pilots.map(({ pilot }) => pilot)).toEqual(['pilot-1-0', 'pilot-1-1', 'pilot-1-2'])
    expect([file.pilot, file.city]).toEqual([null, 'city0+city1+city2'])
    const fewer = { pilots: file.pilots.slice(1) } as Pick<BlendGridFile, 'pilots'>
    expect(jointName(fewer)).not.toBe(jointName(file))
  })

  it('counts a date of three cities as one day and three event days', () => {
    const { file } = jointBlend(blended())
    expect([file.total_test_days, file.total_event_days, file.weight.event_days]).toEqual([28, 84, 84])
  })

  it('is judged at the largest of the smallest effects, against the readings of all pilots', () => {
    const [first, ...others] = blended()
    const { file } = jointBlend([{ ...first!, benchmark: 'last', delta: 0.003 }, ...others])
    expect(file.skill.delta).toBe(0.003)
    expect(file.benchmarks).toEqual(['half-way', 'last'])
    expect(file.skill.sentence).toContain('the half-way price or the last trade')
  })

  it('couples no ladders and says so', () => {
    const { file } = jointBlend(blended())
    expect(file.head).toMatchObject({ method: 'none', ladders: null })
  })

  it('refuses a pilot that is given twice', () => {
    const [first] = blended()
    expect(() => jointBlend([first!, first!])).toThrow(expect.objectContaining({ code: 'BLEND_TWICE', exit: 2 }))
  })

  it('refuses rows of different origins', () => {
    const mixed = [...blended().slice(1), blended({ origin: 'real' })[0]!]
    expect(() => jointBlend(mixed)).toThrow(expect.objectContaining({ code: 'BLEND_MIXED_ORIGINS', exit: 1 }))
  })

  it('ends as the run did where a pilot has no pool', async () => {
    const run = { run_id: 'run_1', pipeline: 'decide', params: {}, exit: 4, duration_ms: 0, steps: [] } as const
    await expect(readBlended(run)).rejects.toMatchObject({ code: 'BLEND_MISSING', exit: 4 })
  })
})

describe('a pool of few days', () => {
  it.each([
    ['no window', { windows: 0 }],
    ['one window', { windows: 1 }],
    ['one window of one day', { windows: 1, testDays: 1 }],
    ['one window of one row', { windows: 1, testDays: 1, rowsPerDay: 1 }],
    ['one outcome', { outcome: 1 as const }],
  ])('is not enough evidence with %s, and holds no number that is none', (_, own) => {
    const { file } = jointBlend(madePilots({ seed: 1, ...own }).map((pilot) => ({ ...RULE, pilot })))
    expect(file.skill.outcome).toBe('not-enough-evidence')
    expect(file.verdict.outcome).toBe('not-enough-evidence')
    expect(file.weight.value).toBe(0)
    const numbers: number[] = []
    JSON.stringify(file, (_, value) => {
      if (typeof value === 'number') numbers.push(value)
      return value
    })
    expect(numbers.filter((value) => !Number.isFinite(value))).toEqual([])
  })
})
