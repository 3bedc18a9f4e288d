import { axes, type DrawingSize, drawing, px, rangeOf } from 'kwx/svg'

import { tickWords } from './numbers.ts'

/** A difference with its interval; null or not finite: there is none. Below 0 the model is ahead. */
export interface ChartPoint {
  /** Word under the axis, where there is room for it. */
  readonly name: string
  readonly mean: number | null
  readonly low?: number | null
  readonly high?: number | null
}

/**
 * Differences in a row with their intervals, and the margin that counts as nothing.
 *
 * A filled point is below zero, an open one at or above it, a triangle one whose whole interval is above. A point
 * without an interval stands on a needle from zero. What is null is left out.
 *
 * @param options.margin  half the width of the shaded strip around zero; none when absent
 */
export function intervalChart(options: {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly points: readonly ChartPoint[]
  readonly margin?: number
  readonly xTitle: string
  readonly size: DrawingSize
}): string {
  const { points, margin = 0, size } = options
  const values = points.flatMap(({ mean, low, high }) => [mean, low, high]).filter(isNumber)
  const y = rangeOf([...values, margin, -margin], true)
  const n = points.length
  const [start, end] = [size.left ?? 0, size.width - 16]
  const frame = axes({
    x: [-0.5, Math.max(0.5, n - 0.5)],
    y,
    xTicks: ticksOf(points, start, end),
    yLabel: tickWords(y),
    xTitle: options.xTitle,
    yTitle: '',
    size,
  })
  const { left, right } = frame.area
  const strip =
    margin > 0
      ? `<rect class="margin" x="${left}" width="${right - left}" y="${px(frame.y(margin))}" height="${px(frame.y(-margin) - frame.y(margin))}"/>`
      : ''
  const radius = Math.min(4.5, Math.max(1.5, (right - left) / Math.max(1, n) / 2.6))
  const zero = frame.y(0)
  const marks = points.flatMap(({ mean, low, high }, k) => {
    if (!isNumber(mean)) return []
    const [x, at] = [frame.x(k), frame.y(mean)]
    if (!isNumber(low) || !isNumber(high)) {
      return [needle(x, zero, at), dot(x, at, radius, mean < 0)]
    }
    const worse = low > 0
    return [
      whisker(x, frame.y(high), frame.y(low), worse),
      worse ? triangle(x, at, radius) : dot(x, at, radius, mean < 0),
    ]
  })
  const base = `<line class="zero" x1="${left}" x2="${right}" y1="${px(zero)}" y2="${px(zero)}"/>`
  const body = [strip, frame.svg, base, ...marks, n === 0 ? nothing(frame.area) : '']
  return drawing(options.id, options.title, options.description, body.filter((part) => part !== '').join('\n'), size)
}

export const isNumber = (value: number | null | undefined): value is number =>
  typeof value === 'number' && Number.isFinite(value)

/** The word in a drawing that has nothing to show. */
export const nothing = ({ left, right, top, bottom }: Record<'left' | 'right' | 'top' | 'bottom', number>): string =>
  `<text class="tick" x="${px((left + right) / 2)}" y="${px((top + bottom) / 2)}" text-anchor="middle">nothing to show</text>`

const needle = (x: number, from: number, to: number) =>
  `<line class="needle" x1="${px(x)}" x2="${px(x)}" y1="${px(from)}" y2="${px(to)}"/>`

const whisker = (x: number, from: number, to: number, worse: boolean) =>
  `<path class="mark${worse ? ' worse' : ''}" d="M${px(x)} ${px(from)}V${px(to)}M${px(x - 3)} ${px(from)}h6M${px(x - 3)} ${px(to)}h6"/>`

const dot = (x: number, y: number, radius: number, filled: boolean) =>
  `<circle class="mark ${filled ? 'full' : 'open'}" cx="${px(x)}" cy="${px(y)}" r="${px(radius)}"/>`

const triangle = (x: number, y: number, radius: number) => {
  const r = radius + 1
  return `<path class="mark worse full" d="M${px(x - r)} ${px(y + r)}H${px(x + r)}L${px(x)} ${px(y - r)}Z"/>`
}

/**
 * Points named at equal distances, so that no two words touch: a letter of 12 pixels takes about 7, and a word near an
 * end of the axis is moved inwards.
 */
function ticksOf(points: readonly ChartPoint[], start: number, end: number): (readonly [number, string])[] {
  const widest = Math.max(1, ...points.map(({ name }) => name.length)) * 7 + 10
  const step = (end - start) / Math.max(1, points.length)
  const every = Math.max(1, Math.ceil(widest / step))
  let taken = Number.NEGATIVE_INFINITY
  return points.flatMap(({ name }, k) => {
    const [at, width] = [start + (k + 0.5) * step, 7 * name.length]
    const from = at > end - 30 ? at - width : at < start + 30 ? at : at - width / 2
    if (k % every !== 0 || from < taken + 6) return []
    taken = from + width
    return [[k, name] as const]
  })
}
