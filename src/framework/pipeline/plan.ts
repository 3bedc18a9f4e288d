import { checkAgainst, nearest, type Problem, problemsError, readYaml } from '../../base/schema/index.ts'
import type { Contribution, Contributions } from '../contributions/contributions.ts'
import type { Step } from '../step.ts'
import { Mistakes } from './mistakes.ts'
import { type PipelineFile, pipelineSchema } from './pipeline-file.ts'
import { cellsOf, type LoadedSteps, planCell } from './plan-cell.ts'
import { planParams } from './plan-params.ts'
import type { PlannedPipeline, PlannedStep } from './planned-pipeline.ts'

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
  const problems = await checkAgainst(pipelineSchema, document)
  if (problems.length > 0) throw invalid(id, problems)

  const pipeline = document.value as PipelineFile
  const mistakes = new Mistakes(document)
  const params = await planParams(pipeline, given, mistakes)
  const loaded = await loadSteps(pipeline, contributions, mistakes)
  checkNames(pipeline, mistakes)
  const steps: PlannedStep[] = []
  if (loaded) {
    for (const matrix of cellsOf(pipeline, params, mistakes)) {
      steps.push(...(await planCell(pipeline, { params, matrix }, loaded, mistakes)))
    }
  }
  if (mistakes.found.length > 0) throw invalid(id, mistakes.distinct)
  return { id, title: pipeline.title, params, steps }
}

const invalid = (id: string, problems: Problem[]) =>
  problemsError(problems, { code: 'PIPELINE_INVALID', what: `The pipeline ${id}` })

/** The steps that the file uses; null when one is unknown, because inputs cannot be matched without it. */
async function loadSteps(
  pipeline: PipelineFile,
  contributions: Contributions,
  mistakes: Mistakes,
): Promise<LoadedSteps | null> {
  const loaded = new Map<string, { step: Step; contribution: Contribution }>()
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
    const help = guess ? `, did you mean "${guess}"?` : ''
    mistakes.report(['steps', i, 'use'], `no plugin contributes the step "${use}"${help}`)
  }
  return complete ? loaded : null
}

/** Ids that are there twice, and needs that name no earlier step. */
function checkNames(pipeline: PipelineFile, mistakes: Mistakes): void {
  const seen: string[] = []
  for (const [i, { id, needs = [] }] of pipeline.steps.entries()) {
    if (seen.includes(id)) mistakes.report(['steps', i, 'id'], `a second step is called "${id}"`)
    for (const [k, need] of needs.entries()) {
      if (seen.includes(need)) continue
      const guess = nearest(need, seen)
      const help = guess ? `; did you mean "${guess}"?` : ''
      mistakes.report(['steps', i, 'needs', k], `"${id}" needs "${need}", which is no earlier step${help}`)
    }
    seen.push(id)
  }
}
