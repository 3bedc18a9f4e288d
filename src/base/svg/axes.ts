import { escapeHtml } from './html.ts'

/** Size of a drawing in pixels, which are those of the screen where it is shown at its own width. */
export interface DrawingSize {
  readonly width: number
  readonly height: number
  /** Pixels left of the axes, for the words of the y axis; 68 when absent. */
  readonly left?: number
}

/** The size of a drawing that is told none. */
export const WIDE: DrawingSize = { width: 720, height: 300 }

const MARGIN = { left: 68, right: 16, top: 14, bottom: 40 }

/** A scale from values to pixels of the drawing. */
type Scale = (value: number) => number

/** The drawing's area and its two scales. */
export interface Axes {
  readonly x: Scale
  readonly y: Scale
  /** The area within the axes, pixels. */
  readonly area: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number }
  /** Gridlines, ticks and titles. */
  readonly svg: string
}

/** A coordinate as text with a tenth of a pixel: more would only make the file longer. */
export const px = (value: number): string => (Math.round(value * 10) / 10).toString()

/** About `count` round numbers within [low, high], rising; `low < high`. */
export function ticks(low: number, high: number, count = 5): number[] {
  const rough = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10)
  const found: number[] = []
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(k * step)
  return found
}

/** Powers of ten within [low, high], at most `count` of them and at equal distances. */
function powers(low: number, high: number, count = 6): number[] {
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)]
  const step = Math.max(1, Math.ceil((to - from + 1) / count))
  const found: number[] = []
  for (let k = Math.ceil(from / step) * step; k <= to; k += step) found.push(10 ** k)
  return found
}

/** A range that holds all finite values, and 0 where told, a little wider; never empty. */
export function rangeOf(values: Iterable<number>, withZero = false): readonly [number, number] {
  let [low, high] = withZero ? [0, 0] : [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) return [0, 1]
  const pad = (high - low) * 0.05 || Math.abs(high) * 0.05 || 1
  return [withZero && low === 0 ? 0 : low - pad, withZero && high === 0 ? 0 : high + pad]
}

/**
 * Axes with gridlines.
 *
 * @param options.x, options.y  ranges of the values; `low < high`, and above 0 where `log` is set
 * @param options.xTicks  values with the words under them
 * @param options.log  the y axis is logarithmic
 */
export function axes(options: {
  readonly x: readonly [number, number]
  readonly y: readonly [number, number]
  readonly xTicks: readonly (readonly [number, string])[]
  readonly yLabel: (value: number) => string
  readonly xTitle: string
  readonly yTitle: string
  readonly log?: boolean
  readonly size?: DrawingSize
}): Axes {
  const { width, height, left = MARGIN.left } = options.size ?? WIDE
  const [right, top, bottom] = [width - MARGIN.right, MARGIN.top, height - MARGIN.bottom]
  const scale = (from: readonly [number, number], to: readonly [number, number]): Scale => {
    const span = from[1] - from[0] || 1
    return (value) => to[0] + ((value - from[0]) / span) * (to[1] - to[0])
  }
  const x = scale(options.x, [left, right])
  const height10 = scale([Math.log10(options.y[0]), Math.log10(options.y[1])], [bottom, top])
  const y = options.log ? (value: number) => height10(Math.log10(value)) : scale(options.y, [bottom, top])
  const rows = (options.log ? powers : ticks)(...options.y).map(
    (value) =>
      `<line class="grid" x1="${left}" x2="${right}" y1="${px(y(value))}" y2="${px(y(value))}"/><text class="tick" x="${left - 6}" y="${px(y(value) + 4)}" text-anchor="end">${escapeHtml(options.yLabel(value))}</text>`,
  )
  const columns = options.xTicks.map(([value, word]) => {
    const at = x(value)
    // A word at an end of the axis stays inside the drawing.
    const anchor = at > right - 30 ? 'end' : at < left + 30 ? 'start' : 'middle'
    return `<text class="tick" x="${px(at)}" y="${bottom + 16}" text-anchor="${anchor}">${escapeHtml(word)}</text>`
  })
  const titles = `<text class="tick" x="${(left + right) / 2}" y="${height - 6}" text-anchor="middle">${escapeHtml(options.xTitle)}</text><text class="tick" transform="translate(14 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(options.yTitle)}</text>`
  const frame = `<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`
  return { x, y, area: { left, right, top, bottom }, svg: [...rows, ...columns, titles, frame].join('\n') }
}

/** An SVG with its name and description, readable without seeing it. `id` is unlike every other of the page. */
export const drawing = (
  id: string,
  title: string,
  description: string,
  body: string,
  { width, height }: DrawingSize = WIDE,
): string =>
  `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc" xmlns="http://www.w3.org/2000/svg">
<title id="${id}-title">${escapeHtml(title)}</title>
<desc id="${id}-desc">${escapeHtml(description)}</desc>
${body}
</svg>`
