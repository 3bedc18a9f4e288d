export { randomFrom, seedOf } from './random.ts'
export type { Random } from './random.ts'
