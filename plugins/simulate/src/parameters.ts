/** What a simulated market depends on: equal parameters give equal rows, byte for byte. */
export interface MarketParameters {
  readonly city: string
  /** ISO date of the first climate day. */
  readonly start_date: string
  readonly days: number
  readonly seed: number
  /** Planted edge: the market maker's logit is the true one times `1 - edge`. 0 plants none. */
  readonly edge: number
  /** Standard deviation of the maker's error, in logits. */
  readonly noise: number
  /** Mean trades per market and hour over a whole day. */
  readonly trades_per_hour: number
  /** How often the maker looks at the weather, minutes; a multiple of 5. */
  readonly requote_minutes: number
  /** Ask minus bid, cents. */
  readonly spread_cents: number
}

/*
 * The bounds keep the largest market near 3 million candles, a minute of work; there is nothing to learn from more.
 * Dates stay within the range where epoch minutes fit 32 bits with room for the last day's rows.
 */

/** JSON Schema of `MarketParameters`, with defaults. */
export const marketParameters = {
  type: 'object',
  additionalProperties: false,
  properties: {
    city: {
      type: 'string',
      pattern: '^[a-z][a-z0-9_-]{1,31}$',
      default: 'simville',
      description: 'Id of a contributed city.',
    },
    start_date: {
      type: 'string',
      format: 'date',
      pattern: '^20[0-9]{2}-',
      default: '2023-01-02',
      description: 'First climate day.',
    },
    days: { type: 'integer', minimum: 1, maximum: 400, default: 30, description: 'Climate days.' },
    seed: { type: 'integer', minimum: 0, maximum: 4294967295, default: 1, description: 'Seed of everything random.' },
    edge: {
      type: 'number',
      minimum: 0,
      maximum: 0.9,
      default: 0,
      description: 'Planted edge: the maker quotes the true logit times 1 - edge.',
    },
    noise: { type: 'number', minimum: 0, maximum: 2, default: 0.1, description: "Sd of the maker's error, logits." },
    trades_per_hour: {
      type: 'number',
      minimum: 0,
      maximum: 20,
      default: 1,
      description: 'Mean trades per market and hour.',
    },
    requote_minutes: {
      type: 'integer',
      minimum: 5,
      maximum: 60,
      multipleOf: 5,
      default: 30,
      description: 'Minutes between two looks of the maker at the weather.',
    },
    spread_cents: { type: 'integer', minimum: 1, maximum: 20, default: 2, description: 'Ask minus bid, cents.' },
  },
} as const
