import { EXIT, isKwxError, KwxError, messageOf } from '../../../base/errors.ts'

/** Codes of the server (SQLSTATE) and of the system for a connection that is gone or cannot be made. */
const LOST = /^(08\d{3}|57P0[1-3]|ECONNREFUSED|ECONNRESET|EPIPE)$/
/** The driver has no code for a connection that ends between two answers. */
const ENDED = /^Connection terminated/

/**
 * The error to show for a database that went away while it was used, which is nobody's mistake in kwx; anything else
 * comes back as it is, and so does a KwxError.
 */
export function asLostConnection(thrown: unknown): unknown {
  if (isKwxError(thrown)) return thrown
  let error = thrown
  for (let depth = 0; typeof error === 'object' && error !== null && depth < 10; depth++) {
    const { code, message } = error as NodeJS.ErrnoException
    if (LOST.test(String(code)) || ENDED.test(String(message))) {
      return new KwxError(`The database went away: ${messageOf(error)}`, {
        code: 'DATABASE_LOST',
        exit: EXIT.error,
        hint: 'Type the same command again when it answers: what was finished is kept.',
        cause: thrown,
      })
    }
    error = (error as Error).cause
  }
  return thrown
}
