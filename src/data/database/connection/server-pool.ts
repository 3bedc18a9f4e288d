import pg from 'pg'

import { PreparingClient } from './preparing-client.ts'
import { types } from './type-parsers.ts'

/** Connections to a PostgreSQL server, made when asked for. */
export function serverPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    Client: PreparingClient,
    connectionString: url,
    max: 8,
    types,
    connectionTimeoutMillis: 10_000,
    // A new connection has everything to learn, which takes some ten milliseconds; one that is idle costs nothing, but
    // something on the way may forget it.
    idleTimeoutMillis: 0,
    keepAlive: true,
    keepAliveInitialDelayMillis: 60_000,
    application_name: 'kwx',
  })
  // A server that went away must not end the process, whether the client is idle or between two statements of a
  // transaction, when the pool does not listen to it; the next query reports it.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}
