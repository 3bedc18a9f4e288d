import type { Kysely } from 'kysely'

import type { Schema } from './schema.ts'

/** An open database, or a transaction on one: repositories take either. */
export type Database = Kysely<Schema>
