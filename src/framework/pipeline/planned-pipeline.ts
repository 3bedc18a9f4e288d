import type { Contribution } from '../contributions/contributions.ts'
import type { Step } from '../step.ts'

/** A step of one matrix cell, ready to run: everything about it was checked. */
export interface PlannedStep {
  /** `train`, or `train[miami,between]` in a matrix. Unique. */
  readonly name: string
  readonly id: string
  readonly use: string
  readonly step: Step
  readonly contribution: Contribution
  readonly params: Record<string, unknown>
  /** Names of planned steps that must be finished before. */
  readonly needs: readonly string[]
  /** Input name -> the planned step that produces it, under the same name. */
  readonly inputs: Readonly<Record<string, string>>
  readonly skipped: boolean
  readonly retry: { readonly attempts: number; readonly backoff_s: number }
}

/** A pipeline whose parameters, steps and inputs are resolved and checked. */
export interface PlannedPipeline {
  readonly id: string
  readonly title: string
  readonly params: Readonly<Record<string, unknown>>
  readonly steps: readonly PlannedStep[]
}
