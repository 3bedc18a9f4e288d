import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { citySchema } from 'kwx/cities'
import { validate } from 'kwx/schema'
import { civilTime, parseDay } from 'kwx/time'
import { describe, expect, it } from 'vitest'

import { city } from './support/setup.ts'

const ids = readdirSync(fileURLToPath(new URL('../cities', import.meta.url))).map((file) => file.replace('.json', ''))
const cities = ids.map(city)

describe('the city manifests', () => {
  it('are the seven', () => {
    expect(ids.toSorted()).toEqual(['austin', 'chicago', 'denver', 'la', 'miami', 'nyc', 'philadelphia'])
    expect(cities.map(({ id }) => id)).toEqual(ids)
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
    for (const { regimes } of cities) {
      expect(regimes.settlement.find(({ until }) => until === '2026-08-13')?.source).toBe('nws-cli')
      expect(regimes.settlement.find(({ from }) => from === '2026-08-14')?.source).toBe('weather-company')
    }
  })

  it('gate Visual Crossing moisture in New York and nowhere else', () => {
    expect(cities.filter(({ gates }) => gates.length > 0).map(({ id }) => id)).toEqual(['nyc'])
    expect(city('nyc').gates).toMatchObject([
      { source: 'visual-crossing', fields: ['dew_f', 'humidity_pct', 'wind_mph'] },
    ])
  })
})
