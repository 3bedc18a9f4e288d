import { createHash } from 'node:crypto'

/** A seeded generator: the only source of randomness in kwx. Equal seeds give equal sequences on every machine. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number
  /** Uniform integer in [0, n). */
  integer(n: number): number
  /** Standard normal. */
  normal(): number
  /** A shuffled copy (Fisher-Yates). */
  shuffled<T>(items: readonly T[]): T[]
}

/**
 * Generator sfc32, seeded with the four words of a 128-bit hash.
 *
 * @source Chris Doty-Humphrey's PractRand (sfc32); normals by Marsaglia's polar method
 */
export function randomFrom(seed: string): Random {
  let [a, b, c, d] = seedOf(seed)
  const next = () => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 16; i++) next()
  const uniform = () => (next() * 2_097_152 + (next() >>> 11)) / 9_007_199_254_740_992
  let spare: number | undefined
  return {
    uniform,
    integer: (n) => Math.floor(uniform() * n),
    normal() {
      if (spare !== undefined) {
        const value = spare
        spare = undefined
        return value
      }
      for (;;) {
        const u = 2 * uniform() - 1
        const v = 2 * uniform() - 1
        const s = u * u + v * v
        if (s === 0 || s >= 1) continue
        const scale = Math.sqrt((-2 * Math.log(s)) / s)
        spare = v * scale
        return u * scale
      }
    },
    shuffled(items) {
      const copy = [...items]
      for (let i = copy.length - 1; i > 0; i--) {
        const j = Math.floor(uniform() * (i + 1))
        const held = copy[i]!
        copy[i] = copy[j]!
        copy[j] = held
      }
      return copy
    },
  }
}

/** Four 32-bit words of the text's SHA-256. Seeds of units are written `${seed}/${unit id}`. */
export function seedOf(text: string): [number, number, number, number] {
  const digest = createHash('sha256').update(text).digest()
  return [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12)]
}
