import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UnusableBody } from '../../../src/data/clients/http/unusable-body.ts'
import { parseAsosCsv } from '../../../src/data/clients/iem/asos-csv.ts'

const HEADER = 'station,valid,tmpf,dwpf,relh,sped,metar'
const ROW = 'MIA,2025-02-01 05:53,71.06,66.92,86.62,5.75,KMIA 010553Z 00000KT 22/19 RMK AO2 T02170194'
const body = (...rows: string[]) => [HEADER, ...rows, ''].join('\n')

describe('parseAsosCsv', () => {
  it('reads a row', () => {
    expect(parseAsosCsv(body(ROW), 'MIA')).toEqual([
      { validMs: Date.UTC(2025, 1, 1, 5, 53), tempF: 71.06, dewF: 66.92, humidityPct: 86.62, windMph: 5.75 },
    ])
  })

  it('reads M as missing, a minus sign, and commas in the METAR', () => {
    const rows = parseAsosCsv(body('MIA,2025-02-01 05:53,-3.10,M,M,M,M', 'MIA,2025-02-01 06:10,M,M,M,M,a,b,c'), 'MIA')
    expect(rows.map(({ tempF, dewF }) => [tempF, dewF])).toEqual([
      [-3.1, null],
      [null, null],
    ])
  })

  it('reads a header alone as no rows', () => {
    expect(parseAsosCsv(body(), 'MIA')).toEqual([])
  })

  it.each([
    ['an empty body', ''],
    ['an error in words', 'ERROR: server over capacity, please try later'],
    ['a page', '<html></html>'],
    ['another header', `station,valid,tmpf\n`],
    ['a row that is cut off', body(ROW).slice(0, -30)],
    ['a row without all columns', body('MIA,2025-02-01 05:53,71.06')],
    ['another station', body(ROW.replace('MIA', 'MDW'))],
    ['a time that is none', body(ROW.replace('05:53', '25:53'))],
    ['a value that is none', body(ROW.replace('71.06', 'T'))],
  ])('refuses %s', (_name, text) => {
    expect(() => parseAsosCsv(text, 'MIA')).toThrow(UnusableBody)
  })

  it('never takes a cut answer for a whole one, unless it ends with a line', () => {
    const whole = body(ROW, ROW, ROW)
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (end) => {
        const cut = whole.slice(0, end)
        if (cut.endsWith('\n')) expect(parseAsosCsv(cut, 'MIA').length).toBeLessThanOrEqual(3)
        else expect(() => parseAsosCsv(cut, 'MIA')).toThrow(UnusableBody)
      }),
    )
  })
})
