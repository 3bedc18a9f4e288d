export type { Environment } from './environment.ts'
export type { PreviewLine } from './preview.ts'
export type { RunResult, StepOutcome } from './run-result.ts'
