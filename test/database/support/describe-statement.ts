import { CompiledQuery } from 'kysely'

import type { Database } from '../../../src/data/database/index.ts'

/** A column of a result, as the database describes it before anything is executed. */
export interface DescribedColumn {
  readonly name: string
  readonly dataTypeID: number
  /** Where the column comes straight from a table: its oid and the number of the column; else 0. */
  readonly tableID: number
  readonly columnID: number
}

interface Connection {
  parse(query: { text: string; name: string; types: readonly number[] }): void
  describe(message: { type: 'S'; name: string }): void
  sync(): void
}

/** A query of `pg` that prepares a text and asks for its columns. Kysely hands it to the client as it is. */
class Description {
  readonly #text: string
  readonly #done = Promise.withResolvers<readonly DescribedColumn[]>()
  #columns: readonly DescribedColumn[] = []

  constructor(text: string) {
    this.#text = text
  }

  get columns(): Promise<readonly DescribedColumn[]> {
    return this.#done.promise
  }

  submit(connection: Connection): void {
    connection.parse({ text: this.#text, name: '', types: [] })
    connection.describe({ type: 'S', name: '' })
    connection.sync()
  }

  handleRowDescription({ fields }: { fields: readonly DescribedColumn[] }): void {
    this.#columns = fields
  }

  handleError(error: Error): void {
    this.#done.reject(error)
  }

  handleReadyForQuery(): void {
    this.#done.resolve(this.#columns)
  }
}

/**
 * The columns of a statement's result; none for one that returns no rows. It is prepared and not executed.
 *
 * @throws the database's error when it cannot be prepared
 */
export async function describeStatement(db: Database, text: string): Promise<readonly DescribedColumn[]> {
  const description = new Description(text)
  await db.executeQuery({ ...CompiledQuery.raw(text), sql: description as unknown as string })
  return description.columns
}
