/*
 * As much of a WebAssembly assembler as the kernel needs: instructions are written as nested calls and become the bytes
 * of the binary format. An operand comes before the instruction that takes it, so `add(get(a), load(x))` is its operands'
 * bytes followed by its own.
 *
 * Source: WebAssembly Core Specification 2.0, chapter 5 (binary format).
 */

/** Instructions, each leaving at most one value on the stack. */
export type Code = readonly number[]

const I32 = 0x7f
const F64 = 0x7c
const V128 = 0x7b
const TYPES = { i32: I32, f64: F64, v128: V128 } as const
type ValueType = keyof typeof TYPES

/** LEB128, unsigned. */
function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest & 0x7f
    rest >>>= 7
    bytes.push(rest === 0 ? low : low | 0x80)
  } while (rest !== 0)
  return bytes
}

/** LEB128, signed. */
function signed(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 0x7f
    const last = rest >> 7 === (low & 0x40 ? -1 : 0)
    bytes.push(last ? low : low | 0x80)
    if (last) return bytes
  }
}

const ieee = (value: number) => [...new Uint8Array(Float64Array.of(value).buffer)]
const simd = (opcode: number) => [0xfd, ...unsigned(opcode)]
const memory = (alignment: number, offset: number) => [alignment, ...unsigned(offset)]
const binary = (opcode: Code) => (a: Code, b: Code) => [...a, ...b, ...opcode]
const unary = (opcode: Code) => (a: Code) => [...a, ...opcode]

export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)]
export const call = (index: number, ...args: Code[]): Code => [...args.flat(), 0x10, ...unsigned(index)]
export const when = (condition: Code, ...body: Code[]): Code => [...condition, 0x04, 0x40, ...body.flat(), 0x0b]

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  add: binary([0x6a]),
  mul: binary([0x6c]),
  lessThan: binary([0x49]),
  and: binary([0x71]),
  load: (at: Code, offset = 0): Code => [...at, 0x28, ...memory(2, offset)],
}

export const f64 = {
  load: (at: Code, offset = 0): Code => [...at, 0x2b, ...memory(3, offset)],
  store: (at: Code, value: Code, offset = 0): Code => [...at, ...value, 0x39, ...memory(3, offset)],
  add: binary([0xa0]),
  mul: binary([0xa2]),
}

/** Two float64 side by side. */
export const pair = {
  load: (at: Code, offset = 0): Code => [...at, ...simd(0x00), ...memory(3, offset)],
  /** The same float64 twice. */
  loadSplat: (at: Code, offset = 0): Code => [...at, ...simd(0x0a), ...memory(3, offset)],
  store: (at: Code, value: Code, offset = 0): Code => [...at, ...value, ...simd(0x0b), ...memory(3, offset)],
  const: (value: number): Code => [...simd(0x0c), ...ieee(value), ...ieee(value)],
  splat: unary(simd(0x14)),
  lane: (a: Code, lane: 0 | 1): Code => [...a, ...simd(0x21), lane],
  /** All bits of a lane set where a < b. */
  lessThan: binary(simd(0x49)),
  /** The bits of a where those of the mask are set, of b elsewhere. */
  select: (a: Code, b: Code, mask: Code): Code => [...a, ...b, ...mask, ...simd(0x52)],
  /** The bits of each lane, moved to the left. */
  shiftLeft: (a: Code, by: number): Code => [...a, ...i32.const(by), ...simd(0xcb)],
  abs: unary(simd(0xec)),
  neg: unary(simd(0xed)),
  add: binary(simd(0xf0)),
  sub: binary(simd(0xf1)),
  mul: binary(simd(0xf2)),
  div: binary(simd(0xf3)),
  max: binary(simd(0xf5)),
}

/** Repeats `body` while `local`, an i32 counted up by `step` after each round, is below `end`; at least once. */
export function loop(local: number, end: Code, step: number, ...body: Code[]): Code {
  const count = [...set(local, i32.add(get(local), i32.const(step))), ...i32.lessThan(get(local), end), 0x0d, 0x00]
  return [0x03, 0x40, ...body.flat(), ...count, 0x0b]
}

export interface FunctionSource {
  readonly params: readonly ValueType[]
  readonly locals: readonly ValueType[]
  readonly body: Code
  /** Seen from outside under this name. */
  readonly export?: string
}

const vector = (items: readonly Code[]) => [...unsigned(items.length), ...items.flat()]
const section = (id: number, content: Code) => [id, ...unsigned(content.length), ...content]
const text = (value: string) => [...unsigned(value.length), ...new TextEncoder().encode(value)]

/** A module of functions without results, over an imported memory `env.memory` of at least one page. */
export function assembleModule(functions: readonly FunctionSource[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ params }) => [0x60, ...vector(params.map((type) => [TYPES[type]])), 0])
  const bodies = functions.map(({ locals, body }) => {
    const code = [...vector(locals.map((type) => [1, TYPES[type]])), ...body, 0x0b]
    return [...unsigned(code.length), ...code]
  })
  const exported = functions.flatMap(({ export: name }, k) => (name ? [[...text(name), 0x00, ...unsigned(k)]] : []))
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector([[...text('env'), ...text('memory'), 0x02, 0x00, 0x01]])),
    ...section(3, vector(functions.map((_, k) => unsigned(k)))),
    ...section(7, vector(exported)),
    ...section(10, vector(bodies)),
  ])
}
