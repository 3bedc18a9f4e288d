import { axes, type DrawingSize, drawing, px, rangeOf } from './axes.ts'
import { escapeHtml } from './html.ts'

/**
 * A line per series over days; series differ by colour and by dashes. A value that is not finite is a gap, and one
 * between gaps a point.
 *
 * @param options.y  range of the y axis, values beyond it lie on its edge; that of the values when absent
 * @param options.log  the y axis is logarithmic; asks for `y`, above 0
 */
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
  readonly y?: readonly [number, number]
  readonly log?: boolean
  readonly size?: DrawingSize
  /** Words under the x axis at most; 5 when absent. */
  readonly marks?: number
}): string {
  const { series, threshold, size, log = false, marks: words = 5 } = options
  const n = Math.max(0, ...series.map(({ values }) => values.length))
  const all = series.flatMap(({ values }) => Array.from(values))
  const [low, high] = options.y ?? rangeOf(threshold ? [...all, threshold.value] : all, options.withZero ?? false)
  const parts = Array.from({ length: words }, (_, k) => k / (words - 1))
  const marks = n === 0 ? [] : [...new Set(parts.map((part) => Math.round(part * (n - 1))))]
  const frame = axes({
    x: [0, Math.max(1, n - 1)],
    y: [low, high],
    xTicks: marks.map((index) => [index, options.day(index)] as const),
    yLabel: options.yLabel,
    xTitle: 'event day',
    yTitle: options.yTitle,
    log,
    ...(size ? { size } : {}),
  })
  const at = (value: number) => px(frame.y(Math.min(high, Math.max(low, value))))
  const lines = series.flatMap(({ values }, k) =>
    runsOf(values).map((run) =>
      run.length === 1
        ? `<circle class="dot s${k}" cx="${px(frame.x(run[0]!))}" cy="${at(values[run[0]!]!)}" r="3"/>`
        : `<polyline class="line s${k}" points="${run.map((i) => `${px(frame.x(i))},${at(values[i]!)}`).join(' ')}"/>`,
    ),
  )
  const { left, right } = frame.area
  const y = threshold ? frame.y(threshold.value) : 0
  const limit = threshold
    ? `<line class="limit" x1="${px(left)}" x2="${px(n > 1 ? frame.x(n - 1) : right)}" y1="${px(y)}" y2="${px(y)}"/><text class="tick" x="${px(left + 4)}" y="${px(y - 4)}">${escapeHtml(threshold.name)}</text>`
    : ''
  return drawing(options.id, options.title, options.description, [frame.svg, ...lines, limit].join('\n'), size)
}

/** Indices of the finite values, in runs without a gap. */
function runsOf(values: ArrayLike<number>): number[][] {
  const runs: number[][] = []
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) continue
    if (i > 0 && Number.isFinite(values[i - 1]!)) runs.at(-1)!.push(i)
    else runs.push([i])
  }
  return runs
}

/** What each line of a line chart is. */
export const legend = (names: readonly string[]): string =>
  `<p class="legend">${names.map((name, k) => `<span><svg width="34" height="10" aria-hidden="true"><line class="line s${k}" x1="0" x2="34" y1="5" y2="5"/></svg> ${escapeHtml(name)}</span>`).join(' ')}</p>`
