import { COLUMN_BYTES, type Kernel, type Layout } from './kernel.ts'
import { KERNEL } from './kernel-bytes.ts'
import { Instance, Memory, Module } from './web-assembly.ts'

let compiled: object | undefined

/** @throws CompileError where the engine has no 128-bit SIMD, RangeError where memory runs out */
export function wasmKernel(layout: Layout): Kernel {
  compiled ??= new Module(Uint8Array.from(Buffer.from(KERNEL, 'base64')))
  const memory = new Memory({ initial: Math.ceil(layout.bytes / 65536) })
  const { exports } = new Instance(compiled, { env: { memory } })
  const run = exports['pass'] as (...args: number[]) => void
  const { columns, scratch, weighted, beta, gradient: g, hessian: h, losses, weights, margins, offsets, x } = layout
  const panelBytes = columns * COLUMN_BYTES
  return {
    name: 'wasm',
    layout,
    memory: memory.buffer,
    pass(mode, keepMargins, first, end) {
      const xAt = x + first * panelBytes
      const w = weights + first * COLUMN_BYTES
      const [z, zStep] = keepMargins ? [margins + first * COLUMN_BYTES, COLUMN_BYTES] : [scratch, 0]
      const [o, oStep] = layout.hasOffsets ? [offsets + first * COLUMN_BYTES, COLUMN_BYTES] : [offsets, 0]
      const l = losses + 16 * first
      run(first, end, mode, xAt, panelBytes, beta, w, z, zStep, scratch, weighted, g, h, 8 * columns, l, o, oStep)
    },
  }
}
