import {
  axes,
  type ChartBin,
  drawing,
  escapeHtml,
  figure,
  htmlTable,
  legend,
  lineChart,
  percent,
  rangeOf,
  reliabilityChart,
  ticks,
} from 'kwx/svg'
import { describe, expect, it } from 'vitest'

import { parsePage, strayNumbers } from '../../support/parse-page.ts'

const lines = (series: readonly number[][], more: object = {}) =>
  lineChart({
    ...{ id: 'a', title: 'A line', description: 'Of days.', yTitle: 'units' },
    series: series.map((values, k) => ({ name: `s${k}`, values })),
    day: (index) => `day ${index}`,
    yLabel: (value) => value.toFixed(1),
    ...more,
  })
const count = (svg: string, pattern: RegExp) => svg.match(pattern)?.length ?? 0

describe('rangeOf', () => {
  it.each([
    ['holds its values, a little wider', [1, 3], false, [0.9, 3.1]],
    ['is not empty for one value', [2], false, [1.9, 2.1]],
    ['is not empty for zeros', [0, 0], false, [-1, 1]],
    ['has a range for nothing', [], false, [0, 1]],
    ['passes over what is no number', [Number.NaN, 1, Infinity, 3], false, [0.9, 3.1]],
    ['ends at zero where it is asked for', [1, 3], true, [0, 3.15]],
  ])('%s', (_, values, withZero, expected) => {
    const [low, high] = rangeOf(values as number[], withZero as boolean)
    expect(low).toBeCloseTo((expected as number[])[0]!, 9)
    expect(high).toBeCloseTo((expected as number[])[1]!, 9)
  })
})

describe('ticks', () => {
  it('are round numbers within the range', () => {
    expect(ticks(0, 1).map((value) => value.toFixed(1))).toEqual(['0.0', '0.2', '0.4', '0.6', '0.8', '1.0'])
    expect(ticks(1, 7.9, 3)).toEqual([5])
  })
})

describe('axes', () => {
  it('put the ends of the values on the ends of the area', () => {
    const options = { xTicks: [], yLabel: String, xTitle: '', yTitle: '', size: { width: 340, height: 200, left: 50 } }
    const { x, y, area } = axes({ ...options, x: [0, 10], y: [1, 100], log: true })
    expect(area).toEqual({ left: 50, right: 324, top: 14, bottom: 160 })
    expect([x(0), x(10), y(1), y(100)]).toEqual([50, 324, 160, 14])
    expect(y(10)).toBeCloseTo(87, 9)
  })

  it('name the powers of ten of a logarithmic axis, at most six', () => {
    const named = (low: number, high: number) =>
      [
        ...axes({
          ...{ x: [0, 1], y: [low, high], log: true, xTicks: [], xTitle: '', yTitle: '' },
          yLabel: (value) => `p${Math.round(Math.log10(value))}`,
        }).svg.matchAll(/>p(-?\d+)</g),
      ].map(([, power]) => Number(power))
    expect(named(0.05, 130)).toEqual([-1, 0, 1, 2])
    expect(named(1e-3, 1e6)).toEqual([-2, 0, 2, 4, 6])
    expect(named(1e-20, 1e20).length).toBeLessThanOrEqual(6)
  })
})

