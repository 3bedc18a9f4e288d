export type { Random } from './random.ts'
export { randomFrom, seedOf } from './random.ts'
