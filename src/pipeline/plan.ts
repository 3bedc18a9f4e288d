import type { Contribution, Contributions } from '../contributions.ts'
import { messageOf } from '../errors.ts'
import type { YamlDocument } from '../schema/index.ts'
import { checkAgainst, nearest, type Problem, problemsError, readYaml, validate } from '../schema/index.ts'
import type { Step } from '../step.ts'
import { type PipelineFile, type PipelineStep, pipelineSchema } from './pipeline-file.ts'
import { type Scope, substitute } from './substitute.ts'

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

export interface PlannedPipeline {
  readonly id: string
  readonly title: string
  readonly params: Readonly<Record<string, unknown>>
  readonly steps: readonly PlannedStep[]
}

/**
 * Resolves a pipeline file against parameters and plugins; nothing is run.
 *
 * @param given  parameters of the command line as text or JSON values; text is converted by the parameter's schema
 * @throws KwxError PIPELINE_INVALID (exit 2) that lists every mistake at once with file:line:column
 */
export async function planPipeline(
  id: string,
  file: string,
  given: Readonly<Record<string, unknown>>,
  contributions: Contributions,
): Promise<PlannedPipeline> {
  const document = await readYaml(file)
  const problems: Problem[] = await checkAgainst(pipelineSchema, document)
  if (problems.length > 0) throw invalid(id, problems)

  const pipeline = document.value as PipelineFile
  const params = await checkParams(pipeline, given, document, problems)
  const steps: PlannedStep[] = []
  const loaded = await loadSteps(pipeline, contributions, document, problems)
  checkNames(pipeline, document, problems)
  if (loaded) {
    for (const cell of cells(pipeline, params, document, problems)) {
      await planCell(pipeline, { params, matrix: cell }, loaded, document, problems, steps)
    }
  }
  if (problems.length > 0) throw invalid(id, distinct(problems))
  return { id, title: pipeline.title, params, steps }
}

const invalid = (id: string, problems: Problem[]) =>
  problemsError(problems, { code: 'PIPELINE_INVALID', what: `The pipeline ${id}` })

type Loaded = Map<string, { step: Step; contribution: Contribution }>

/** A mistake repeats in every matrix cell; it is told once. */
function distinct(problems: Problem[]): Problem[] {
  const seen = new Map(problems.map((one) => [`${one.file}:${one.line}:${one.column} ${one.message}`, one]))
  return [...seen.values()]
}

async function checkParams(
  pipeline: PipelineFile,
  given: Readonly<Record<string, unknown>>,
  document: YamlDocument,
  problems: Problem[],
): Promise<Record<string, unknown>> {
  const declared = { type: 'object', additionalProperties: false, ...pipeline.params } as ParamsSchema
  const value = Object.fromEntries(
    Object.entries(given).map(([key, raw]) => [key, typed(raw, declared.properties?.[key])]),
  )
  try {
    problems.push(...(await validate(declared, value, { file: '--param', locate: () => ({ line: 0, column: 0 }) })))
  } catch (error) {
    const place = document.locate(['params'], 'key')
    problems.push({ file: document.file, ...place, message: `params is not a usable JSON Schema: ${messageOf(error)}` })
  }
  return value
}

interface ParamsSchema {
  readonly properties?: Readonly<Record<string, { readonly type?: string | readonly string[] }>>
}

/** Text of the command line as the type that its schema asks for; text that does not fit is left to the schema. */
function typed(raw: unknown, schema: { readonly type?: string | readonly string[] } | undefined): unknown {
  if (typeof raw !== 'string' || !schema?.type || [schema.type].flat().includes('string')) return raw
  try {
    return JSON.parse(raw)
  } catch {
    return raw
  }
}

async function loadSteps(
  pipeline: PipelineFile,
  contributions: Contributions,
  document: YamlDocument,
  problems: Problem[],
): Promise<Loaded | null> {
  const loaded: Loaded = new Map()
  let complete = true
  const known = contributions.list('steps').map((one) => one.id)
  for (const [i, { use }] of pipeline.steps.entries()) {
    const contribution = contributions.find('steps', use)
    if (contribution) {
      loaded.set(use, { step: await contributions.load<Step>('steps', use), contribution })
      continue
    }
    complete = false
    const guess = nearest(use, known)
    problems.push({
      file: document.file,
      ...document.locate(['steps', i, 'use'], 'value'),
      message: `no plugin contributes the step "${use}"${guess ? `, did you mean "${guess}"?` : ''}`,
    })
  }
  return complete ? loaded : null
}

