import { axes, type DrawingSize, drawing, escapeHtml, px, rangeOf, ticks } from 'kwx/svg'

import { isNumber, nothing } from './interval-chart.ts'
import { tickWords } from './numbers.ts'

/** Intervals that belong together, each on a line of its own. */
export interface ForestGroup {
  readonly name: string
  readonly lines: readonly {
    readonly name: string
    readonly mean: number | null
    readonly low: number | null
    readonly high: number | null
    /** The one that decides: drawn heavy. */
    readonly decides?: boolean
  }[]
}

const ROW = 22

/** Pixels that `forestChart` needs for its groups. */
export const forestHeight = (groups: readonly ForestGroup[]): number =>
  54 +
  Math.max(
    3,
    groups.reduce((sum, { lines }) => sum + 1 + lines.length, 0),
  ) *
    ROW

/**
 * Intervals one below the other on one axis, in groups, with the margin that counts as nothing shaded. Height is that of
 * `forestHeight`.
 *
 * @param options.margin  half the width of the shaded strip around zero; none when absent
 */
export function forestChart(options: {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly groups: readonly ForestGroup[]
  readonly margin?: number
  readonly xTitle: string
  readonly size: DrawingSize
}): string {
  const { groups, margin = 0 } = options
  const size = { ...options.size, left: options.size.width < 400 ? 96 : 120 }
  const values = groups.flatMap(({ lines }) => lines.flatMap(({ mean, low, high }) => [mean, low, high]))
  const x = rangeOf([...values.filter(isNumber), margin, -margin], true)
  const frame = axes({ x, y: [0, 1], xTicks: [], yLabel: () => '', xTitle: options.xTitle, yTitle: '', size })
  const { left, right, top, bottom } = frame.area
  const most = size.width < 400 ? 4 : 6
  const words = tickWords(x, most)
  const grid = ticks(...x, most).map(
    (value) =>
      `<line class="grid" x1="${px(frame.x(value))}" x2="${px(frame.x(value))}" y1="${top}" y2="${bottom}"/><text class="tick" x="${px(frame.x(value))}" y="${bottom + 16}" text-anchor="middle">${escapeHtml(words(value))}</text>`,
  )
  const strip =
    margin > 0
      ? `<rect class="margin" x="${px(frame.x(-margin))}" width="${px(frame.x(margin) - frame.x(-margin))}" y="${top}" height="${bottom - top}"/>`
      : ''
  const zero = `<line class="zero" x1="${px(frame.x(0))}" x2="${px(frame.x(0))}" y1="${top}" y2="${bottom}"/>`
  const title = `<text class="tick" x="${px((left + right) / 2)}" y="${size.height - 6}" text-anchor="middle">${escapeHtml(options.xTitle)}</text>`
  const marks: string[] = []
  let at = top + ROW / 2 + 2
  for (const { name, lines } of groups) {
    marks.push(`<text class="tick key" x="0" y="${px(at + 4)}">${escapeHtml(name)}</text>`)
    at += ROW
    for (const line of lines) {
      const heavy = line.decides ? ' heavy' : ''
      marks.push(
        `<text class="tick${line.decides ? ' key' : ''}" x="8" y="${px(at + 4)}">${escapeHtml(line.name)}</text>`,
      )
      if (isNumber(line.mean)) {
        if (isNumber(line.low) && isNumber(line.high)) {
          const [from, to] = [frame.x(line.low), frame.x(line.high)]
          marks.push(
            `<path class="mark${heavy}" d="M${px(from)} ${px(at)}H${px(to)}M${px(from)} ${px(at - 4)}v8M${px(to)} ${px(at - 4)}v8"/>`,
          )
        }
        marks.push(
          `<circle class="mark ${line.mean < 0 ? 'full' : 'open'}${heavy}" cx="${px(frame.x(line.mean))}" cy="${px(at)}" r="${line.decides ? 5 : 4}"/>`,
        )
      } else marks.push(`<text class="tick" x="${left + 6}" y="${px(at + 4)}">no figure</text>`)
      at += ROW
    }
  }
  const base = `<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`
  const body = [strip, ...grid, title, zero, base, ...marks, groups.length === 0 ? nothing(frame.area) : '']
  return drawing(options.id, options.title, options.description, body.filter((part) => part !== '').join('\n'), size)
}
