/*
 * Windows of time over sparse rows. `minute` ascends strictly; NaN values are rows without one. All are
 * O(n) or O(n x rows in the window), write into `out` and allocate nothing that grows with n beyond one index array.
 */

/** For each row the index of the newest row at or before `minutes` earlier that has a value; -1 where there is none. */
export function rowAgo(minute: Int32Array, values: Float64Array, minutes: number): Int32Array {
  const ago = new Int32Array(minute.length)
  let newest = -1
  let next = 0
  for (let i = 0; i < minute.length; i++) {
    while (minute[next]! <= minute[i]! - minutes) {
      if (!Number.isNaN(values[next]!)) newest = next
      next++
    }
    ago[i] = newest
  }
  return ago
}

/**
 * Log returns between consecutive rows with a value; the first is 0, as nothing moved yet. NaN where there is no value.
 *
 * @param values  positive
 */
export function logReturns(values: Float64Array): Float64Array {
  const returns = new Float64Array(values.length)
  let before = Number.NaN
  for (let i = 0; i < values.length; i++) {
    const log = Math.log(values[i]!)
    returns[i] = Number.isNaN(before) ? log * 0 : log - before // log * 0 keeps a NaN
    if (!Number.isNaN(log)) before = log
  }
  return returns
}

/** Sample standard deviation (ddof 1) of the returns in (t - minutes, t]; 0 for fewer than three. Two passes: exact. */
export function volatility(minute: Int32Array, returns: Float64Array, minutes: number, out: Float64Array): void {
  let first = 0
  for (let i = 0; i < minute.length; i++) {
    while (minute[first]! <= minute[i]! - minutes) first++
    let [count, sum] = [0, 0]
    for (let k = first; k <= i; k++) {
      if (Number.isNaN(returns[k]!)) continue
      count++
      sum += returns[k]!
    }
    const mean = sum / count
    let squares = 0
    for (let k = first; k <= i; k++) if (!Number.isNaN(returns[k]!)) squares += (returns[k]! - mean) ** 2
    out[i] = count < 3 ? 0 : Math.sqrt(squares / (count - 1))
  }
}

/** Sum of the values in (t - minutes, t]. Exact for whole hundredths, which contracts are. */
export function rollingSum(minute: Int32Array, values: Float64Array, minutes: number, out: Float64Array): void {
  let first = 0
  let centi = 0
  for (let i = 0; i < minute.length; i++) {
    centi += Math.round(values[i]! * 100)
    while (minute[first]! <= minute[i]! - minutes) centi -= Math.round(values[first++]! * 100)
    out[i] = centi / 100
  }
}
