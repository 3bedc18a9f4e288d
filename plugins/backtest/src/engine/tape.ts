/** Kinds of events, in the order in which those of one instant are taken: a signal comes last and acts on what follows. */
export const SETTLE = 0
export const CLOSE = 1
export const PRINT = 2
export const QUOTE = 3
export const SIGNAL = 4

/**
 * Everything that happens in some markets, in the order of time, as columns of length `n`.
 *
 * | kind | a | b | c | d |
 * | --- | --- | --- | --- | --- |
 * | SETTLE | what it pays, as `Trader` is told | | | |
 * | CLOSE | | | | |
 * | PRINT | price of YES, cents 1 to 99 | count, 1e-2 contracts | taker bought 1 YES, 0 NO, 2 unknown | |
 * | QUOTE | best bid, cents, NO_BID | best ask, NO_ASK | size at the bid, -1 unknown | size at the ask |
 * | SIGNAL | index into `signalP` | | | |
 */
export interface Tape {
  readonly n: number
  /** Milliseconds since the epoch, ascending. */
  readonly timeMs: Float64Array
  readonly kind: Uint8Array
  /** Index of the market. */
  readonly market: Int32Array
  readonly a: Int32Array
  readonly b: Int32Array
  readonly c: Int32Array
  readonly d: Int32Array
}

/** A tape under construction: rows in any order. */
export class TapeBuilder {
  #n = 0
  #timeMs = new Float64Array(1024)
  #kind = new Uint8Array(1024)
  #columns = [0, 1, 2, 3, 4].map(() => new Int32Array(1024))

  add(timeMs: number, kind: number, market: number, a = 0, b = 0, c = 0, d = 0): void {
    if (this.#n === this.#timeMs.length) this.#grow()
    const i = this.#n++
    this.#timeMs[i] = timeMs
    this.#kind[i] = kind
    const [markets, as, bs, cs, ds] = this.#columns as [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array]
    markets[i] = market
    as[i] = a
    bs[i] = b
    cs[i] = c
    ds[i] = d
  }

  /**
   * The rows in the order of time, then kind, then as they were added: the exchange's own order of prints stays.
   *
   * @param delayMs  by how much later signals arrive
   * @cost  O(n) but for the rows of one minute, which are sorted among themselves
   */
  finish(delayMs = 0): Tape {
    const n = this.#n
    const late = delayMs === 0 ? null : (i: number) => (this.#kind[i] === SIGNAL ? delayMs : 0)
    const time = late ? Float64Array.from({ length: n }, (_, i) => this.#timeMs[i]! + late(i)) : this.#timeMs
    const order = inOrder(n, time, this.#kind)
    const pick = (from: Int32Array) => {
      const to = new Int32Array(n)
      for (let k = 0; k < n; k++) to[k] = from[order[k]!]!
      return to
    }
    const timeMs = new Float64Array(n)
    const kind = new Uint8Array(n)
    for (let k = 0; k < n; k++) {
      timeMs[k] = time[order[k]!]!
      kind[k] = this.#kind[order[k]!]!
    }
    const [market, a, b, c, d] = this.#columns.map(pick) as [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array]
    return { n, timeMs, kind, market, a, b, c, d }
  }

  #grow(): void {
    const size = 2 * this.#timeMs.length
    const wider = <Array extends Float64Array | Uint8Array | Int32Array>(to: Array, from: Array): Array => {
      to.set(from)
      return to
    }
    this.#timeMs = wider(new Float64Array(size), this.#timeMs)
    this.#kind = wider(new Uint8Array(size), this.#kind)
    this.#columns = this.#columns.map((column) => wider(new Int32Array(size), column))
  }
}

const MS_PER_MINUTE = 60_000

/** Rows by time, kind and row: a counting sort by minute, then a comparison sort within each minute. */
function inOrder(n: number, timeMs: Float64Array, kind: Uint8Array): Uint32Array {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (let i = 0; i < n; i++) {
    if (timeMs[i]! < first) first = timeMs[i]!
    if (timeMs[i]! > last) last = timeMs[i]!
  }
  if (n === 0) return new Uint32Array(0)
  const base = Math.floor(first / MS_PER_MINUTE)
  const minuteOf = (i: number) => Math.floor(timeMs[i]! / MS_PER_MINUTE) - base
  const starts = new Uint32Array(Math.floor(last / MS_PER_MINUTE) - base + 2)
  for (let i = 0; i < n; i++) starts[minuteOf(i) + 1]!++
  for (let m = 1; m < starts.length; m++) starts[m]! += starts[m - 1]!
  const order = new Uint32Array(n)
  const next = starts.slice()
  for (let i = 0; i < n; i++) order[next[minuteOf(i)]!++] = i
  const compare = (i: number, j: number) => timeMs[i]! - timeMs[j]! || kind[i]! - kind[j]! || i - j
  for (let m = 0; m + 1 < starts.length; m++) {
    if (starts[m + 1]! - starts[m]! > 1) order.subarray(starts[m]!, starts[m + 1]!).sort(compare)
  }
  return order
}
