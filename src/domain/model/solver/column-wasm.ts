import { COLUMN_KERNEL } from './column-bytes.ts'
import type { ColumnKernel, ColumnLayout } from './column-kernel.ts'
import { COLUMN_BYTES } from './kernel.ts'
import { Instance, Memory, Module } from './web-assembly.ts'

let compiled: object | undefined

/** @throws CompileError where the engine has no 128-bit SIMD, RangeError where memory runs out */
export function wasmColumnKernel(layout: ColumnLayout): ColumnKernel {
  compiled ??= new Module(Uint8Array.from(Buffer.from(COLUMN_KERNEL, 'base64')))
  const memory = new Memory({ initial: Math.ceil(layout.bytes / 65536) })
  const { exports } = new Instance(compiled, { env: { memory } })
  type Run = (...args: number[]) => void
  const { multiply, project, normal, squares, slope, move, hessian } = exports as Record<string, Run> & object
  const { panels, panelBytes, list, factors, out, curvature, change, product, work, plain, weighted, matrix, x } =
    layout
  return {
    name: 'wasm',
    layout,
    memory: memory.buffer,
    multiply: (count, to) => multiply!(0, panels, x, panelBytes, list, list + 4 * count, factors, out, to, 0, 0),
    project: (count, from) => project!(0, panels, x, panelBytes, list, list + 4 * count, factors, out, from, 0, 0),
    normal: (count) =>
      normal!(0, panels, x, panelBytes, list, list + 4 * count, factors, out, product, curvature, work),
    squares: (count) => squares!(0, panels, x, panelBytes, list, list + 4 * count, factors, out, 0, curvature, 0),
    slope: (column) => slope!(0, panels, x + column, panelBytes, 0, 0, factors, out, change, curvature, 0),
    move: (column) => move!(0, panels, x + column, panelBytes, 0, 0, factors, out, change, 0, 0),
    hessian: (count) => {
      const end = list + 4 * count
      const bytes = count * COLUMN_BYTES
      const places = [0, panels, x, panelBytes, list, end, factors, out, 0, curvature, 0] as const
      hessian!(...places, plain, weighted, bytes, matrix, 8 * count)
    },
  }
}
