import { readFileSync } from 'node:fs'

/** A data set in the reference layout: NAME.std.f64 or NAME.raw.f64 (row-major), NAME.y.u8, and NAME.g.i32 if there. */
export function readSet(set, matrix) {
  const bytes = (suffix) => Uint8Array.from(readFileSync(`${set}.${suffix}`))
  const y = bytes('y.u8')
  const x = new Float64Array(bytes(`${matrix}.f64`).buffer)
  if (y.length === 0 || x.length % y.length !== 0) {
    throw new Error(
      `${set}.${matrix}.f64 holds ${x.length} values, not a multiple of the ${y.length} rows of ${set}.y.u8.`,
    )
  }
  return { x, y, n: y.length, p: x.length / y.length, groups: () => new Int32Array(bytes('g.i32').buffer) }
}

/** CPU seconds of this process, all threads. */
export const cpuSeconds = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
