import { EXIT, KwxError } from '../../../base/errors.ts'
import type { HttpAnswer } from './http-exchange.ts'

/** Why one try failed in a way that another may not. */
export interface Failure {
  readonly kind: 'network' | 'rate' | 'server' | 'body'
  readonly status?: number
  /** What came instead of the answer. */
  readonly found: string
  readonly answer?: HttpAnswer
  readonly cause?: unknown
}

interface Asked {
  readonly source: string
  /** Redacted. */
  readonly url: string
  readonly what: string
}

const CODES = {
  network: 'SOURCE_UNREACHABLE',
  rate: 'SOURCE_RATE_LIMITED',
  server: 'SOURCE_FAILED',
  body: 'SOURCE_BAD_ANSWER',
} as const

const again = 'then run the same command again: what was complete is kept.'

const hintOf = (source: string, kind: Failure['kind']): string => {
  if (kind === 'network') return `Check the address with "kwx config explain sources.${source}.url", ${again}`
  if (kind === 'rate') return `Lower sources.${source}.requestsPerSecond or wait a minute, ${again}`
  return `Wait until the service has recovered, ${again}`
}

/** The tries are used up. */
export function failed({
  source,
  url,
  what,
  attempts,
  failure,
}: Asked & { attempts: number; failure: Failure }): KwxError {
  const { kind, status, found } = failure
  const seen = kind === 'network' ? found : `status ${status}, ${found}`
  return new KwxError(
    `${source} did not give ${what} in ${attempts} ${attempts === 1 ? 'try' : 'tries'}: ${url} ended with ${seen}; expected status 200 with a whole body.`,
    {
      code: CODES[kind],
      exit: EXIT.error,
      hint: hintOf(source, kind),
      details: { source, url, status: status ?? null, attempts },
      cause: failure.cause,
    },
  )
}

/** A status that another try cannot better. */
export function refused({ source, url, what, status, found }: Asked & { status: number; found: string }): KwxError {
  return new KwxError(`${source} refuses ${what}: ${url} answered status ${status}, ${found}; expected status 200.`, {
    code: 'SOURCE_REFUSED',
    exit: EXIT.error,
    hint: `Check the address with "kwx config explain sources.${source}.url" and the dates that were asked for.`,
    details: { source, url, status },
  })
}

/** The network is forbidden; names what would have been asked. */
export function offlineError({ source, url, what }: Asked): KwxError {
  return new KwxError(`${what} would have to be fetched from ${source} (${url}), but the network is forbidden.`, {
    code: 'SOURCE_OFFLINE',
    exit: EXIT.stale,
    hint: 'Run the same command without --offline, or load files with "kwx ingest import <folder>".',
    details: { source, url },
  })
}
