import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { sharedFolder } from './shared.ts'

const shared = sharedFolder()

/** The folder of solver and calibration reference cases, or null where there is none. */
export const reference =
  shared && existsSync(join(shared, 'reference', 'solver')) ? join(shared, 'reference', 'solver') : null

export const referenceJson = <T>(name: string): T =>
  JSON.parse(readFileSync(join(reference!, `${name}.json`), 'utf8')) as T

/** A reference data set: design row-major, outcomes, group of each row. */
export interface ReferenceSet {
  readonly x: Float64Array
  readonly y: Uint8Array
  readonly group: Int32Array
  readonly n: number
  readonly p: number
}

/** Reads a bundled set or generates it (seeded, the same bytes everywhere). */
export function referenceSet(name: string, matrix: 'std' | 'raw'): ReferenceSet {
  const bundled = join(reference!, 'data')
  let folder = bundled
  if (!existsSync(join(bundled, `${name}.y.u8`))) {
    folder = join(tmpdir(), `kwx-reference-${process.pid}`)
    mkdirSync(folder, { recursive: true })
    execFileSync(process.execPath, [join(reference!, 'gen.js'), name, folder], { stdio: 'ignore' })
  }
  const bytes = (suffix: string) => Uint8Array.from(readFileSync(join(folder, `${name}.${suffix}`)))
  const y = bytes('y.u8')
  const x = new Float64Array(bytes(`${matrix}.f64`).buffer)
  return { x, y, group: new Int32Array(bytes('g.i32').buffer), n: y.length, p: x.length / y.length }
}
