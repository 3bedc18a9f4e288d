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

/**
 * What a planned step is across runs: pipeline, step and what the steps before it, or itself, resolve (a configuration).
 * Runs of another configuration are other work, and never compared.
 */
export function identityOf(pipeline: PlannedPipeline, planned: PlannedStep): string {
  const above = new Set([planned.name])
  for (const name of above) {
    for (const need of pipeline.steps.find((one) => one.name === name)?.needs ?? []) above.add(need)
  }
  const resolved = pipeline.steps.flatMap(({ name, step, params }) =>
    step.resolves && above.has(name) ? [step.resolves.name(params)] : [],
  )
  return [pipeline.id, planned.name, ...resolved].join('\n')
}

/** A pipeline whose parameters, steps and inputs are resolved and checked. */
export interface PlannedPipeline {
  readonly id: string
  readonly title: string
  readonly params: Readonly<Record<string, unknown>>
  readonly steps: readonly PlannedStep[]
}
