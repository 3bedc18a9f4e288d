/**
 * Milliseconds since the epoch of `2025-02-01T18:22:33.123456Z`, digits beyond the millisecond cut off; null for
 * whatever is written otherwise, which is for `Date.parse` to judge.
 *
 * For answers of many thousand rows: several times as fast.
 */
export function utcMs(text: string): number | null {
  const end = text.length - 1
  if (end < 19 || text.charCodeAt(end) !== 90) return null
  for (const [at, mark] of MARKS) if (text.charCodeAt(at) !== mark) return null
  const year = digits(text, 0, 4)
  const [month, day] = [digits(text, 5, 7), digits(text, 8, 10)]
  const [hour, minute, second] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)]
  let milli = 0
  if (end > 19) {
    if (text.charCodeAt(19) !== 46 || end === 20 || digits(text, 20, end) < 0) return null
    milli = digits(text, 20, Math.min(23, end)) * [1, 100, 10, 1][Math.min(3, end - 20)]!
  }
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 28) return null
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return null
  return Date.UTC(year, month - 1, day, hour, minute, second, milli)
}

const MARKS = [
  [4, 45],
  [7, 45],
  [10, 84],
  [13, 58],
  [16, 58],
] as const

/** The number of some digits, or -1 where one is none. */
function digits(text: string, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}
