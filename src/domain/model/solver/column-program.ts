import { assembleModule, type Code, call, type FunctionSource, f64, get, i32, loop, pair, set } from './assemble.ts'
import { CELL, LANES } from './column-kernel.ts'
import { COLUMN_BYTES } from './kernel.ts'

const { add, mul, lane } = pair
const sumOfLanes = (a: Code) => f64.add(lane(a, 0), lane(a, 1))
const range = (n: number) => Array.from({ length: n }, (_, k) => k)
const at = (base: Code, offset: Code) => i32.add(base, offset)
const advance = (local: number, by: Code | number) =>
  set(local, i32.add(get(local), typeof by === 'number' ? i32.const(by) : by))

const PAIR = 16

/** z = Σ_k factors_k x_k in a panel, 16 rows at a time with their sums in registers, two columns at a time. */
function multiplyPanel(): FunctionSource {
  const [x, list, listEnd, factors, z, row, entry, factor, a, b] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
  const sum = (k: number) => 10 + k
  const [u, v] = [18, 19]
  const pairs = range(8)
  const plus = (column: number, by: number) =>
    pairs.map((k) => set(sum(k), add(get(sum(k)), mul(get(by), pair.load(get(column), k * PAIR)))))
  return {
    params: ['i32', 'i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32', 'i32', 'i32', ...range(10).map(() => 'v128' as const)],
    body: [
      ...set(row, i32.const(0)),
      ...loop(
        row,
        i32.const(COLUMN_BYTES),
        8 * PAIR,
        ...pairs.map((k) => set(sum(k), pair.const(0))),
        set(entry, get(list)),
        set(factor, get(factors)),
        loop(
          entry,
          get(listEnd),
          8,
          set(a, at(at(get(x), get(row)), i32.load(get(entry)))),
          set(b, at(at(get(x), get(row)), i32.load(get(entry), 4))),
          set(u, pair.loadSplat(get(factor))),
          set(v, pair.loadSplat(get(factor), 8)),
          ...plus(a, u),
          ...plus(b, v),
          advance(factor, 16),
        ),
        ...pairs.map((k) => pair.store(at(get(z), get(row)), get(sum(k)), k * PAIR)),
      ),
    ],
  }
}

/** out_k += x_k · t in a panel, or Σ t x_k² when `squared`, four columns at a time. */
function projectPanel(squared: boolean): FunctionSource {
  const [x, list, listEnd, t, out, row] = [0, 1, 2, 3, 4, 5]
  const column = (k: number) => 6 + k
  const [u, v, w] = [6 + LANES, 7 + LANES, 8 + LANES]
  const sum = (k: number) => 9 + LANES + k
  const columns = range(LANES)
  const term = (weights: number, k: number, offset: number) => {
    const value = pair.load(at(get(column(k)), get(row)), offset)
    if (!squared) return add(get(sum(offset === 0 ? k : LANES + k)), mul(get(weights), value))
    return add(get(sum(offset === 0 ? k : LANES + k)), mul(mul(get(weights), get(w)), get(w)))
  }
  return {
    params: ['i32', 'i32', 'i32', 'i32', 'i32'],
    locals: ['i32', ...columns.map(() => 'i32' as const), ...range(3 + 2 * LANES).map(() => 'v128' as const)],
    body: loop(
      list,
      get(listEnd),
      4 * LANES,
      ...columns.map((k) => set(column(k), at(get(x), i32.load(get(list), 4 * k)))),
      ...range(2 * LANES).map((k) => set(sum(k), pair.const(0))),
      set(row, i32.const(0)),
      loop(
        row,
        i32.const(COLUMN_BYTES),
        2 * PAIR,
        set(u, pair.load(at(get(t), get(row)))),
        set(v, pair.load(at(get(t), get(row)), PAIR)),
        ...columns.map((k) =>
          [0, PAIR].flatMap((offset) => [
            ...(squared ? set(w, pair.load(at(get(column(k)), get(row)), offset)) : []),
            ...set(sum(offset === 0 ? k : LANES + k), term(offset === 0 ? u : v, k, offset)),
          ]),
        ),
      ),
      ...columns.map((k) =>
        f64.store(
          get(out),
          f64.add(f64.load(get(out), 8 * k), sumOfLanes(add(get(sum(k)), get(sum(LANES + k))))),
          8 * k,
        ),
      ),
      advance(out, 8 * LANES),
    ),
  }
}

