import { EXIT, KwxError } from '../../base/errors.ts'
import { numbers, type Table, type TextColumn, text } from '../../base/table/table.ts'
import { parseInstant } from '../../base/time/instants.ts'
import type { SealedLabel } from '../contracts/labels-file.ts'
import { type Design, designOf } from './design.ts'

/** All rows of a city and bracket with their outcomes, in the order of `features.parquet`; in shared memory. */
export interface TrainingRows {
  readonly design: Design
  /** 0 or 1, shape [n]. */
  readonly label: Uint8Array
  /** Event day of each row, ascending, shape [n]. */
  readonly day: Int32Array
  readonly endMinute: Int32Array
  /** Cents, shape [n]. */
  readonly marketPrice: Float64Array
  /** The last trade and the middle of the two sides, cents, NaN where there is none, shape [n]. */
  readonly last: Float64Array
  readonly middle: Float64Array
  /** When each row's label was known, milliseconds, shape [n]; NaN where the labels do not say. */
  readonly labelKnownMs: Float64Array
  /** 1 where that time is assumed, shape [n]. */
  readonly labelKnownAssumed: Uint8Array
  readonly market: TextColumn
}

/** An entry of `labels.json`, as much of it as training needs. */
type OutcomeOfMarket = Pick<SealedLabel, 'market' | 'label'> &
  Partial<Pick<SealedLabel, 'known_at' | 'known_at_source'>>

/**
 * Joins the sealed labels to the feature rows by market.
 *
 * @param table  `features.parquet`
 * @param names  columns of the design in order
 * @param labels  entries of `labels.json`
 * @throws KwxError TRAINING_LABEL_MISSING (exit 1) when a row's market has no label: such rows must not be there
 * @throws KwxError TRAINING_NOT_FINITE (exit 1) when a design column holds NaN or an infinity
 */
export function trainingRows(table: Table, names: readonly string[], labels: readonly OutcomeOfMarket[]): TrainingRows {
  const market = text(table, 'market')
  const design = designOf(table, names)
  const known = new Map(labels.map((one) => [one.market, one]))
  const byCode = market.values.map((name) => known.get(name)?.label ?? null)
  const entryOf = (code: number) => known.get(market.values[code]!)
  const knownMs = market.values.map((_, code) => {
    const at = entryOf(code)?.known_at
    return at ? parseInstant(at) : Number.NaN
  })
  const label = new Uint8Array(new SharedArrayBuffer(design.n))
  for (let i = 0; i < design.n; i++) {
    const outcome = byCode[market.codes[i]!]
    if (outcome !== 0 && outcome !== 1) {
      throw new KwxError(
        `Row ${i} of the features is of market ${market.values[market.codes[i]!]}, which has no label.`,
        {
          code: 'TRAINING_LABEL_MISSING',
          exit: EXIT.error,
          hint: 'Build the dataset again with "kwx dataset build --config FILE --force".',
          details: { row: i, market: market.values[market.codes[i]!] },
        },
      )
    }
    label[i] = outcome
  }
  refuseNotFinite(design)
  const day = new Int32Array(new SharedArrayBuffer(4 * design.n))
  day.set(numbers(table, 'event_day'))
  return {
    design,
    label,
    day,
    endMinute: Int32Array.from(numbers(table, 'end_minute')),
    marketPrice: Float64Array.from(numbers(table, 'market_price')),
    last: Float64Array.from(numbers(table, 'market_last')),
    middle: Float64Array.from(numbers(table, 'market_middle')),
    labelKnownMs: Float64Array.from(market.codes, (code) => knownMs[code]!),
    labelKnownAssumed: Uint8Array.from(market.codes, (code) => +(entryOf(code)?.known_at_source === 'assumed')),
    market,
  }
}

function refuseNotFinite({ names, n, values }: Design): void {
  const at = values.findIndex((value) => !Number.isFinite(value))
  if (at < 0) return
  const column = names[Math.floor(at / n)]!
  throw new KwxError(`Feature ${column} is ${values[at]} in row ${at % n}; a design holds finite numbers only.`, {
    code: 'TRAINING_NOT_FINITE',
    exit: EXIT.error,
    hint: 'Build the dataset again with "kwx dataset build --config FILE --force".',
    details: { column, row: at % n },
  })
}
