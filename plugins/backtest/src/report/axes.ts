import { escapeHtml } from './html.ts'

const WIDTH = 720
const HEIGHT = 300
const MARGIN = { left: 68, right: 16, top: 14, bottom: 40 }

/** A linear scale from values to pixels of the drawing. */
type Scale = (value: number) => number

/** The drawing's area and its two scales. */
interface Axes {
  readonly x: Scale
  readonly y: Scale
  /** Gridlines, ticks and titles. */
  readonly svg: string
}

/** Coordinates have a tenth of a pixel: more would only make the file longer. */
export const px = (value: number): string => (Math.round(value * 10) / 10).toString()

/** About `count` round numbers within [low, high]. */
function ticks(low: number, high: number, count = 5): number[] {
  const rough = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10)
  const found: number[] = []
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(k * step)
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

/** Axes with gridlines. `xTicks` are values with the words under them. */
export function axes(options: {
  readonly x: readonly [number, number]
  readonly y: readonly [number, number]
  readonly xTicks: readonly (readonly [number, string])[]
  readonly yLabel: (value: number) => string
  readonly xTitle: string
  readonly yTitle: string
}): Axes {
  const [left, right, top, bottom] = [MARGIN.left, WIDTH - MARGIN.right, MARGIN.top, HEIGHT - MARGIN.bottom]
  const scale = (from: readonly [number, number], to: readonly [number, number]): Scale => {
    const span = from[1] - from[0] || 1
    return (value) => to[0] + ((value - from[0]) / span) * (to[1] - to[0])
  }
  const [x, y] = [scale(options.x, [left, right]), scale(options.y, [bottom, top])]
  const rows = ticks(...options.y).map(
    (value) =>
      `<line class="grid" x1="${left}" x2="${right}" y1="${px(y(value))}" y2="${px(y(value))}"/><text class="tick" x="${left - 6}" y="${px(y(value) + 4)}" text-anchor="end">${escapeHtml(options.yLabel(value))}</text>`,
  )
  const columns = options.xTicks.map(([value, word]) => {
    const at = x(value)
    // A word at an end of the axis stays inside the drawing.
    const anchor = at > right - 30 ? 'end' : at < left + 30 ? 'start' : 'middle'
    return `<text class="tick" x="${px(at)}" y="${bottom + 16}" text-anchor="${anchor}">${escapeHtml(word)}</text>`
  })
  const titles = `<text class="tick" x="${(left + right) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${escapeHtml(options.xTitle)}</text><text class="tick" transform="translate(14 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(options.yTitle)}</text>`
  const frame = `<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`
  return { x, y, svg: [...rows, ...columns, titles, frame].join('\n') }
}

/** An SVG with its name and description, readable without seeing it. */
export const drawing = (id: string, title: string, description: string, body: string): string =>
  `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-title ${id}-desc" xmlns="http://www.w3.org/2000/svg">
<title id="${id}-title">${escapeHtml(title)}</title>
<desc id="${id}-desc">${escapeHtml(description)}</desc>
${body}
</svg>`
