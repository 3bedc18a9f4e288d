import type { ConsistentBin } from '../metrics/reliability.ts'
import { axes, drawing, px } from './axes.ts'
import { figure, table } from './html.ts'

const TENTHS = [0, 0.2, 0.4, 0.6, 0.8, 1]

/** Observed share of YES against the mean probability, with the range of a calibrated forecast in each bin. */
export function reliabilityChart(id: string, title: string, bins: readonly ConsistentBin[]): string {
  const frame = axes({
    x: [0, 1],
    y: [0, 1],
    xTicks: TENTHS.map((value) => [value, value.toFixed(1)] as const),
    yLabel: (value) => value.toFixed(1),
    xTitle: 'mean probability of YES',
    yTitle: 'share of YES',
  })
  const filled = bins.filter(({ count }) => count > 0)
  const bands = filled.map(
    ({ low, high, expectedLow, expectedHigh }) =>
      `<rect class="band" x="${px(frame.x(low))}" width="${px(frame.x(high) - frame.x(low))}" y="${px(frame.y(expectedHigh))}" height="${px(Math.max(1, frame.y(expectedLow) - frame.y(expectedHigh)))}"/>`,
  )
  const most = Math.max(1, ...filled.map(({ count }) => count))
  const points = filled.map(
    ({ meanP, observed, count }) =>
      `<circle class="point" cx="${px(frame.x(meanP))}" cy="${px(frame.y(observed))}" r="${px(3 + 6 * Math.sqrt(count / most))}"/>`,
  )
  const outside = filled.filter(
    ({ observed, expectedLow, expectedHigh }) => observed < expectedLow || observed > expectedHigh,
  )
  const diagonal = `<line class="limit" x1="${px(frame.x(0))}" y1="${px(frame.y(0))}" x2="${px(frame.x(1))}" y2="${px(frame.y(1))}"/>`
  const description = `${filled.length} bins with rows; ${outside.length} lie outside the range that 90 % of calibrated forecasts would keep. Grey: that range. Size of a point: rows.`
  return drawing(id, title, description, [frame.svg, ...bands, diagonal, ...points].join('\n'))
}

/** The same as numbers. */
export const reliabilityTable = (caption: string, bins: readonly ConsistentBin[]): string =>
  table(
    caption,
    ['bin', 'rows', 'mean probability', 'share of YES', 'expected from', 'to'],
    bins.map(({ low, high, count, meanP, observed, expectedLow, expectedHigh }) => [
      `${low.toFixed(1)}–${high.toFixed(1)}`,
      String(count),
      figure(meanP, 3),
      figure(observed, 3),
      figure(expectedLow, 3),
      figure(expectedHigh, 3),
    ]),
  )
