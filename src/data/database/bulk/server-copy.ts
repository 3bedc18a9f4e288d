import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import { CompiledQuery } from 'kysely'
import { from } from 'pg-copy-streams'

import type { Database } from '../database.ts'

/**
 * Streams `chunks` into `COPY ... FROM STDIN` on the connection that the transaction holds.
 *
 * Kysely hands the text of a query to `client.query` as it is, and `pg` takes a stream there; so the copy runs on the
 * transaction's own client without reaching around Kysely for it.
 */
export async function serverCopy(trx: Database, statement: string, chunks: Iterable<Buffer>): Promise<void> {
  const copy = from(statement)
  await trx.executeQuery({ ...CompiledQuery.raw(statement), sql: copy as unknown as string })
  await pipeline(Readable.from(chunks, { objectMode: true, highWaterMark: 2 }), copy)
}