describe('lineChart', () => {
  it.each([
    ['nothing', []],
    ['an empty series', [[]]],
    ['one day', [[5]]],
    ['values that are all alike', [[2, 2, 2]]],
    ['what is no number', [[1, Number.NaN, Infinity, 4]]],
    ['nothing but what is no number', [[Number.NaN, Number.NaN]]],
    ['huge and tiny values', [[1e-300, 1e300]]],
    ['two series of different length', [[1, 2, 3], [4]]],
  ])('stays within its box with %s', (_, series) => {
    expect(strayNumbers(lines(series as number[][]))).toEqual([])
    expect(strayNumbers(lines(series as number[][], { log: true, y: [1e-3, 1e6] }))).toEqual([])
    expect(strayNumbers(lines(series as number[][], { size: { width: 336, height: 280 }, withZero: true }))).toEqual([])
  })

  it('draws a line for each run of numbers, and a point for a number alone', () => {
    const svg = lines([[1, 2, Number.NaN, 4, Number.NaN, 5, 6]])
    expect(count(svg, /<polyline/g)).toBe(2)
    expect(count(svg, /<circle class="dot s0"/g)).toBe(1)
  })

  it('keeps values beyond a given axis on its edge', () => {
    const svg = lines([[0.001, 1, 1e9]], { log: true, y: [0.1, 100] })
    expect(
      /points="([^"]+)"/
        .exec(svg)![1]!
        .split(' ')
        .map((point) => Number(point.split(',')[1])),
    ).toEqual([260, expect.closeTo(178, 0), 14])
  })

  it('draws its threshold with its name', () => {
    const svg = lines([[1, 30]], { log: true, y: [0.1, 100], threshold: { value: 20, name: 'bar <20>' } })
    expect(svg).toContain('bar &#60;20&#62;')
    expect(count(svg, /class="limit"/g)).toBe(1)
  })
})

describe('reliabilityChart', () => {
  const bin = (k: number, more: Partial<ChartBin> = {}): ChartBin => ({
    ...{ low: k / 10, high: (k + 1) / 10, count: 10, meanP: k / 10 + 0.05, observed: k / 10 + 0.05 },
    ...{ expectedLow: k / 10, expectedHigh: (k + 1) / 10 },
    ...more,
  })
  const empty = bin(3, { count: 0, meanP: Number.NaN, observed: Number.NaN, expectedLow: Number.NaN })

  it.each([
    ['no bin', []],
    ['an empty bin', [empty]],
    ['one bin', [bin(9)]],
    ['bins at the ends', [bin(0, { observed: 0, meanP: 0 }), bin(9, { observed: 1, meanP: 1 })]],
  ])('stays within its box with %s', (_, bins) => {
    expect(strayNumbers(reliabilityChart('r', 'R', bins as ChartBin[], { beside: bins as ChartBin[] }))).toEqual([])
  })

  it('counts the bins outside their bands, and says how wide they are', () => {
    const svg = reliabilityChart('r', 'R', [bin(1), bin(2, { observed: 0.9 }), empty], { level: 0.95 })
    expect(svg).toContain('2 bins with rows; 1 lie outside the range that 95 % of calibrated forecasts would keep')
    expect(count(svg, /class="band"/g)).toBe(2)
  })
})

describe('texts of a page', () => {
  const HOSTILE = `<script>alert("1")</script>'&`

  it('cannot become markup in a drawing, a table or a legend', () => {
    const svg = drawing('d', HOSTILE, HOSTILE, '')
    const table = htmlTable(HOSTILE, [HOSTILE], [[HOSTILE, HOSTILE]])
    for (const text of [svg, table, legend([HOSTILE]), `<p>${escapeHtml(HOSTILE)}</p>`]) {
      expect(parsePage(text).some(({ name }) => name === 'script')).toBe(false)
    }
    expect(parsePage(svg).find(({ name }) => name === 'title')!.text).toBe(HOSTILE)
    expect(parsePage(table)[0]!.attributes.get('aria-label')).toBe(HOSTILE)
  })

  it('show a dash where there is no number, and no minus before a zero', () => {
    expect([figure(null), figure(Number.NaN), figure(-0.001), figure(-0.5, 1)]).toEqual(['–', '–', '0.00', '-0.5'])
    expect([percent(null), percent(0.123), percent(Infinity)]).toEqual(['–', '12.3 %', '–'])
  })
})

describe('parsePage', () => {
  it.each(['<p>', '<p></b>', '<p>a < b</p>', '<p>a & b</p>', '<p a=b></p>', '<p a="1" a="2"></p>', '<p>a > b</p>'])(
    'refuses %s',
    (page) => expect(() => parsePage(page)).toThrow(),
  )
})
