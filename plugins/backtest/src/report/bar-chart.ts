import { axes, drawing, px, rangeOf } from 'kwx/svg'

/** One group of bars. */
interface BarGroup {
  readonly name: string
  readonly bars: readonly {
    readonly value: number | null
    readonly low?: number | null
    readonly high?: number | null
  }[]
}

/** Groups of bars from zero, with whiskers where an interval is given; a missing value has no bar. */
export function barChart(options: {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly groups: readonly BarGroup[]
  readonly xTitle: string
  readonly yTitle: string
  readonly yLabel: (value: number) => string
}): string {
  const { groups } = options
  const values = groups.flatMap(({ bars }) => bars.flatMap(({ value, low, high }) => [value, low, high]))
  const frame = axes({
    x: [0, Math.max(1, groups.length)],
    y: rangeOf(
      values.filter((value): value is number => typeof value === 'number'),
      true,
    ),
    xTicks: groups.map(({ name }, k) => [k + 0.5, name] as const),
    yLabel: options.yLabel,
    xTitle: options.xTitle,
    yTitle: options.yTitle,
  })
  const zero = frame.y(0)
  const shapes = groups.flatMap(({ bars }, g) => {
    const width = Math.min(60, ((frame.x(1) - frame.x(0)) * 0.7) / bars.length)
    return bars.flatMap(({ value, low, high }, k) => {
      if (value === null) return []
      const x = frame.x(g + 0.5) + (k - bars.length / 2) * width
      const y = frame.y(value)
      const bar = `<rect class="bar s${k}" x="${px(x + 1)}" width="${px(width - 2)}" y="${px(Math.min(y, zero))}" height="${px(Math.max(0.5, Math.abs(y - zero)))}"/>`
      const middle = px(x + width / 2)
      const whisker =
        typeof low === 'number' && typeof high === 'number'
          ? `<line class="whisker" x1="${middle}" x2="${middle}" y1="${px(frame.y(low))}" y2="${px(frame.y(high))}"/>`
          : ''
      return [bar, whisker]
    })
  })
  const base = `<line class="axis" x1="${px(frame.x(0))}" x2="${px(frame.x(groups.length))}" y1="${px(zero)}" y2="${px(zero)}"/>`
  return drawing(options.id, options.title, options.description, [frame.svg, ...shapes, base].join('\n'))
}
