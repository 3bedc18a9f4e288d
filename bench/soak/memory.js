// Whether resident memory stays where it is.

const DAY_MS = 86_400_000
/** Recorded hours of a process that are left out: its rows of a day come in. */
const WARM_UP_MS = 4 * 3_600_000
export const MOST_CHANGE = 0.05

/**
 * Fits a line through the samples of the process that lived longest, after its warm-up.
 *
 * @param samples  `{ pid, clockMs, bytes }`, by time; the clock is the recording's
 * @returns hours fitted, mean bytes, change over 24 hours and over the fitted span as shares of the mean; null when no
 *   process outlived its warm-up by an hour
 */
export function memoryTrend(samples) {
  const lives = [...Map.groupBy(samples, ({ pid }) => pid).values()].map((life) =>
    life.filter(({ clockMs }) => clockMs - life[0].clockMs >= WARM_UP_MS),
  )
  const lengthOf = (life) => (life.length < 3 ? 0 : life.at(-1).clockMs - life[0].clockMs)
  const longest = lives.toSorted((a, b) => lengthOf(b) - lengthOf(a))[0]
  if (!longest || lengthOf(longest) < 3_600_000) return null
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
  const x = longest.map(({ clockMs }) => (clockMs - longest[0].clockMs) / DAY_MS)
  const y = longest.map(({ bytes }) => bytes)
  const [meanX, meanY] = [mean(x), mean(y)]
  const slope =
    mean(x.map((value, k) => (value - meanX) * (y[k] - meanY))) / mean(x.map((value) => (value - meanX) ** 2))
  const days = x.at(-1)
  return {
    hours: 24 * days,
    samples: y.length,
    mean_mb: meanY / 2 ** 20,
    least_mb: Math.min(...y) / 2 ** 20,
    most_mb: Math.max(...y) / 2 ** 20,
    change_per_day: slope / meanY,
    change: (slope * days) / meanY,
  }
}
