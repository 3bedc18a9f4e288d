/*
 * What the registry reads of files that other phases wrote. They may hold more; what is read must be there and of its
 * kind, because a promotion rests on it.
 */
const text = { type: 'string', minLength: 1 }
const hash = { type: 'string', pattern: '^[0-9a-f]{64}$' }
const bracket = { enum: ['between', 'greater', 'less'] }
const city = { type: 'string', pattern: '^[a-z][a-z0-9_-]*$' }
const window = { type: 'string', pattern: '^win_\\d{8}_\\d{8}$' }
const outcome = { enum: ['pass', 'fail', 'not-enough-evidence', 'not-applicable', 'stale'] }

const object = (properties: Record<string, object>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
})

const scored = object({ log_loss: { type: ['number', 'null'] } })
const verdict = object({ outcome, sentence: text })

/** `pilot.json`. */
export const pilotSchema = {
  $id: 'kwx/models/pilot@1',
  ...object({
    name: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' },
    city,
    bracket,
    feature_set: text,
    windows: {
      type: 'array',
      items: object({ window, outcome: { enum: ['fitted', 'not-enough-evidence'] } }),
    },
  }),
}

/** `parameters.json`. */
export const parametersSchema = {
  $id: 'kwx/models/parameters@1',
  ...object({
    window,
    method: text,
    trials: { type: 'array', minItems: 1, items: { type: 'object' } },
    chosen: { type: 'integer', minimum: 0 },
  }),
}

/** `provenance.json`. */
export const provenanceSchema = {
  $id: 'kwx/models/provenance@1',
  ...object({ step: text, kwx: text, inputs: { type: 'object', additionalProperties: hash } }),
}

/** `01_model_validation_summary.json`. */
export const summarySchema = {
  $id: 'kwx/models/summary@1',
  ...object({
    city,
    bracket,
    origin: { enum: ['real', 'replay', 'simulated'] },
    verdict,
    gates: { type: 'array', items: object({ gate: text, outcome, sentence: { type: 'string' } }) },
  }),
}

/** `verification.json`. */
export const verificationSchema = {
  $id: 'kwx/models/verification@1',
  ...object({ passed: { type: 'boolean' }, checks: { type: 'array', items: { type: 'object' } } }),
}

/** `08_blend_grid.json`. */
export const blendSchema = {
  $id: 'kwx/models/blend@1',
  ...object({
    skill: object({
      verdict: { enum: ['too-few-days', 'equal', 'better', 'worse', 'not-shown'] },
      outcome,
      sentence: text,
    }),
    no_harm: verdict,
    origin: { enum: ['real', 'replay', 'simulated'] },
    pilot: { anyOf: [hash, { type: 'null' }] },
    pilots: {
      type: 'array',
      items: object({ pilot: hash, weight: { type: 'number' }, delivered: scored, market: scored }),
    },
  }),
}
