import {
  EXP_LEAST,
  EXP_SERIES,
  type Kernel,
  type Layout,
  LN2_HIGH,
  LN2_LOW,
  LOG2_E,
  PASS,
  PANEL_ROWS as R,
  ROUNDER,
  TILE,
} from './kernel.ts'

/** 2^(k − 1023) at k: exact. */
const POWERS = Float64Array.from({ length: 1024 }, (_, k) => 2 ** (k - 1023))
const [C1, C2, C3, C4, C5] = EXP_SERIES

/** The WebAssembly kernel's operations in their order: its oracle in tests, its stand-in where there is no SIMD. */
export function scriptKernel(layout: Layout): Kernel {
  const { panels, columns } = layout
  const memory = new ArrayBuffer(layout.bytes)
  const view = (at: number, length: number) => new Float64Array(memory, at, length)
  const scratch = view(layout.scratch, R)
  const residuals = view(layout.scratch + 8 * R, R)
  const curvatures = view(layout.scratch + 16 * R, R)
  const weighted = view(layout.weighted, columns * R)
  const beta = view(layout.beta, columns)
  const gradient = view(layout.gradient, columns)
  const hessian = view(layout.hessian, columns * columns)
  const losses = view(layout.losses, 2 * panels)

  function marginsOf(x: Float64Array, offsets: Float64Array, z: Float64Array): void {
    z.set(offsets)
    for (let j = 0; j < columns; j++) {
      const b = beta[j]!
      for (let i = 0; i < R; i++) z[i]! += b * x[j * R + i]!
    }
  }

  function logistic(z: Float64Array, weights: Float64Array, panel: number): void {
    const product = [1, 1]
    const hinge = [0, 0]
    for (let i = 0; i < R; i++) {
      const m = z[i]!
      const x = Math.max(-Math.abs(m), EXP_LEAST)
      const rounded = x * LOG2_E + ROUNDER
      const k = rounded - ROUNDER
      const r = x - k * LN2_HIGH - k * LN2_LOW
      const r2 = r * r
      const series = ((((C5 * r2 + C4) * r2 + C3) * r2 + C2) * r2 + C1) * r2 + 2
      const top = (POWERS[k + 1023] ?? Number.NaN) * (series + r)
      const bottom = series - r
      const inverse = 1 / (top + bottom)
      const small = top * inverse
      const large = bottom * inverse
      product[i & 1]! *= large
      hinge[i & 1]! += Math.max(-m, 0)
      residuals[i] = weights[i]! * (m < 0 ? large : small)
      curvatures[i] = weights[i]! * (small * large)
    }
    losses[2 * panel] = product[0]! * product[1]!
    losses[2 * panel + 1] = hinge[0]! + hinge[1]!
  }

  function addGradient(x: Float64Array): void {
    for (let j = 0; j < columns; j++) {
      let [a, b, c, d] = [0, 0, 0, 0]
      for (let i = 0, at = j * R; i < R; i += 4, at += 4) {
        a += residuals[i]! * x[at]!
        b += residuals[i + 1]! * x[at + 1]!
        c += residuals[i + 2]! * x[at + 2]!
        d += residuals[i + 3]! * x[at + 3]!
      }
      gradient[j]! += a + c + (b + d)
    }
  }

  function addHessian(x: Float64Array): void {
    for (let j = 0; j < columns; j++) for (let i = 0; i < R; i++) weighted[j * R + i] = curvatures[i]! * x[j * R + i]!
    for (let j = 0; j < columns; j++) {
      const end = TILE * Math.floor(j / TILE) + TILE // whole tiles, as the other kernel
      for (let k = 0; k < end; k++) {
        let [even, odd] = [0, 0]
        for (let i = 0; i < R; i += 2) {
          even += weighted[j * R + i]! * x[k * R + i]!
          odd += weighted[j * R + i + 1]! * x[k * R + i + 1]!
        }
        hessian[j * columns + k]! += even + odd
      }
    }
  }

  return {
    name: 'script',
    layout,
    memory,
    pass(mode, keepMargins, first, end) {
      for (let panel = first; panel < end; panel++) {
        const x = view(layout.x + 8 * R * columns * panel, R * columns)
        const z = keepMargins ? view(layout.margins + 8 * R * panel, R) : scratch
        marginsOf(x, view(layout.offsets + (layout.hasOffsets ? 8 * R * panel : 0), R), z)
        logistic(z, view(layout.weights + 8 * R * panel, R), panel)
        if (mode >= PASS.gradient) addGradient(x)
        if (mode >= PASS.hessian) addHessian(x)
      }
    },
  }
}
