import { axes, drawing, px, rangeOf } from './axes.ts'
import { escapeHtml } from './html.ts'

/** A line per series over days; series differ by colour and by dashes. */
export function lineChart(options: {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly series: readonly { readonly name: string; readonly values: ArrayLike<number> }[]
  /** Word under the x axis for an index of the values. */
  readonly day: (index: number) => string
  readonly yTitle: string
  readonly yLabel: (value: number) => string
  /** A dashed line that must not be crossed. */
  readonly threshold?: { readonly value: number; readonly name: string }
  readonly withZero?: boolean
}): string {
  const { series, threshold } = options
  const n = Math.max(...series.map(({ values }) => values.length))
  const all = series.flatMap(({ values }) => Array.from(values))
  const y = rangeOf(threshold ? [...all, threshold.value] : all, options.withZero ?? false)
  const marks = [...new Set([0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(part * (n - 1))))]
  const frame = axes({
    x: [0, Math.max(1, n - 1)],
    y,
    xTicks: marks.map((index) => [index, options.day(index)] as const),
    yLabel: options.yLabel,
    xTitle: 'event day',
    yTitle: options.yTitle,
  })
  const lines = series.map(({ values }, k) => {
    const points = Array.from(values, (value, i) => `${px(frame.x(i))},${px(frame.y(value))}`)
    return `<polyline class="line s${k}" points="${points.join(' ')}"/>`
  })
  const limit = threshold
    ? `<line class="limit" x1="${px(frame.x(0))}" x2="${px(frame.x(n - 1))}" y1="${px(frame.y(threshold.value))}" y2="${px(frame.y(threshold.value))}"/><text class="tick" x="${px(frame.x(0) + 4)}" y="${px(frame.y(threshold.value) - 4)}">${escapeHtml(threshold.name)}</text>`
    : ''
  return drawing(options.id, options.title, options.description, [frame.svg, ...lines, limit].join('\n'))
}

/** What each line of a line chart is. */
export const legend = (names: readonly string[]): string =>
  `<p class="legend">${names.map((name, k) => `<span><svg width="34" height="10" aria-hidden="true"><line class="line s${k}" x1="0" x2="34" y1="5" y2="5"/></svg> ${escapeHtml(name)}</span>`).join(' ')}</p>`
