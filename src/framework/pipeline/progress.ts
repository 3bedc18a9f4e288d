/** How a run shows that it lives. */
export type ProgressMode = 'interactive' | 'lines' | 'silent'

/** Live list on a terminal, plain lines elsewhere, silence under --json or --quiet. */
export function progressMode(
  options: { json: boolean; quiet: boolean },
  stream: { isTTY?: boolean; columns?: number } = process.stderr,
): ProgressMode {
  if (options.json || options.quiet) return 'silent'
  return stream.isTTY && (stream.columns ?? 0) > 0 && !process.env['CI'] ? 'interactive' : 'lines'
}

const WIDTH = 24

/** `███████░░░░  3/8 windows, 12 s, about 20 s left`. */
export function progressLine(done: number, total: number, unit: string, elapsedMs: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 0
  const filled = Math.round(share * WIDTH)
  const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled)
  const left =
    done > 0 && done < total ? `, about ${duration(wholeSeconds((elapsedMs / done) * (total - done)))} left` : ''
  return `${bar}  ${done}/${total} ${unit}, ${duration(elapsedMs)}${left}`
}

/** An estimate is never finer than a second. */
const wholeSeconds = (ms: number): number => Math.max(1, Math.round(ms / 1000)) * 1000

/** 950 ms, 12 s, 3 min 20 s, 2 h 5 min. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
