import { isKwxError } from '../../base/errors.ts'
import { KwxCommand } from '../command.ts'

/** One installed source as `kwx sources --json` lists it. */
interface SourceLine {
  readonly id: string
  readonly plugin: string
  readonly title: string | null
  /** Address in force, without keys. */
  readonly url: string | null
  readonly requestsPerSecond: number | null
  readonly feeds: readonly { readonly kind: 'observations' | 'maxima'; readonly name: string; readonly title: string }[]
  /** What keeps it from being used; null for a sound one. */
  readonly fault: string | null
}

export default class SourcesCommand extends KwxCommand<SourceLine[]> {
  static override summary = 'List the services that the installed plugins can ask, and the feeds of each.'
  static override examples = ['<%= config.bin %> sources', '<%= config.bin %> sources --json']

  async run(): Promise<SourceLine[]> {
    await this.parse(SourcesCommand)
    const [{ loadSources }, { redactUrl }] = await Promise.all([
      import('../contributions/load-sources.ts'),
      import('../../base/redact-url.ts'),
    ])
    const contributions = await this.contributions()
    const settings = await this.settings()
    const loaded = await loadSources(contributions)
    const lines = contributions.list('sources').map(({ id, plugin }): SourceLine => {
      const source = loaded.get(id)!
      if (isKwxError(source)) {
        return { id, plugin, title: null, url: null, requestsPerSecond: null, feeds: [], fault: source.message }
      }
      const { url, requestsPerSecond } = {
        ...source.service,
        ...(settings.sources[id] ?? settings.moreSources?.[id]),
      }
      const feeds = (['observations', 'maxima'] as const).flatMap((kind) =>
        Object.entries(source[kind] ?? {}).map(([name, { title }]) => ({ kind, name, title })),
      )
      return { id, plugin, title: source.title, url: redactUrl(url), requestsPerSecond, feeds, fault: null }
    })
    for (const { id, title, url, requestsPerSecond, feeds, fault } of lines) {
      this.log(`${id.padEnd(18)} ${fault ?? title}`)
      if (url !== null) this.log(`  ${url}, at most ${requestsPerSecond} a second`)
      for (const { kind, name, title } of feeds) this.log(`  ${kind.padEnd(13)} ${name.padEnd(18)} ${title}`)
    }
    return lines
  }
}