/** t = curvature · z in a panel. */
function weigh(): FunctionSource {
  const [curvature, z, t, row] = [0, 1, 2, 3]
  return {
    params: ['i32', 'i32', 'i32'],
    locals: ['i32'],
    body: loop(
      row,
      i32.const(COLUMN_BYTES),
      PAIR,
      pair.store(at(get(t), get(row)), mul(pair.load(at(get(curvature), get(row))), pair.load(at(get(z), get(row))))),
    ),
  }
}

/** Listed columns of a panel into `plain`, and times the curvatures into `weighted`. */
function gather(): FunctionSource {
  const [x, list, listEnd, curvature, plain, weighted, row, from, v] = [0, 1, 2, 3, 4, 5, 6, 7, 8]
  return {
    params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'v128'],
    body: loop(
      list,
      get(listEnd),
      4,
      set(from, at(get(x), i32.load(get(list)))),
      set(row, i32.const(0)),
      loop(
        row,
        i32.const(COLUMN_BYTES),
        PAIR,
        set(v, pair.load(at(get(from), get(row)))),
        pair.store(at(get(plain), get(row)), get(v)),
        pair.store(at(get(weighted), get(row)), mul(pair.load(at(get(curvature), get(row))), get(v))),
      ),
      advance(plain, COLUMN_BYTES),
      advance(weighted, COLUMN_BYTES),
    ),
  }
}

/** Adds the 9 products of three weighted with three plain columns to a tile of the matrix. */
function tile(): FunctionSource {
  const [weighted, plain, out, rowBytes, row] = [0, 1, 2, 3, 4]
  const left = (j: number) => 5 + j
  const right = (k: number) => 5 + CELL + k
  const sum = (j: number, k: number) => 5 + 2 * CELL + CELL * j + k
  const cells = range(CELL).flatMap((j) => range(CELL).map((k) => [j, k] as const))
  return {
    params: ['i32', 'i32', 'i32', 'i32'],
    locals: ['i32', ...range(2 * CELL + CELL * CELL).map(() => 'v128' as const)],
    body: [
      ...loop(
        row,
        i32.const(COLUMN_BYTES),
        PAIR,
        ...range(CELL).map((j) => set(left(j), pair.load(at(get(weighted), get(row)), j * COLUMN_BYTES))),
        ...range(CELL).map((k) => set(right(k), pair.load(at(get(plain), get(row)), k * COLUMN_BYTES))),
        ...cells.map(([j, k]) => set(sum(j, k), add(get(sum(j, k)), mul(get(left(j)), get(right(k)))))),
      ),
      ...range(CELL).flatMap((j) => [
        ...range(CELL).flatMap((k) =>
          f64.store(get(out), f64.add(f64.load(get(out), 8 * k), sumOfLanes(get(sum(j, k)))), 8 * k),
        ),
        ...advance(out, get(rowBytes)),
      ]),
    ],
  }
}

/** Adds X' diag(curvature) X of the gathered columns of a panel to the lower tiles of the matrix. */
function tiles(tileIndex: number): FunctionSource {
  const [weighted, plain, bytes, out, rowBytes, j, k, cell] = [0, 1, 2, 3, 4, 5, 6, 7]
  return {
    params: ['i32', 'i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', 'i32'],
    body: loop(
      j,
      get(bytes),
      CELL * COLUMN_BYTES,
      set(k, i32.const(0)),
      set(cell, get(out)),
      loop(
        k,
        i32.add(get(j), i32.const(1)),
        CELL * COLUMN_BYTES,
        call(tileIndex, at(get(weighted), get(j)), at(get(plain), get(k)), get(cell), get(rowBytes)),
        advance(cell, 8 * CELL),
      ),
      advance(out, i32.mul(get(rowBytes), i32.const(CELL))),
    ),
  }
}

/** The places that the exported functions take, in this order. */
const PLACES = [
  'panel',
  'end',
  'x',
  'panelBytes',
  'list',
  'listEnd',
  'factors',
  'out',
  'rows',
  'curvature',
  'work',
] as const
type Place = (typeof PLACES)[number]
const place = (name: Place) => PLACES.indexOf(name)
const of = (name: Place) => get(place(name))

