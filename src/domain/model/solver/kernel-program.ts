import {
  assembleModule,
  type Code,
  call,
  type FunctionSource,
  f64,
  get,
  i32,
  loop,
  pair,
  set,
  when,
} from './assemble.ts'
import { COLUMN_BYTES, EXP_LEAST, EXP_SERIES, LN2_HIGH, LN2_LOW, LOG2_E, PASS, ROUNDER, TILE } from './kernel.ts'

const { add, sub, mul, div, max, abs, neg, lane } = pair
const sumOfLanes = (a: Code) => f64.add(lane(a, 0), lane(a, 1))
const range = (n: number) => Array.from({ length: n }, (_, k) => k)
const at = (base: Code, offset: Code) => i32.add(base, offset)

const ROW_PAIR = 16
/** What a cache reads at a time. */
const LINE_BYTES = 64
/** Panels of more than this do not stay in the nearest cache; touching smaller ones costs more than it saves. */
const WIDE_BYTES = 32 * COLUMN_BYTES

/**
 * z = offsets + X (β, b) for a panel, 16 rows at a time with their sums in registers.
 *
 * Its values are read from memory here, and 16 rows of each column are no order that a processor foresees: each line of a
 * wide panel is touched before, from front to back: up to a fifth faster where the table is larger than the caches.
 */
function margins(): FunctionSource {
  const [x, panelBytes, beta, z, offsets, row, column, betaAt] = range(8) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const pairs = range(8)
  const sum = (k: number) => 8 + k
  const b = 16
  return {
    params: ['i32', 'i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32', ...pairs.map(() => 'v128' as const), 'v128'],
    body: [
      ...when(
        i32.lessThan(i32.const(WIDE_BYTES), get(panelBytes)),
        set(column, i32.const(0)),
        loop(
          column,
          get(panelBytes),
          pairs.length * LINE_BYTES,
          ...pairs.map((k) => set(sum(k), pair.load(at(get(x), get(column)), k * LINE_BYTES))),
        ),
      ),
      ...set(row, i32.const(0)),
      ...loop(
        row,
        i32.const(COLUMN_BYTES),
        8 * ROW_PAIR,
        ...pairs.map((k) => set(sum(k), pair.load(at(get(offsets), get(row)), k * ROW_PAIR))),
        set(column, i32.const(0)),
        set(betaAt, get(beta)),
        loop(
          column,
          get(panelBytes),
          COLUMN_BYTES,
          set(b, pair.loadSplat(get(betaAt))),
          set(betaAt, i32.add(get(betaAt), i32.const(8))),
          ...pairs.map((k) =>
            set(sum(k), add(get(sum(k)), mul(get(b), pair.load(at(at(get(x), get(column)), get(row)), k * ROW_PAIR)))),
          ),
        ),
        ...pairs.map((k) => pair.store(at(get(z), get(row)), get(sum(k)), k * ROW_PAIR)),
      ),
    ],
  }
}

/** Weighted residuals and curvatures of a panel from its margins; product and sum that make its loss. */
function logistic(): FunctionSource {
  const [
    z,
    weights,
    residuals,
    losses,
    row,
    m,
    x,
    k,
    r,
    r2,
    series,
    top,
    bottom,
    inverse,
    small,
    large,
    w,
    product,
    hinge,
  ] = range(19) as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const tail = [...EXP_SERIES].reverse()
  const v = pair.const
  return {
    params: ['i32', 'i32', 'i32', 'i32'],
    locals: ['i32', ...range(14).map(() => 'v128' as const)],
    body: [
      ...set(product, v(1)),
      ...set(hinge, v(0)),
      ...loop(
        row,
        i32.const(COLUMN_BYTES),
        ROW_PAIR,
        set(m, pair.load(at(get(z), get(row)))),
        set(x, max(neg(abs(get(m))), v(EXP_LEAST))),
        // x = k log 2 + r
        set(series, add(mul(get(x), v(LOG2_E)), v(ROUNDER))),
        set(k, sub(get(series), v(ROUNDER))),
        set(r, sub(sub(get(x), mul(get(k), v(LN2_HIGH))), mul(get(k), v(LN2_LOW)))),
        set(k, pair.shiftLeft(get(series), 52)),
        set(r2, mul(get(r), get(r))),
        set(series, v(tail[0]!)),
        ...tail.slice(1).map((c) => set(series, add(mul(get(series), get(r2)), v(c)))),
        set(series, add(mul(get(series), get(r2)), v(2))),
        // e^x = top / bottom, σ(x) = top / (top + bottom)
        set(top, mul(get(k), add(get(series), get(r)))),
        set(bottom, sub(get(series), get(r))),
        set(inverse, div(v(1), add(get(top), get(bottom)))),
        set(small, mul(get(top), get(inverse))),
        set(large, mul(get(bottom), get(inverse))),
        set(product, mul(get(product), get(large))),
        set(hinge, add(get(hinge), max(neg(get(m)), v(0)))),
        set(w, pair.load(at(get(weights), get(row)))),
        pair.store(
          at(get(residuals), get(row)),
          mul(get(w), pair.select(get(large), get(small), pair.lessThan(get(m), v(0)))),
        ),
        pair.store(at(get(residuals), get(row)), mul(get(w), mul(get(small), get(large))), COLUMN_BYTES),
      ),
      ...f64.store(get(losses), f64.mul(lane(get(product), 0), lane(get(product), 1))),
      ...f64.store(get(losses), sumOfLanes(get(hinge)), 8),
    ],
  }
}

