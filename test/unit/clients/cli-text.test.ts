import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDay, formatInstant } from '../../../src/base/time/index.ts'
import { splitAfosText } from '../../../src/data/clients/iem/afos-text.ts'
import { type CliReport, parseCliText } from '../../../src/data/clients/iem/cli-text.ts'

const text = ({
  header = 'CDUS42 KMFL 021022',
  issued = '522 AM EST SUN FEB 02 2025',
  summary = '...THE MIAMI FL CLIMATE SUMMARY FOR FEBRUARY 1 2025...',
  valid = '',
  maximum = '  MAXIMUM         84    234 PM  88    1959  76      8       79',
} = {}) =>
  `000
${header}
CLIMIA

CLIMATE REPORT
NATIONAL WEATHER SERVICE MIAMI FL
${issued}

...................................

${summary}
${valid}

TEMPERATURE (F)
 YESTERDAY
${maximum}
  MINIMUM         67    653 AM  43    1917  61      6       66
$$
`

const read = (parts: Parameters<typeof text>[0] = {}) => {
  const report = parseCliText(text(parts), 'CLIMIA')
  if ('problem' in report) throw new Error(report.problem)
  return report
}
const problem = (parts: Parameters<typeof text>[0]) =>
  (parseCliText(text(parts), 'CLIMIA') as { problem: string }).problem

describe('parseCliText', () => {
  it('reads a final report', () => {
    const report = read()
    expect(report).toMatchObject({ productId: '202502021022-KMFL-CDUS42-CLIMIA', kind: 'final', tmaxF: 84 })
    expect(formatDay(report.day)).toBe('2025-02-01')
    expect(formatInstant(report.issuedMs)).toBe('2025-02-02T10:22:00.000Z')
  })

  it.each([
    ['VALID TODAY AS OF 0400 PM LOCAL TIME.', 'preliminary'],
    ['VALID AS OF 0600 AM LOCAL TIME.', 'preliminary'],
    ['', 'final'],
  ])('reads "%s" as %s', (valid, kind) => {
    expect(read({ valid }).kind).toBe(kind)
  })

  it.each([
    ['CCA', 'correction', '-CCA'],
    ['CCB', 'correction', '-CCB'],
    ['AAA', 'final', '-AAA'],
  ])('reads the mark %s of the header as %s', (mark, kind, suffix) => {
    const report = read({ header: `CDUS42 KMFL 021108 ${mark}` })
    expect(report.kind).toBe(kind)
    expect(report.productId.endsWith(`CLIMIA${suffix}`)).toBe(true)
  })

  it('is known at the later of its two times: a correction often keeps the old one in its text', () => {
    expect(formatInstant(read({ header: 'CDUS42 KMFL 021108 CCA' }).issuedMs)).toBe('2025-02-02T11:08:00.000Z')
  })

  it.each([
    ['  MAXIMUM         84    234 PM', 84],
    ['  MAXIMUM         99R   234 PM', 99],
    ['  MAXIMUM         -4    234 PM', -4],
    ['  MAXIMUM          0    234 PM', 0],
    ['  MAXIMUM        101R', 101],
    ['  MAXIMUM         MM     MM   ', null],
  ])('reads "%s" as %j', (maximum, tmaxF) => {
    expect(read({ maximum }).tmaxF).toBe(tmaxF)
  })

  it.each([
    ['1230 AM EST SUN FEB 02 2025', 'CDUS42 KMFL 020530', '2025-02-02T05:30:00.000Z'],
    ['1215 PM EST SUN FEB 02 2025', 'CDUS42 KMFL 021715', '2025-02-02T17:15:00.000Z'],
    ['5:22 AM EST SUN FEB 2 2025', 'CDUS42 KMFL 021022', '2025-02-02T10:22:00.000Z'],
    ['225 AM EDT FRI SEP 04 2026', 'CDUS41 KOKX 040625', '2026-09-04T06:25:00.000Z'],
    ['130 AM CST WED JAN 01 2025', 'CDUS43 KLOT 010730', '2025-01-01T07:30:00.000Z'],
    ['700 PM PST TUE DEC 31 2024', 'CDUS46 KLOX 010300', '2025-01-01T03:00:00.000Z'],
    ['130 AM MST /230 AM CST/ SAT FEB 01 2025', 'CDUS45 KBOU 010830', '2025-02-01T08:30:00.000Z'],
  ])('reads "%s" with header "%s" as %s', (issued, header, instant) => {
    expect(formatInstant(read({ issued, header }).issuedMs)).toBe(instant)
  })

  it('takes the day from the summary, not from the time of issue', () => {
    const report = read({ summary: '...THE MIAMI FL CLIMATE SUMMARY FOR\nJANUARY 30, 2025...' })
    expect(formatDay(report.day)).toBe('2025-01-30')
  })

  it('reads lines that end in carriage returns', () => {
    expect(parseCliText(text().replaceAll('\n', '\r\r\n'), 'CLIMIA')).toMatchObject({ tmaxF: 84 })
  })

  it.each([
    [{ header: 'no header' }, /no WMO header/],
    [{ header: 'CDUS42 KMFL 150000' }, /half a day or more apart/],
    [{ header: 'CDUS42 KMFL 029999' }, /half a day or more apart/],
    [{ issued: '522 AM XYZ SUN FEB 02 2025' }, /is no time of issue/],
    [{ issued: 'SUN FEB 02 2025' }, /no line with the time of issue/],
    [{ summary: '...CLIMATE SUMMARY FOR FEBRUARY 30 2025...' }, /no date/],
    [{ maximum: '  MAXIMUM        8x4' }, /no maximum temperature for 2025-02-01/],
  ])('says what is wrong with %j', (parts, message) => {
    expect(problem(parts)).toMatch(message)
  })

  it('refuses another station under the name that was asked for', () => {
    expect(parseCliText(text(), 'CLINYC')).toEqual({ problem: 'CLIMIA where CLINYC was asked for' })
  })

  it('gives a report or a problem for any mutilation of a report, and never throws', () => {
    const whole = text()
    const cut = fc.tuple(fc.nat(whole.length), fc.nat(whole.length), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(cut, ([a, b, junk]) => {
        const report = parseCliText(whole.slice(0, a) + junk + whole.slice(b), 'CLIMIA')
        if ('problem' in report) expect(report.problem).not.toBe('')
        else expect(Number.isSafeInteger((report as CliReport).issuedMs)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

describe('splitAfosText', () => {
  it('takes what stands between SOH and ETX', () => {
    expect(splitAfosText('\u0001\none\n\u0003\n\u0001\ntwo\n\u0003\n')).toEqual(['one', 'two'])
  })

  it('reads the archive\'s "not found" as no products', () => {
    expect(splitAfosText('ERROR: Could not Find: CLIMIA')).toEqual([])
  })

  it.each(['', '<html>', 'ERROR: server over capacity', '\u0001\none\n\u0003\n\u0001\ntw'])('refuses %j', (body) => {
    expect(() => splitAfosText(body)).toThrow()
  })
})
