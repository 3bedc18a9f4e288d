const day = { type: 'string', format: 'date' }
const from = { from: day, until: day }

const listOf = (required: string[], properties: object) => ({
  type: 'array',
  items: { type: 'object', additionalProperties: false, required, properties },
})

/** JSON Schema of a city manifest; `City` is its type. */
export const citySchema = {
  $id: 'kwx/city@1',
  type: 'object',
  additionalProperties: false,
  required: [
    'id',
    'name',
    'aliases',
    'station',
    'cliId',
    'ghcnId',
    'zone',
    'standardOffset',
    'series',
    'proxies',
    'gates',
    'regimes',
  ],
  properties: {
    $schema: { type: 'string' },
    id: { type: 'string', pattern: '^[a-z][a-z0-9_-]{1,31}$' },
    name: { type: 'string', minLength: 1 },
    aliases: { type: 'array', items: { type: 'string', pattern: '^[a-z][a-z0-9_-]{1,31}$' } },
    station: { type: 'string', pattern: '^[A-Z0-9]{4}$' },
    cliId: { type: 'string', pattern: '^[A-Z]{3}$' },
    ghcnId: { type: ['string', 'null'] },
    zone: { type: 'string', minLength: 1 },
    standardOffset: { type: 'integer', minimum: -720, maximum: 840 },
    series: {
      ...listOf(['ticker'], { ...from, ticker: { type: 'string', pattern: '^[A-Z0-9]+$' }, note: { type: 'string' } }),
      minItems: 1,
    },
    proxies: listOf(['station', 'reason'], {
      station: { type: 'string', pattern: '^[A-Z0-9]{4}$' },
      reason: { type: 'string', minLength: 1 },
    }),
    observations: {
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: { type: 'string', pattern: '^[a-z][a-z0-9-]{1,40}$' },
    },
    gates: listOf(['source', 'fields', 'reason'], {
      source: { type: 'string' },
      fields: { type: 'array', minItems: 1, items: { type: 'string', enum: ['dew_f', 'humidity_pct', 'wind_mph'] } },
      reason: { type: 'string', minLength: 1 },
    }),
    tested: { type: 'boolean' },
    unchecked: { type: 'array', items: { type: 'string', minLength: 1 } },
    regimes: {
      type: 'object',
      additionalProperties: false,
      required: ['settlement', 'close', 'fee'],
      properties: {
        settlement: listOf(['source', 'snapshot'], {
          ...from,
          source: { type: 'string' },
          snapshot: { type: 'string' },
        }),
        close: listOf(['rule'], { ...from, rule: { type: 'string' } }),
        fee: listOf(['type', 'multiplier', 'grain'], {
          ...from,
          type: { type: 'string' },
          multiplier: { type: 'number', minimum: 0 },
          grain: { type: 'string', enum: ['cent', 'centicent'] },
        }),
      },
    },
  },
} as const
