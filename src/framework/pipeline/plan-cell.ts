import { nearest, type Path, validate } from '../../base/schema/index.ts'
import type { Contribution } from '../contributions/contributions.ts'
import type { Step } from '../step.ts'
import type { Mistakes } from './mistakes.ts'
import type { PipelineFile, PipelineStep } from './pipeline-file.ts'
import type { PlannedStep } from './planned-pipeline.ts'
import { type Scope, substitute } from './substitute.ts'

/** The steps that a pipeline uses, by the id of their contribution. */
export type LoadedSteps = ReadonlyMap<string, { readonly step: Step; readonly contribution: Contribution }>

interface Producer {
  readonly id: string
  readonly kind: string
  readonly skipped: boolean
}

/** Every combination of the matrix, in the order written; one empty cell without a matrix. */
export function cellsOf(
  pipeline: PipelineFile,
  params: Readonly<Record<string, unknown>>,
  mistakes: Mistakes,
): Record<string, unknown>[] {
  let combinations: Record<string, unknown>[] = [{}]
  for (const [key, raw] of Object.entries(pipeline.matrix ?? {})) {
    const { value, unknown } = substitute(raw, { params, matrix: {} })
    if (unknown.length > 0 || !Array.isArray(value) || value.length === 0) {
      mistakes.report(['matrix', key], `matrix.${key} must be a list with at least one value`)
      continue
    }
    combinations = combinations.flatMap((cell) => value.map((item) => ({ ...cell, [key]: item as unknown })))
  }
  return combinations
}

/** The steps of one matrix cell, in the order written. */
export async function planCell(
  pipeline: PipelineFile,
  scope: Scope,
  loaded: LoadedSteps,
  mistakes: Mistakes,
): Promise<PlannedStep[]> {
  const cell = Object.values(scope.matrix)
  const nameOf = (id: string) => (cell.length > 0 ? `${id}[${cell.map(String).join(',')}]` : id)
  const producers = new Map<string, Producer>()
  const planned: PlannedStep[] = []
  for (const [i, written] of pipeline.steps.entries()) {
    const { step, contribution } = loaded.get(written.use)!
    const skipped = !isWanted(written, i, scope, mistakes)
    const params = await stepParams(pipeline, i, step, scope, mistakes)
    const inputs = inputsOf(written, i, step, skipped, producers, mistakes)
    for (const [name, kind] of Object.entries(step.produces)) producers.set(name, { id: written.id, kind, skipped })
    const sources = Object.fromEntries(Object.entries(inputs).map(([name, id]) => [name, nameOf(id)]))
    planned.push({
      name: nameOf(written.id),
      id: written.id,
      use: written.use,
      step,
      contribution,
      params,
      needs: [...new Set([...(written.needs ?? []).map(nameOf), ...Object.values(sources)])],
      inputs: sources,
      skipped,
      retry: written.retry ?? { attempts: 1, backoff_s: 0 },
    })
  }
  return planned
}

function isWanted(written: PipelineStep, i: number, scope: Scope, mistakes: Mistakes): boolean {
  if (written.when === undefined) return true
  const { value, unknown } = substitute(written.when, scope)
  if (unknown.length === 0 && typeof value === 'boolean') return value
  mistakes.report(['steps', i, 'when'], `"when" must be true or false, found ${JSON.stringify(value)}`)
  return true
}

async function stepParams(
  pipeline: PipelineFile,
  i: number,
  step: Step,
  scope: Scope,
  mistakes: Mistakes,
): Promise<Record<string, unknown>> {
  const written = pipeline.steps[i]!
  const { properties = {}, required = [] } = (pipeline.params ?? {}) as { properties?: object; required?: string[] }
  const { value, unknown } = substitute(written.with ?? {}, scope)
  for (const { path, expression, known } of unknown) {
    const parameter = /^params\.(.+)/.exec(expression)?.[1] ?? ''
    if (required.includes(parameter)) continue // was told as missing
    if (Object.hasOwn(properties, parameter)) {
      mistakes.report(
        ['steps', i, 'with', ...path],
        `\`${parameter}\` has no value; give it with --param ${parameter}=...`,
      )
      continue
    }
    const guess = nearest(expression, [...known])
    const help = guess ? `, did you mean "${guess}"?` : ''
    mistakes.report(['steps', i, 'with', ...path], `unknown name "${expression}" in a substitution${help}`)
  }
  const params = value as Record<string, unknown>
  if (unknown.length > 0) return params
  const locate = (path: Path, part: 'key' | 'value') =>
    written.with ? mistakes.at(['steps', i, 'with', ...path], part) : mistakes.at(['steps', i, 'use'])
  mistakes.found.push(...(await validate(step.params, params, { file: mistakes.document.file, locate })))
  return params
}

/** Input name -> id of the step that produces it. */
function inputsOf(
  written: PipelineStep,
  i: number,
  step: Step,
  skipped: boolean,
  producers: ReadonlyMap<string, Producer>,
  mistakes: Mistakes,
): Record<string, string> {
  const inputs: Record<string, string> = {}
  for (const [name, kind] of Object.entries(step.consumes)) {
    const producer = producers.get(name)
    const wrong = whyNot(kind, producer, skipped)
    if (wrong) mistakes.report(['steps', i, 'use'], `"${written.id}" consumes "${name}" ${wrong}`)
    else inputs[name] = producer!.id
  }
  for (const [name, kind] of Object.entries(step.takes ?? {})) {
    const producer = producers.get(name)
    if (producer?.kind === kind && !producer.skipped) inputs[name] = producer.id
  }
  return inputs
}

function whyNot(kind: string, producer: Producer | undefined, skipped: boolean): string | null {
  if (!producer) return `(${kind}), which no earlier step produces`
  if (producer.kind !== kind) return `of kind ${kind}, but "${producer.id}" produces kind ${producer.kind}`
  if (producer.skipped && !skipped) return `of "${producer.id}", which its "when" skips`
  return null
}
