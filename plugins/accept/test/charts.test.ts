import { describe, expect, it } from 'vitest'

import { strayNumbers } from '../../../test/support/parse-page.ts'
import { type ForestGroup, forestChart, forestHeight } from '../src/page/forest-chart.ts'
import { type ChartPoint, intervalChart } from '../src/page/interval-chart.ts'
import { evidence, lastDayOf, portion, powerWord, shortDay, tickWords } from '../src/page/numbers.ts'

const SIZES = [
  { width: 552, height: 300, left: 62 },
  { width: 336, height: 280, left: 60 },
]
const about = { id: 'c', title: 'C', description: 'D', xTitle: 'x' }
const intervals = (points: readonly ChartPoint[], size = SIZES[0]!, margin?: number) =>
  intervalChart({ ...about, points, size, ...(margin === undefined ? {} : { margin }) })
const forest = (groups: readonly ForestGroup[], size = SIZES[0]!) =>
  forestChart({ ...about, groups, margin: 0.0005, size: { ...size, height: forestHeight(groups) } })
const count = (svg: string, pattern: RegExp) => svg.match(pattern)?.length ?? 0

const one: ChartPoint = { name: '1 Jan', mean: -0.01, low: -0.02, high: 0.003 }
const POINTS: [string, ChartPoint[]][] = [
  ['no point', []],
  ['one window', [one]],
  ['one day without an interval', [{ name: '1 Jan', mean: 0.3 }]],
  ['nothing but what is null', [{ name: 'a', mean: null, low: null, high: null }]],
  ['what is no number', [{ name: 'a', mean: Number.NaN, low: -Infinity, high: Infinity }, one]],
  ['zeros', [{ name: 'a', mean: 0, low: 0, high: 0 }]],
  ['huge values', [{ name: 'a', mean: 1e12, low: -1e12, high: 2e12 }]],
  ['four hundred days', Array.from({ length: 400 }, (_, k) => ({ name: `${k} Feb`, mean: Math.sin(k) }))],
]

describe('intervalChart', () => {
  it.each(POINTS)('stays within its box with %s', (_, points) => {
    for (const size of SIZES) {
      for (const margin of [0, 0.0005]) expect(strayNumbers(intervals(points, size, margin))).toEqual([])
    }
  })

  it('says so when there is nothing to show', () => expect(intervals([])).toContain('nothing to show'))

  it('tells ahead, behind and worse by shape', () => {
    const svg = intervals([
      one,
      { name: 'b', mean: 0.01, low: -0.1, high: 0.2 },
      { name: 'c', mean: 2, low: 1, high: 3 },
    ])
    expect(count(svg, /<circle class="mark full"/g)).toBe(1)
    expect(count(svg, /<circle class="mark open"/g)).toBe(1)
    expect(count(svg, /<path class="mark worse full"/g)).toBe(1)
  })

  it('shades the margin, and nothing without one', () => {
    expect(count(intervals([one], SIZES[0], 0.001), /class="margin"/g)).toBe(1)
    expect(count(intervals([one]), /class="margin"/g)).toBe(0)
  })

  it.each([1, 2, 7, 8, 24, 63, 168, 400])('names %i points so that no two words touch', (n) => {
    for (const size of SIZES) {
      const svg = intervals(
        Array.from({ length: n }, (_, k) => ({ name: `2${k % 9} Mar`, mean: k })),
        size,
      )
      const words = [...svg.matchAll(/x="([\d.]+)" y="\d+" text-anchor="(\w+)">2\d Mar</g)].map(([, x, anchor]) => {
        const from = Number(x) - (anchor === 'end' ? 42 : anchor === 'middle' ? 21 : 0)
        return { from, to: from + 42 }
      })
      expect(words.length).toBeGreaterThan(0)
      for (let k = 1; k < words.length; k++) expect(words[k]!.from).toBeGreaterThan(words[k - 1]!.to + 3)
    }
  })
})

describe('forestChart', () => {
  const line = { name: 'by row', mean: -0.001, low: -0.002, high: 0.0004 }
  it.each<[string, ForestGroup[]]>([
    ['nothing', []],
    ['a group without a line', [{ name: 'a', lines: [] }]],
    ['one line', [{ name: 'a', lines: [line] }]],
    ['a line without figures', [{ name: 'a', lines: [{ name: 'b', mean: null, low: null, high: null }] }]],
    ['a line without an interval', [{ name: 'a', lines: [{ name: 'b', mean: 1, low: null, high: null }] }]],
    ['many groups', Array.from({ length: 9 }, () => ({ name: 'a', lines: [line, line, line] }))],
  ])('stays within its box with %s', (_, groups) => {
    for (const size of SIZES) expect(strayNumbers(forest(groups, size))).toEqual([])
  })

  it('draws what decides heavy, and says where there is no figure', () => {
    const svg = forest([
      { name: '<b>', lines: [line, { ...line, decides: true }, { name: 'c', mean: null, low: null, high: null }] },
    ])
    expect(count(svg, /class="mark heavy"/g)).toBe(1)
    expect(count(svg, /no figure/g)).toBe(1)
    expect(svg).toContain('&#60;b&#62;')
  })
})

describe('numbers of the page', () => {
  it('have as many decimals as the axis asks for', () => {
    expect([0, 0.005, -0.005].map(tickWords([-0.01, 0.02], 6))).toEqual(['0', '0.005', '−0.005'])
    expect([0.01].map(tickWords([-0.01, 0.02]))).toEqual(['0.01'])
    expect([0.001].map(tickWords([-0.001, 0.003]))).toEqual(['0.001'])
    expect([200].map(tickWords([0, 1000]))).toEqual(['200'])
  })

  it('name powers of ten, e-values, shares and days', () => {
    expect([0.001, 1, 100, 1e4, 1e-4, 1e12].map(powerWord)).toEqual(['0.001', '1', '100', '10⁴', '10⁻⁴', '10¹²'])
    expect([0.00001, 1.5, 123.4, 2e6].map(evidence)).toEqual(['0.0000', '1.5000', '123', 'over a million'])
    expect([0.95, 0.785, null].map(portion)).toEqual(['95 %', '78.5 %', 'none'])
    expect(shortDay(lastDayOf('win_20250101_20250207'))).toBe('7 Feb')
    expect(shortDay(lastDayOf('another'))).toBe('another')
  })
})