function checkNames(pipeline: PipelineFile, document: YamlDocument, problems: Problem[]): void {
  const seen: string[] = []
  for (const [i, step] of pipeline.steps.entries()) {
    if (seen.includes(step.id)) {
      problems.push({
        file: document.file,
        ...document.locate(['steps', i, 'id'], 'value'),
        message: `a second step is called "${step.id}"`,
      })
    }
    for (const [k, need] of (step.needs ?? []).entries()) {
      if (seen.includes(need)) continue
      const guess = nearest(need, seen)
      problems.push({
        file: document.file,
        ...document.locate(['steps', i, 'needs', k], 'value'),
        message: `"${step.id}" needs "${need}", which is no earlier step${guess ? `; did you mean "${guess}"?` : ''}`,
      })
    }
    seen.push(step.id)
  }
}

/** Every combination of the matrix, in the order written; one empty cell without a matrix. */
function cells(
  pipeline: PipelineFile,
  params: Record<string, unknown>,
  document: YamlDocument,
  problems: Problem[],
): Record<string, unknown>[] {
  let combinations: Record<string, unknown>[] = [{}]
  for (const [key, raw] of Object.entries(pipeline.matrix ?? {})) {
    const { value, unknown } = substitute(raw, { params, matrix: {} })
    if (unknown.length > 0 || !Array.isArray(value) || value.length === 0) {
      problems.push({
        file: document.file,
        ...document.locate(['matrix', key], 'value'),
        message: `matrix.${key} must be a list with at least one value`,
      })
      continue
    }
    combinations = combinations.flatMap((cell) => value.map((item) => ({ ...cell, [key]: item as unknown })))
  }
  return combinations
}

async function planCell(
  pipeline: PipelineFile,
  scope: Scope,
  loaded: Loaded,
  document: YamlDocument,
  problems: Problem[],
  planned: PlannedStep[],
): Promise<void> {
  const cell = Object.values(scope.matrix)
  const nameOf = (id: string) => (cell.length > 0 ? `${id}[${cell.map(String).join(',')}]` : id)
  const producers = new Map<string, { id: string; kind: string; skipped: boolean }>()
  for (const [i, written] of pipeline.steps.entries()) {
    const { step, contribution } = loaded.get(written.use)!
    const at = (path: readonly (string | number)[], part: 'key' | 'value' = 'value') => ({
      file: document.file,
      ...document.locate(['steps', i, ...path], part),
    })
    const skipped = !isWanted(written, scope, at, problems)
    const params = await resolveParams(written, step, scope, at, document.file, problems)
    const inputs: Record<string, string> = {}
    for (const [name, kind] of Object.entries(step.consumes)) {
      const producer = producers.get(name)
      if (!producer) {
        problems.push({
          ...at(['use']),
          message: `"${written.id}" consumes "${name}" (${kind}), which no earlier step produces`,
        })
      } else if (producer.kind !== kind) {
        problems.push({
          ...at(['use']),
          message: `"${written.id}" consumes "${name}" of kind ${kind}, but "${producer.id}" produces kind ${producer.kind}`,
        })
      } else if (producer.skipped && !skipped) {
        problems.push({
          ...at(['use']),
          message: `"${written.id}" consumes "${name}" of "${producer.id}", which its "when" skips`,
        })
      } else inputs[name] = nameOf(producer.id)
    }
    for (const [name, kind] of Object.entries(step.produces)) producers.set(name, { id: written.id, kind, skipped })
    planned.push({
      name: nameOf(written.id),
      id: written.id,
      use: written.use,
      step,
      contribution,
      params,
      needs: [...new Set([...(written.needs ?? []).map(nameOf), ...Object.values(inputs)])],
      inputs,
      skipped,
      retry: written.retry ?? { attempts: 1, backoff_s: 0 },
    })
  }
}

type At = (path: readonly (string | number)[], part?: 'key' | 'value') => { file: string; line: number; column: number }

function isWanted(written: PipelineStep, scope: Scope, at: At, problems: Problem[]): boolean {
  if (written.when === undefined) return true
  const { value, unknown } = substitute(written.when, scope)
  if (unknown.length === 0 && typeof value === 'boolean') return value
  problems.push({ ...at(['when']), message: `"when" must be true or false, found ${JSON.stringify(value)}` })
  return true
}

async function resolveParams(
  written: PipelineStep,
  step: Step,
  scope: Scope,
  at: At,
  file: string,
  problems: Problem[],
): Promise<Record<string, unknown>> {
  const { value, unknown } = substitute(written.with ?? {}, scope)
  for (const { path, expression, known } of unknown) {
    const guess = nearest(expression, [...known])
    problems.push({
      ...at(['with', ...path]),
      message: `unknown name "${expression}" in a substitution${guess ? `, did you mean "${guess}"?` : ''}`,
    })
  }
  const params = value as Record<string, unknown>
  if (unknown.length === 0) {
    const locate = (path: readonly (string | number)[], part: 'key' | 'value') =>
      written.with ? at(['with', ...path], part) : at(['use'])
    problems.push(...(await validate(step.params, params, { file, locate })))
  }
  return params
}
