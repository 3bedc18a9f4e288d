import { messageOf } from '../../base/errors.ts'
import { validate } from '../../base/schema/index.ts'
import type { Mistakes } from './mistakes.ts'
import type { PipelineFile } from './pipeline-file.ts'

interface ParamsSchema {
  readonly properties?: Readonly<Record<string, ParamSchema>>
}

interface ParamSchema {
  readonly type?: string | readonly string[]
}

/** The parameters of a run, checked against those that the pipeline declares, with defaults filled in. */
export async function planParams(
  pipeline: PipelineFile,
  given: Readonly<Record<string, unknown>>,
  mistakes: Mistakes,
): Promise<Record<string, unknown>> {
  const declared = { type: 'object', additionalProperties: false, ...pipeline.params } as ParamsSchema
  const params = Object.fromEntries(
    Object.entries(given).map(([key, raw]) => [key, typed(raw, declared.properties?.[key])]),
  )
  try {
    const commandLine = { file: '--param', locate: () => ({ line: 0, column: 0 }) }
    mistakes.found.push(...(await validate(declared, params, commandLine)))
  } catch (error) {
    mistakes.report(['params'], `params is not a usable JSON Schema: ${messageOf(error)}`, 'key')
  }
  return params
}

/** Text of the command line as the type that its schema asks for; text that does not fit is left to the schema. */
function typed(raw: unknown, schema: ParamSchema | undefined): unknown {
  if (typeof raw !== 'string' || !schema?.type || [schema.type].flat().includes('string')) return raw
  try {
    return JSON.parse(raw)
  } catch {
    return raw
  }
}
