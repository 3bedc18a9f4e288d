import { EXIT, KwxError } from '../../../base/errors.ts'
import type { Origin } from '../../../domain/origin.ts'
import type { HttpClient } from '../http/http-client.ts'
import { jsonBody, UnusableBody } from '../http/unusable-body.ts'
import { type CliReport, parseCliText } from '../iem/cli-text.ts'
import type { CliReports } from '../iem/iem-source.ts'
import { type NwsObservation, observationOf } from './observation-feature.ts'

/** api.weather.gov: the last week of station reports and climate reports, minutes after they were issued. */
export interface NwsSource {
  origin(): Origin
  /**
   * Reports of a station in [fromMs, toMs), oldest first; the service keeps a week.
   *
   * @param station  ICAO, for example KMIA
   */
  observations(station: string, fromMs: number, toMs: number): Promise<NwsObservation[]>
  /** Every issuance of a station's climate report that the service still has, preliminary ones included. */
  cliReports(cliId: string): Promise<CliReports>
}

const PAGE = 500
/** A week of five-minute rows is 2,016; more pages than this are a loop. */
const MOST_PAGES = 20

const stamp = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, '+00:00')

/**
 * The service over one HTTP client.
 *
 * @param contact  e-mail or address of who asks, part of the User-Agent; without one the service answers 403
 */
export function nwsSource(http: HttpClient, contact: string | undefined): NwsSource {
  const headers = (): Record<string, string> => {
    if (contact) return { 'user-agent': `kwx (${contact})`, accept: 'application/geo+json, application/json' }
    throw new KwxError('api.weather.gov wants to know who asks, and no contact is set.', {
      code: 'SOURCE_CONTACT',
      exit: EXIT.usage,
      hint: 'Set KWX_CONTACT to an e-mail address or the address of a page of yours.',
    })
  }

  async function productText(id: string, what: string): Promise<string> {
    return http.get({
      path: `/products/${encodeURIComponent(id)}`,
      headers: headers(),
      what,
      read: (body) => {
        const { productText: text } = jsonBody(body) as { productText?: unknown }
        if (typeof text !== 'string' || text === '') throw new UnusableBody('a product without its text')
        return text
      },
    })
  }

  return {
    origin: () => http.origin(),

    async observations(station, fromMs, toMs) {
      const byKey = new Map<string, NwsObservation>()
      let end = toMs
      for (let page = 1; ; page++) {
        const what = `the observations of ${station} from ${stamp(fromMs)} to ${stamp(end)}`
        const rows = await http.get({
          path: `/stations/${encodeURIComponent(station)}/observations`,
          query: [
            ['start', stamp(fromMs)],
            ['end', stamp(end)],
            ['limit', PAGE],
          ],
          headers: headers(),
          what,
          read: featuresOf,
        })
        for (const row of rows) {
          if (row.validMs >= fromMs && row.validMs < toMs) byKey.set(`${row.validMs} ${row.reportType}`, row)
        }
        // Newest first. The links to the next page lead to the live service, so the next page is an earlier end.
        const oldest = Math.min(...rows.map(({ validMs }) => validMs))
        if (rows.length < PAGE || oldest <= fromMs) break
        if (page >= MOST_PAGES || oldest >= end) {
          throw new KwxError(`nws: ${what} do not end after ${page} pages.`, {
            code: 'SOURCE_PAGES',
            exit: EXIT.error,
            hint: 'Run again later: nothing of the answer counts as complete.',
            details: { station, pages: page },
          })
        }
        end = oldest
      }
      return [...byKey.values()].sort((a, b) => a.validMs - b.validMs || (a.reportType < b.reportType ? -1 : 1))
    },

    async cliReports(cliId) {
      const pil = `CLI${cliId}`
      const what = `the ${pil} reports`
      const ids = await http.get({
        path: `/products/types/CLI/locations/${encodeURIComponent(cliId)}`,
        headers: headers(),
        what,
        read: productIds,
      })
      const byId = new Map<string, CliReport>()
      const problems: string[] = []
      for (const id of ids) {
        const report = parseCliText(await productText(id, `${what}, product ${id}`), pil)
        if ('problem' in report) problems.push(`${what}, product ${id}: ${report.problem}`)
        else byId.set(report.productId, report)
      }
      const reports = [...byId.values()].sort((a, b) => a.issuedMs - b.issuedMs || (a.productId < b.productId ? -1 : 1))
      return { reports, problems }
    },
  }
}

function featuresOf(body: string): NwsObservation[] {
  const { features } = jsonBody(body) as { features?: unknown }
  if (features === null) return []
  if (!Array.isArray(features)) throw new UnusableBody('an answer without "features"')
  return features.map(observationOf)
}

function productIds(body: string): string[] {
  const { '@graph': graph } = jsonBody(body) as { '@graph'?: unknown }
  if (graph === null) return []
  if (!Array.isArray(graph)) throw new UnusableBody('an answer without "@graph"')
  return graph.map((product: { id?: unknown }) => {
    if (typeof product?.id !== 'string' || product.id === '') throw new UnusableBody('a product without its id')
    return product.id
  })
}
