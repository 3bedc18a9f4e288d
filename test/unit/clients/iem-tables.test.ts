import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDay } from '../../../src/base/time/days.ts'
import { UnusableBody } from '../../../src/data/clients/http/unusable-body.ts'
import { dailyMaximaOf } from '../../../src/data/clients/iem/daily-maxima.ts'
import { parseOneMinuteCsv } from '../../../src/data/clients/iem/one-minute-csv.ts'
import { sharedFolder } from '../../support/shared.ts'

const HEADER = 'station,station_name,valid(UTC),tmpf'
const sample = (name: string) => readFileSync(join(sharedFolder()!, 'samples', name), 'utf8')
const onlyUnusable = (read: () => unknown) => {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(UnusableBody)
  }
}

describe('parseOneMinuteCsv', () => {
  it.skipIf(!sharedFolder())('reads the recorded answer', () => {
    const rows = parseOneMinuteCsv(sample('iem_asos1min.csv'), 'MDW')
    expect(rows.map(({ validMs, tempF }) => [new Date(validMs).toISOString(), tempF])).toEqual([
      ['2026-09-05T18:50:00.000Z', 80],
      ['2026-09-05T18:51:00.000Z', null],
    ])
  })

  it('reads a station whose name has a comma, and a header alone as no rows', () => {
    expect(parseOneMinuteCsv(`${HEADER}\nMDW,"CHICAGO, MIDWAY",2026-09-05 18:50,-3\n`, 'MDW')).toMatchObject([
      { tempF: -3 },
    ])
    expect(parseOneMinuteCsv(`${HEADER}\n`, 'MDW')).toEqual([])
  })

  it.each([
    ['nothing', ''],
    ['words', 'ERROR: server over capacity, please try later'],
    ['a page', '<html></html>'],
    ['a row cut off', `${HEADER}\nMDW,CHICAGO MIDWAY,2026-09-05 18:50,8`],
    ['another station', `${HEADER}\nORD,OHARE,2026-09-05 18:50,80\n`],
    ['no time', `${HEADER}\nMDW,CHICAGO MIDWAY,yesterday,80\n`],
    ['no number', `${HEADER}\nMDW,CHICAGO MIDWAY,2026-09-05 18:50,warm\n`],
  ])('refuses %s', (_, body) => expect(() => parseOneMinuteCsv(body, 'MDW')).toThrow(UnusableBody))

  it('reads or refuses whatever comes', () => {
    fc.assert(fc.property(fc.string(), (text) => onlyUnusable(() => parseOneMinuteCsv(`${HEADER}\n${text}\n`, 'MDW'))))
  })
})

describe('dailyMaximaOf', () => {
  const row = (over: object) =>
    JSON.stringify({
      results: [
        { station: 'KMDW', valid: '2026-09-04', high: 84, product: '202609050646-KLOT-CDUS43-CLIMDW', ...over },
      ],
    })

  it.skipIf(!sharedFolder())('reads the recorded answer, with the minute of issue', () => {
    const [day] = dailyMaximaOf(sample('iem_cli.json'), 'KMDW')
    expect(day).toMatchObject({ tmaxF: 84, productId: '202609050646-KLOT-CDUS43-CLIMDW' })
    expect(formatDay(day!.day)).toBe('2026-09-04')
    expect(new Date(day!.issuedMs).toISOString()).toBe('2026-09-05T06:46:00.000Z')
  })

  it('reads M as missing and a null list as none', () => {
    expect(dailyMaximaOf(row({ high: 'M' }), 'KMDW')).toMatchObject([{ tmaxF: null }])
    expect(dailyMaximaOf('{"results":null}', 'KMDW')).toEqual([])
  })

  it.each([
    ['nothing', ''],
    ['a page', '<html>'],
    ['cut JSON', '{"results":[{"sta'],
    ['no list', '{}'],
    ['another station', row({ station: 'KORD' })],
    ['a value in words', row({ high: 'warm' })],
    ['half a degree', row({ high: 84.5 })],
    ['no product', row({ product: undefined })],
    ['no day', row({ valid: 'Friday' })],
  ])('refuses %s', (_, body) => expect(() => dailyMaximaOf(body, 'KMDW')).toThrow(UnusableBody))
})
