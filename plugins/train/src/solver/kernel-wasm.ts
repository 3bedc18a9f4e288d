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
  const { panels, columns, scratch, weighted, beta, gradient: g, hessian: h, losses, weights, margins: z, x } = layout
  return {
    name: 'wasm',
    layout,
    memory: memory.buffer,
    pass(mode, keepMargins) {
      const panelBytes = columns * COLUMN_BYTES
      const [zAt, zStep] = keepMargins ? [z, COLUMN_BYTES] : [scratch, 0]
      run(0, panels, mode, x, panelBytes, beta, weights, zAt, zStep, scratch, weighted, g, h, 8 * columns, losses)
    },
  }
}
