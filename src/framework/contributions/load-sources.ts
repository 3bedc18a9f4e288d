import { EXIT, isKwxError, KwxError } from '../../base/errors.ts'
import type { Source } from '../../data/clients/source.ts'
import type { Contributions } from './contributions.ts'

/**
 * The sources that the installed plugins contribute, by id.
 *
 * One that cannot be loaded or is none is kept as its error: it is thrown where somebody asks for it, and does not keep
 * the others from their work.
 */
export async function loadSources(contributions: Contributions): Promise<Map<string, Source | KwxError>> {
  const loaded = contributions.list('sources').map(async ({ id, plugin }): Promise<[string, Source | KwxError]> => {
    try {
      const source = await contributions.load<Source>('sources', id)
      const fault = faultOf(source)
      return [id, fault === null ? source : broken(id, plugin, fault)]
    } catch (error) {
      if (isKwxError(error)) return [id, error]
      throw error
    }
  })
  return new Map(await Promise.all(loaded))
}

/** What keeps an object from being a source: JavaScript checks no types. */
function faultOf(source: Source): string | null {
  const { service } = source
  if (typeof source.open !== 'function') return 'its "open" is no function'
  if (!/^https?:$/.test(URL.parse(String(service?.url))?.protocol ?? '')) return 'its "service.url" is no http address'
  if (!(Number.isFinite(service.requestsPerSecond) && service.requestsPerSecond > 0))
    return 'its "service.requestsPerSecond" is no positive number'
  for (const [name, feed] of Object.entries(source.observations ?? {})) {
    if (!FEED.test(name)) return `its feed "${name}" is not named like "coast-buoys"`
    if (typeof feed.read !== 'function') return `its feed "${name}" has no function "read"`
    if (feed.liveEveryMinutes !== null && !(feed.liveEveryMinutes > 0))
      return `"liveEveryMinutes" of its feed "${name}" is neither a positive number nor null`
    if (!(feed.delayMinutes >= 0) || !(feed.daysPerQuestion >= 1) || !Array.isArray(feed.whole?.types))
      return `its feed "${name}" lacks "delayMinutes", "daysPerQuestion" or "whole"`
  }
  for (const [name, feed] of Object.entries(source.maxima ?? {})) {
    if (!FEED.test(name)) return `its feed "${name}" is not named like "coast-records"`
    if (typeof feed.read !== 'function') return `its feed "${name}" has no function "read"`
    if (feed.role !== 'reports' && feed.role !== 'cross-check')
      return `the role of its feed "${name}" is ${JSON.stringify(feed.role)}, neither "reports" nor "cross-check"`
    if (typeof feed.keptAs !== 'string') return `its feed "${name}" lacks "keptAs"`
  }
  return null
}

const FEED = /^[a-z][a-z0-9-]{1,40}$/

const broken = (id: string, plugin: string, fault: string): KwxError =>
  new KwxError(`sources/${id} of ${plugin} is no source: ${fault}.`, {
    code: 'CONTRIBUTION_BROKEN',
    exit: EXIT.error,
    hint: `Correct it, or remove it with "kwx plugins uninstall ${plugin}"; docs/writing-a-source-plugin.md says what a source is.`,
    details: { id, plugin },
  })