/** Adds Xᵀ r of a panel to the gradient, three columns at a time. */
function gradient(): FunctionSource {
  const [x, end, residuals, out, row, v, u] = [0, 1, 2, 3, 4, 5, 6]
  const sum = (k: number) => 7 + k
  const columns = range(TILE)
  return {
    params: ['i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'v128', 'v128', ...range(2 * TILE).map(() => 'v128' as const)],
    body: loop(
      x,
      get(end),
      TILE * COLUMN_BYTES,
      ...range(2 * TILE).map((k) => set(sum(k), pair.const(0))),
      set(row, i32.const(0)),
      loop(
        row,
        i32.const(COLUMN_BYTES),
        2 * ROW_PAIR,
        set(v, pair.load(at(get(residuals), get(row)))),
        set(u, pair.load(at(get(residuals), get(row)), ROW_PAIR)),
        ...columns.flatMap((c) => [
          set(sum(c), add(get(sum(c)), mul(get(v), pair.load(at(get(x), get(row)), c * COLUMN_BYTES)))),
          set(
            sum(TILE + c),
            add(get(sum(TILE + c)), mul(get(u), pair.load(at(get(x), get(row)), c * COLUMN_BYTES + ROW_PAIR))),
          ),
        ]),
      ),
      ...columns.map((c) =>
        f64.store(
          get(out),
          f64.add(f64.load(get(out), 8 * c), sumOfLanes(add(get(sum(c)), get(sum(TILE + c))))),
          8 * c,
        ),
      ),
      set(out, i32.add(get(out), i32.const(8 * TILE))),
    ),
  }
}

/** The columns of a panel times its curvatures, into `out`. */
function weigh(): FunctionSource {
  const [x, end, curvatures, out, row] = [0, 1, 2, 3, 4]
  const pairs = range(2)
  return {
    params: ['i32', 'i32', 'i32', 'i32'],
    locals: ['i32'],
    body: loop(
      x,
      get(end),
      COLUMN_BYTES,
      set(row, i32.const(0)),
      loop(
        row,
        i32.const(COLUMN_BYTES),
        pairs.length * ROW_PAIR,
        ...pairs.map((k) =>
          pair.store(
            at(get(out), get(row)),
            mul(pair.load(at(get(curvatures), get(row)), k * ROW_PAIR), pair.load(at(get(x), get(row)), k * ROW_PAIR)),
            k * ROW_PAIR,
          ),
        ),
      ),
      set(out, i32.add(get(out), i32.const(COLUMN_BYTES))),
    ),
  }
}

/**
 * Adds the 9 products of three weighted with three plain columns to a tile of the Hessian.
 *
 * A weighted value is read just before it is used: nine sums, six values and a product at once are one more than the
 * registers that engines give, and a sum that has to go through memory makes the loop half as fast.
 */
function tile(): FunctionSource {
  const [weighted, x, out, rowBytes, row, left] = [0, 1, 2, 3, 4, 5]
  const right = (k: number) => 6 + k
  const sum = (j: number, k: number) => 6 + TILE + TILE * j + k
  const columns = range(TILE)
  return {
    params: ['i32', 'i32', 'i32', 'i32'],
    locals: ['i32', ...range(1 + TILE + TILE * TILE).map(() => 'v128' as const)],
    body: [
      ...loop(
        row,
        i32.const(COLUMN_BYTES),
        ROW_PAIR,
        ...columns.map((k) => set(right(k), pair.load(at(get(x), get(row)), k * COLUMN_BYTES))),
        ...columns.flatMap((j) => [
          set(left, pair.load(at(get(weighted), get(row)), j * COLUMN_BYTES)),
          ...columns.map((k) => set(sum(j, k), add(get(sum(j, k)), mul(get(left), get(right(k)))))),
        ]),
      ),
      ...columns.flatMap((j) => [
        ...columns.flatMap((k) =>
          f64.store(get(out), f64.add(f64.load(get(out), 8 * k), sumOfLanes(get(sum(j, k)))), 8 * k),
        ),
        ...set(out, i32.add(get(out), get(rowBytes))),
      ]),
    ],
  }
}

/** Adds Xᵀ diag(h) X of a panel to the lower tiles of the Hessian. */
function hessian(tileIndex: number): FunctionSource {
  const [weighted, x, panelBytes, out, rowBytes, j, k, cell] = [0, 1, 2, 3, 4, 5, 6, 7]
  return {
    params: ['i32', 'i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32'],
    body: loop(
      j,
      get(panelBytes),
      TILE * COLUMN_BYTES,
      set(k, i32.const(0)),
      set(cell, get(out)),
      loop(
        k,
        i32.add(get(j), i32.const(1)),
        TILE * COLUMN_BYTES,
        call(tileIndex, at(get(weighted), get(j)), at(get(x), get(k)), get(cell), get(rowBytes)),
        set(cell, i32.add(get(cell), i32.const(8 * TILE))),
      ),
      set(out, i32.add(get(out), i32.mul(get(rowBytes), i32.const(TILE)))),
    ),
  }
}

function pass(index: Record<'margins' | 'logistic' | 'gradient' | 'weigh' | 'hessian', number>): FunctionSource {
  const [
    panel,
    end,
    mode,
    x,
    panelBytes,
    beta,
    weights,
    z,
    zStep,
    scratch,
    weighted,
    gradientAt,
    hessianAt,
    rowBytes,
    losses,
    offsets,
    offsetStep,
  ] = range(17) as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const advance = (local: number, by: Code) => set(local, i32.add(get(local), by))
  const residuals = i32.add(get(scratch), i32.const(COLUMN_BYTES))
  const curvatures = i32.add(get(scratch), i32.const(2 * COLUMN_BYTES))
  const xEnd = at(get(x), get(panelBytes))
  return {
    export: 'pass',
    params: range(17).map(() => 'i32' as const),
    locals: [],
    body: loop(
      panel,
      get(end),
      1,
      call(index.margins, get(x), get(panelBytes), get(beta), get(z), get(offsets)),
      call(index.logistic, get(z), get(weights), residuals, get(losses)),
      when(
        i32.lessThan(i32.const(PASS.loss), get(mode)),
        call(index.gradient, get(x), xEnd, residuals, get(gradientAt)),
      ),
      when(
        i32.lessThan(i32.const(PASS.gradient), get(mode)),
        call(index.weigh, get(x), xEnd, curvatures, get(weighted)),
        call(index.hessian, get(weighted), get(x), get(panelBytes), get(hessianAt), get(rowBytes)),
      ),
      advance(x, get(panelBytes)),
      advance(weights, i32.const(COLUMN_BYTES)),
      advance(z, get(zStep)),
      advance(losses, i32.const(16)),
      advance(offsets, get(offsetStep)),
    ),
  }
}

/** The kernel's WebAssembly module; `kernel-bytes.ts` holds it, so that no process spends time on assembling it. */
function kernelBytes(): Uint8Array<ArrayBuffer> {
  const index = { margins: 0, logistic: 1, gradient: 2, weigh: 3, hessian: 5 }
  return assembleModule([margins(), logistic(), gradient(), weigh(), tile(), hessian(4), pass(index)])
}

/** The text of `kernel-bytes.ts`. */
export function kernelSource(): string {
  const lines =
    Buffer.from(kernelBytes())
      .toString('base64')
      .match(/.{1,100}/g) ?? []
  return [
    '// Written by bin/build-kernel.js from kernel-program.ts: change that, not this.',
    'export const KERNEL = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('')",
    '',
  ].join('\n')
}
