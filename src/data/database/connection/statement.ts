import type { Database } from '../database.ts'
import { runQuery } from './run-query.ts'

/** The type of a result's column. `bigint` is a number: the driver refuses one beyond 2^53. */
export type ColumnKind = 'integer' | 'bigint' | 'double' | 'text' | 'boolean' | 'timestamp' | 'bytea' | 'json'

/** A column of a result, with the type of its values in JavaScript. */
export interface Column<Value = unknown, Kind extends ColumnKind = ColumnKind> {
  readonly kind: Kind
  readonly isArray: boolean
  readonly isNullable: boolean
  /** Exists for type inference only and is never set. */
  readonly value?: Value
}

export type Columns = Readonly<Record<string, Column>>

/** The row type that columns declare. */
export type Row<Of extends Columns> = {
  -readonly [Name in keyof Of]: Of[Name] extends Column<infer Value> ? Value : never
}

/** The row type of a statement: `RowOf<typeof byTicker>`. */
export type RowOf<Of extends { readonly columns: Columns }> = Row<Of['columns']>

const column = <Value, Kind extends ColumnKind>(kind: Kind): Column<Value, Kind> => ({
  kind,
  isArray: false,
  isNullable: false,
})

/** `smallint` or `integer`. */
export const integer = () => column<number, 'integer'>('integer')
/** `bigint` as a number. */
export const bigint = () => column<number, 'bigint'>('bigint')
/** `double precision`. */
export const double = () => column<number, 'double'>('double')
/** `text`; name its values where a constraint of the table does: `text<'yes' | 'no'>()`. */
export const text = <Value extends string = string>() => column<Value, 'text'>('text')
export const boolean = () => column<boolean, 'boolean'>('boolean')
/** `timestamp with time zone`. */
export const timestamp = () => column<Date, 'timestamp'>('timestamp')
export const bytea = () => column<Buffer, 'bytea'>('bytea')
/** `json` or `jsonb`. The type of the content is asserted: neither compiler nor database compares it. */
export const json = <Value>() => column<Value, 'json'>('json')

/** A column that may be null. */
export const nullable = <Value, Kind extends ColumnKind>(of: Column<Value, Kind>): Column<Value | null, Kind> => ({
  kind: of.kind,
  isArray: of.isArray,
  isNullable: true,
})

/** An array without nulls. Not of `bigint`: the driver reads an array of those as texts. */
export const arrayOf = <Value, Kind extends Exclude<ColumnKind, 'bigint' | 'json'>>(
  of: Column<Value, Kind>,
): Column<Value[], Kind> => ({ kind: of.kind, isArray: true, isNullable: false })

/** An SQL text with the columns of its result. */
export class Statement<const Of extends Columns> {
  readonly text: string
  readonly columns: Of

  constructor(text: string, columns: Of) {
    this.text = text
    this.columns = columns
  }

  /** Executes it and returns its rows. @param parameters  values of `$1`, `$2`, ... */
  rows(db: Database, parameters: readonly unknown[] = []): Promise<Row<Of>[]> {
    return runQuery<Row<Of>>(db, this.text, parameters)
  }

  /** The first row; null where there is none. */
  async first(db: Database, parameters: readonly unknown[] = []): Promise<Row<Of> | null> {
    const [row] = await this.rows(db, parameters)
    return row ?? null
  }

  /** Executes it for what it writes. */
  async run(db: Database, parameters: readonly unknown[] = []): Promise<void> {
    await runQuery(db, this.text, parameters)
  }
}

/**
 * Declares an SQL statement with `$1`, `$2`, ... parameters and the columns of its result; one that returns no rows
 * declares none.
 *
 * For what the query builder cannot express, or expresses in a slower way: arrays, bulk work, digests. Export it from the
 * file that declares it: `test/database/statements.test.ts` prepares every exported statement on the migrated database
 * and compares the columns.
 *
 * @example
 * const byTicker = statement({
 *   text: 'select ticker, market_id from markets where ticker = any($1::text[])',
 *   columns: { ticker: text(), market_id: integer() },
 * })
 * const rows = await byTicker.rows(db, [tickers]) // { ticker: string; market_id: number }[]
 */
export const statement = <const Of extends Columns = Record<never, never>>(declared: {
  readonly text: string
  readonly columns?: Of
}): Statement<Of> => new Statement(declared.text, declared.columns ?? ({} as Of))
