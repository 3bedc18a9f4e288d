import { axes, type DrawingSize, drawing, px } from './axes.ts'

const TENTHS = [0, 0.2, 0.4, 0.6, 0.8, 1]

/** A bin of a reliability diagram: all numbers in [0, 1] but the count; not read where the count is 0. */
export interface ChartBin {
  readonly low: number
  readonly high: number
  /** Rows of the bin. */
  readonly count: number
  readonly meanP: number
  /** Share of YES. */
  readonly observed: number
  /** Where a calibrated forecast would keep the share of YES. */
  readonly expectedLow: number
  readonly expectedHigh: number
}

/**
 * Observed share of YES against the mean probability, with the range of a calibrated forecast in each bin.
 *
 * @param options.level  share of calibrated forecasts that stay within the range; 0.9 when absent
 * @param options.beside  another forecast of the same rows, drawn as hollow squares without its range
 */
export function reliabilityChart(
  id: string,
  title: string,
  bins: readonly ChartBin[],
  {
    level = 0.9,
    beside = [],
    size,
  }: {
    readonly level?: number
    readonly beside?: readonly Pick<ChartBin, 'count' | 'meanP' | 'observed'>[]
    readonly size?: DrawingSize
  } = {},
): string {
  const frame = axes({
    x: [0, 1],
    y: [0, 1],
    xTicks: TENTHS.map((value) => [value, value.toFixed(1)] as const),
    yLabel: (value) => value.toFixed(1),
    xTitle: 'mean probability of YES',
    yTitle: 'share of YES',
    ...(size ? { size } : {}),
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
  const squares = beside
    .filter(({ count }) => count > 0)
    .map(
      ({ meanP, observed }) =>
        `<rect class="beside" x="${px(frame.x(meanP) - 4)}" y="${px(frame.y(observed) - 4)}" width="8" height="8"/>`,
    )
  const outside = filled.filter(
    ({ observed, expectedLow, expectedHigh }) => observed < expectedLow || observed > expectedHigh,
  )
  const diagonal = `<line class="limit" x1="${px(frame.x(0))}" y1="${px(frame.y(0))}" x2="${px(frame.x(1))}" y2="${px(frame.y(1))}"/>`
  const description = `${filled.length} bins with rows; ${outside.length} lie outside the range that ${Math.round(100 * level)} % of calibrated forecasts would keep. Grey: that range. Size of a point: rows.`
  return drawing(id, title, description, [frame.svg, ...bands, diagonal, ...points, ...squares].join('\n'), size)
}
