const number = { type: 'number' }
const numbers = { type: 'array', items: number }
const text = { type: 'string', minLength: 1 }
const count = { type: 'integer', minimum: 0 }
const day = { type: 'string', format: 'date', pattern: '^(19|20)\\d{2}-' }
const days = { type: 'array', items: day }
const hash = { type: 'string', pattern: '^[0-9a-f]{64}$' }

const object = (properties: Record<string, object>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})

const withOptional = (optional: Record<string, object>, properties: Record<string, object>) => ({
  ...object({ ...properties, ...optional }),
  required: Object.keys(properties),
})

const calibrator = {
  oneOf: [
    object({ method: { const: 'isotonic' }, x: { ...numbers, minItems: 1 }, y: { ...numbers, minItems: 1 } }),
    object({ method: { const: 'sigmoid' }, a: number, b: number }),
    object({ method: { const: 'none' } }),
  ],
}

/** JSON Schema of `model.json`. */
export const modelSchema = {
  $id: 'kwx/model@1',
  ...withOptional(
    { offset: { const: 'market' }, embargo_days: { type: 'integer', minimum: 1 } },
    {
      schema: { const: 'kwx/model@1' },
      id: hash,
      city: text,
      bracket: { enum: ['between', 'greater', 'less'] },
      feature_set: text,
      feature_set_version: text,
      window: { type: 'string', pattern: '^win_\\d{8}_\\d{8}$' },
      features: { type: 'array', items: text, minItems: 1, uniqueItems: true },
      scaling: object({ mean: numbers, scale: { type: 'array', items: { type: 'number', exclusiveMinimum: 0 } } }),
      coefficients: numbers,
      intercept: number,
      calibrator,
      calibration: object({ reason: text, rows: count, days }),
      clip: { type: 'array', items: { type: 'number', minimum: 0, maximum: 1 }, minItems: 2, maxItems: 2 },
      hyper_parameters: object({
        penalty: { enum: ['l1', 'l2', 'elasticnet'] },
        C: { type: 'number', exclusiveMinimum: 0 },
        l1_ratio: { type: 'number', minimum: 0, maximum: 1 },
        class_weight: { enum: [null, 'balanced'] },
      }),
      certificate: withOptional(
        { reason: text },
        {
          solver: text,
          objective: number,
          kkt: number,
          relativeGap: number,
          iterations: count,
          converged: { type: 'boolean' },
        },
      ),
      training: object({ first_day: day, last_day: day, days, rows: count, positives: count }),
      test: object({ first_day: day, last_day: day }),
      data: object({ features: text, labels: text }),
      seed: { type: 'integer' },
      kwx: text,
    },
  ),
}
