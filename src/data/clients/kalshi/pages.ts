import { EXIT, KwxError } from '../../../base/errors.ts'
import type { HttpClient } from '../http/http-client.ts'
import { jsonBody } from '../http/unusable-body.ts'
import { type Fields, listOf, objectOf } from './fields.ts'

/** A list that is read page by page. */
interface PageRequest {
  path: string
  query: readonly (readonly [string, string | number])[]
  /** Key of the list in the answer. */
  list: string
  what: string
  /** Asks once more for a page whose rows fail this; the second answer is taken as it is. */
  accept?: (rows: Fields[]) => boolean
}

/** All rows of a list, and what is doubtful about them. */
interface Pages {
  rows: Fields[]
  pages: number
  /** Pages that were not accepted, even the second time. */
  doubtful: number
}

// 1,000,000 trades of one market at 1,000 a page; the largest so far had some 10,000.
const MOST_PAGES = 1000

/**
 * All rows of a paged listing, in the order received, up to the page without a cursor.
 *
 * @throws KwxError KALSHI_CURSOR_LOOP when a cursor comes back, KALSHI_TOO_MANY_PAGES past 1,000 pages
 */
export async function readPages(http: HttpClient, request: PageRequest): Promise<Pages> {
  const rows: Fields[] = []
  const seen = new Set<string>()
  let doubtful = 0
  let cursor: string | null = null
  for (let pages = 1; pages <= MOST_PAGES; pages++) {
    const query: PageRequest['query'] =
      cursor === null ? request.query : [...request.query, ['cursor', cursor] as const]
    const page = async (): Promise<Fields> => {
      const body = await http.get({ path: request.path, query, what: request.what, read: jsonBody })
      return objectOf(body, request.what)
    }
    let body = await page()
    let found = listOf(body, request.list, request.what)
    if (request.accept && !request.accept(found)) {
      body = await page()
      found = listOf(body, request.list, request.what)
      if (!request.accept(found)) doubtful++
    }
    for (const row of found) rows.push(row)
    const next: unknown = body['cursor']
    if (next === undefined || next === null || next === '') return { rows, pages, doubtful }
    cursor = String(next)
    if (seen.has(cursor)) {
      throw new KwxError(`kalshi: page ${pages} of ${request.what} leads back to a page that was read before.`, {
        code: 'KALSHI_CURSOR_LOOP',
        exit: EXIT.error,
        hint: 'Run the same command again later: nothing of this listing was kept as complete.',
        details: { what: request.what, pages, cursor },
      })
    }
    seen.add(cursor)
  }
  throw new KwxError(`kalshi: ${request.what} do not end after ${MOST_PAGES} pages.`, {
    code: 'KALSHI_TOO_MANY_PAGES',
    exit: EXIT.error,
    hint: 'Check that sources.kalshi.url answers like the exchange: it may ignore the filter.',
    details: { what: request.what, pages: MOST_PAGES },
  })
}
