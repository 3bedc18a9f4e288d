/** A pipeline as written in YAML, after its shape was checked. */
export interface PipelineFile {
  readonly title: string
  /** JSON Schema of the parameters, with defaults. */
  readonly params?: Record<string, unknown>
  /** Name -> values: the steps run once for each combination. */
  readonly matrix?: Readonly<Record<string, readonly unknown[] | string>>
  readonly steps: readonly PipelineStep[]
}

/** A step as written; its parameters may still hold substitutions. */
export interface PipelineStep {
  readonly id: string
  /** Id of a contributed step, for example `dataset:build`. */
  readonly use: string
  readonly with?: Readonly<Record<string, unknown>>
  /** Steps of the same matrix cell that must be finished before; producers of what it consumes always are. */
  readonly needs?: readonly string[]
  /** One substitution that is true or false. */
  readonly when?: string | boolean
  readonly retry?: { readonly attempts: number; readonly backoff_s: number }
}

const name = { type: 'string', pattern: '^[a-z][a-z0-9_-]*$' }

/** JSON Schema of a pipeline; `PipelineFile` is its type. */
export const pipelineSchema = {
  $id: 'kwx/pipeline@1',
  type: 'object',
  additionalProperties: false,
  required: ['title', 'steps'],
  properties: {
    title: { type: 'string', minLength: 1 },
    params: { type: 'object' },
    matrix: {
      type: 'object',
      minProperties: 1,
      propertyNames: name,
      additionalProperties: {
        anyOf: [
          { type: 'array', minItems: 1 },
          { type: 'string', pattern: '^\\$\\{\\{.*\\}\\}$' },
        ],
      },
    },
    steps: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'use'],
        properties: {
          id: name,
          use: { type: 'string', pattern: '^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*$' },
          with: { type: 'object' },
          needs: { type: 'array', items: name, uniqueItems: true },
          when: { anyOf: [{ type: 'boolean' }, { type: 'string', pattern: '^\\$\\{\\{.*\\}\\}$' }] },
          retry: {
            type: 'object',
            additionalProperties: false,
            required: ['attempts', 'backoff_s'],
            properties: {
              attempts: { type: 'integer', minimum: 1, maximum: 10 },
              backoff_s: { type: 'number', minimum: 0, maximum: 600 },
            },
          },
        },
      },
    },
  },
} as const
