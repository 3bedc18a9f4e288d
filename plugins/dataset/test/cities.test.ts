import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { requireRegime, seriesOn } from 'kwx/cities'
import { validate } from 'kwx/schema'
import { civilTime, parseDay } from 'kwx/time'
import { describe, expect, it } from 'vitest'
import { citySchema } from '../../../src/domain/cities/city-schema.ts'

import { repositoryContributions } from '../../../test/support/plugins.ts'
import { city } from './support/setup.ts'

const ids = readdirSync(fileURLToPath(new URL('../cities', import.meta.url))).map((file) => file.replace('.json', ''))
const cities = ids.map(city)

describe('the city manifests', () => {
  it('are 24, seven of them tested on real events', () => {
    expect(ids).toHaveLength(24)
    expect(cities.map(({ id }) => id)).toEqual(ids)
    const tested = cities.filter((one) => one.tested).map(({ id }) => id)
    expect(tested.toSorted()).toEqual(['austin', 'chicago', 'denver', 'la', 'miami', 'nyc', 'philadelphia'])
  })

  it('are all contributed', () => {
    const contributed = repositoryContributions()
      .list('cities')
      .filter(({ plugin }) => plugin === '@kwx/plugin-dataset')
    expect(contributed.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
  })

  it('say of each field that was not checked again that it was not', () => {
    const marked = cities.filter(({ unchecked = [] }) => unchecked.length > 0)
    expect(marked.map(({ id }) => id).toSorted()).toEqual([
      'louisville',
      'newark',
      'oklahoma-city',
      'san-diego',
      'trenton',
    ])
    for (const one of marked) for (const field of one.unchecked!) expect(one).toHaveProperty(field)
  })

  it.each([
    ['chicago', '2024-10-23', 'HIGHCHI'],
    ['chicago', '2024-10-24', 'KXHIGHCHI'],
    ['nyc', '2024-10-23', 'HIGHNY'],
    ['nyc', '2026-11-22', 'KXHIGHNY'],
    ['denver', '2026-11-22', 'KXHIGHDEN'],
  ])('list the event of %s on %s under %s', (id, day, ticker) => {
    expect(seriesOn(city(id), parseDay(day))).toBe(ticker)
  })

  it.each(cities)('$id fits the schema', async (one) => {
    expect(await validate(citySchema, one)).toEqual([])
  })

  it.each(cities)('$id has the standard offset that its zone has in January', ({ zone, standardOffset }) => {
    const january = parseDay('2025-01-15') * 1440
    expect(civilTime(zone, january, january).offsetAt(january)).toBe(standardOffset)
  })

  it.each(cities)(
    '$id has dated facts that neither overlap nor, for settlements and fees, leave a gap',
    ({ regimes }) => {
      for (const [name, list] of Object.entries(regimes)) {
        list.slice(1).forEach(({ from }, k) => {
          const gap = parseDay(from!) - parseDay(list[k]!.until!)
          if (name === 'close') expect(gap).toBeGreaterThan(0)
          else expect(gap).toBe(1)
        })
      }
    },
  )

  it('share neither an id, an alias, a station nor a series', () => {
    const all = cities.flatMap(({ id, aliases, station, series }) => [
      id,
      ...aliases,
      station,
      ...series.map(({ ticker }) => ticker),
    ])
    expect(new Set(all).size).toBe(all.length)
  })

  it('change the settlement source with the events of 2026-08-14', () => {
    for (const { regimes } of cities.filter(({ tested }) => tested)) {
      expect(regimes.settlement.find(({ until }) => until === '2026-08-13')?.source).toBe('nws-cli')
      expect(regimes.settlement.find(({ from }) => from === '2026-08-14')?.source).toBe('weather-company')
    }
  })

  it('claim nothing about events before the day on which they were looked at', () => {
    const atlanta = city('atlanta')
    for (const kind of ['settlement', 'close', 'fee'] as const) {
      expect(requireRegime(atlanta, kind, parseDay('2026-09-04'))).toBeDefined()
      expect(() => requireRegime(atlanta, kind, parseDay('2026-09-03'))).toThrow(
        expect.objectContaining({
          code: 'REGIME_UNKNOWN',
          exit: 5,
          details: { city: 'atlanta', kind, day: '2026-09-03' },
        }),
      )
    }
  })

  it.each([
    ['miami', '2026-07-06', 'cent'],
    ['miami', '2026-07-07', 'centicent'],
  ])('charge %s on %s by the %s', (id, day, grain) => {
    expect(requireRegime(city(id), 'fee', parseDay(day)).grain).toBe(grain)
  })

  it('gate Visual Crossing moisture in New York and nowhere else', () => {
    expect(cities.filter(({ gates }) => gates.length > 0).map(({ id }) => id)).toEqual(['nyc'])
    expect(city('nyc').gates).toMatchObject([
      { source: 'visual-crossing', fields: ['dew_f', 'humidity_pct', 'wind_mph'] },
    ])
  })
})