/** A loop over panels; `more` parameters follow `PLACES`. */
function eachPanel(name: string, more: number, ...body: Code[]): FunctionSource {
  return {
    export: name,
    params: [...PLACES, ...range(more)].map(() => 'i32' as const),
    locals: [],
    body: loop(
      place('panel'),
      of('end'),
      1,
      ...body,
      advance(place('x'), of('panelBytes')),
      ...(['rows', 'curvature', 'work'] as const).map((name) => advance(place(name), COLUMN_BYTES)),
    ),
  }
}

/** out = Σ curvature · rows · x of one column, at `x`; four sums over all panels. */
function slope(): FunctionSource {
  const [row, a, b] = [PLACES.length, PLACES.length + 1, PLACES.length + 2]
  const term = (offset: number) =>
    mul(
      mul(pair.load(at(of('curvature'), get(row)), offset), pair.load(at(of('rows'), get(row)), offset)),
      pair.load(at(of('x'), get(row)), offset),
    )
  const source = eachPanel(
    'slope',
    0,
    set(row, i32.const(0)),
    loop(row, i32.const(COLUMN_BYTES), 2 * PAIR, set(a, add(get(a), term(0))), set(b, add(get(b), term(PAIR)))),
  )
  return {
    ...source,
    locals: ['i32', 'v128', 'v128'],
    body: [...source.body, ...f64.store(of('out'), sumOfLanes(add(get(a), get(b))))],
  }
}

/** rows += factors_0 x for one column, at `x`. */
function move(): FunctionSource {
  const [row, by] = [PLACES.length, PLACES.length + 1]
  const moved = (offset: number) =>
    pair.store(
      at(of('rows'), get(row)),
      add(pair.load(at(of('rows'), get(row)), offset), mul(get(by), pair.load(at(of('x'), get(row)), offset))),
      offset,
    )
  const source = eachPanel(
    'move',
    0,
    set(row, i32.const(0)),
    set(by, pair.loadSplat(of('factors'))),
    loop(row, i32.const(COLUMN_BYTES), 2 * PAIR, moved(0), moved(PAIR)),
  )
  return { ...source, locals: ['i32', 'v128'] }
}

/** The column kernel's WebAssembly module; `column-bytes.ts` holds it. */
function columnKernelBytes(): Uint8Array<ArrayBuffer> {
  const index = { multiply: 0, project: 1, squares: 2, weigh: 3, gather: 4, tile: 5, tiles: 6 }
  const multiply = call(index.multiply, of('x'), of('list'), of('listEnd'), of('factors'), of('rows'))
  const [plain, weighted, bytes, matrix, rowBytes] = range(5).map((k) => get(PLACES.length + k)) as [
    Code,
    Code,
    Code,
    Code,
    Code,
  ]
  return assembleModule([
    multiplyPanel(),
    projectPanel(false),
    projectPanel(true),
    weigh(),
    gather(),
    tile(),
    tiles(index.tile),
    eachPanel('multiply', 0, multiply),
    eachPanel('project', 0, call(index.project, of('x'), of('list'), of('listEnd'), of('rows'), of('out'))),
    eachPanel(
      'normal',
      0,
      multiply,
      call(index.weigh, of('curvature'), of('rows'), of('work')),
      call(index.project, of('x'), of('list'), of('listEnd'), of('work'), of('out')),
    ),
    eachPanel('squares', 0, call(index.squares, of('x'), of('list'), of('listEnd'), of('curvature'), of('out'))),
    slope(),
    move(),
    eachPanel(
      'hessian',
      5,
      call(index.gather, of('x'), of('list'), of('listEnd'), of('curvature'), plain, weighted),
      call(index.tiles, weighted, plain, bytes, matrix, rowBytes),
    ),
  ])
}

/** The text of `column-bytes.ts`. */
export function columnKernelSource(): string {
  const lines =
    Buffer.from(columnKernelBytes())
      .toString('base64')
      .match(/.{1,100}/g) ?? []
  return [
    '// Written by bin/build-kernel.js from column-program.ts: change that, not this.',
    'export const COLUMN_KERNEL = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('')",
    '',
  ].join('\n')
}
