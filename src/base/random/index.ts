export { normalCdf } from './normal-cdf.ts'
export type { Random } from './random.ts'
export { randomFrom, seedOf } from './random.ts'
