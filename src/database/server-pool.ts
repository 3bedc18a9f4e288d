import pg from 'pg'

import { types } from './type-parsers.ts'

/** Connections to a PostgreSQL server, made when asked for. */
export function serverPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: 8,
    types,
    connectionTimeoutMillis: 10_000,
    application_name: 'kwx',
  })
  // An idle client whose server went away must not end the process; the next query reports it.
  pool.on('error', () => {})
  return pool
}
