import { join } from 'node:path'
import type { Clock } from '../../base/time/clock.ts'
import type { Sources } from '../../data/clients/sources.ts'
import type { Database } from '../../data/database/database.ts'
import { ArtefactStore } from '../artefacts/store.ts'
import { ContributionContents } from '../contributions/content.ts'
import type { Contributions } from '../contributions/contributions.ts'
import type { Settings } from '../settings/settings.ts'
import { StepCache } from './cache.ts'

/** What a run shares among its steps; everything is opened on first use and closed by `close`. */
export interface Environment {
  readonly settings: Settings
  readonly contributions: Contributions
  /** What contributions are made of; each file is read once. */
  readonly contents: ContributionContents
  readonly clock: Clock
  readonly store: ArtefactStore
  readonly cache: StepCache
  readonly workers: number
  readonly offline: boolean
  readonly signal: AbortSignal
  database(): Promise<Database>
  sources(): Promise<Sources>
  close(): Promise<void>
}

/** Absent options: the network is allowed, `settings.workers` threads, no abort. */
export interface EnvironmentOptions {
  readonly settings: Settings
  readonly contributions: Contributions
  readonly offline?: boolean
  readonly workers?: number
  readonly signal?: AbortSignal
}

/** The real world for a run: database, clients, clock and store as the settings say. */
export async function openEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const { settings, contributions } = options
  const { clockFrom } = await import('../../data/clients/http/url-clock.ts')
  const clock = await clockFrom(settings.clock)
  const signal = options.signal ?? new AbortController().signal
  const store = new ArtefactStore(join(settings.home, 'artefacts'))
  const offline = options.offline ?? false
  let database: Promise<Database> | undefined
  let sources: Promise<Sources> | undefined
  const openDatabase = async () => {
    const { ensureMigrated, openDatabase } = await import('../../data/database/index.ts')
    const db = await openDatabase({ url: settings.databaseUrl })
    try {
      await ensureMigrated(db, settings.databaseUrl)
    } catch (error) {
      await db.destroy()
      throw error
    }
    return db
  }
  const openSources = async () => {
    const [{ createSources }, { loadSources }, { saveRawPayload }] = await Promise.all([
      import('../../data/clients/sources.ts'),
      import('../contributions/load-sources.ts'),
      import('../../data/database/market-data/raw-payloads.ts'),
    ])
    const record = async (payload: Parameters<typeof saveRawPayload>[1]) =>
      saveRawPayload(await environment.database(), payload)
    const installed = await loadSources(contributions)
    return createSources(settings, { clock, offline, installed, record, signal })
  }
  const environment: Environment = {
    settings,
    contributions,
    contents: new ContributionContents(contributions),
    clock,
    store,
    cache: new StepCache(join(settings.home, 'cache'), store),
    workers: options.workers ?? settings.workers,
    offline,
    signal,
    database: () => (database ??= openDatabase()),
    sources: () => (sources ??= openSources()),
    async close() {
      const opened = await database?.catch(() => null)
      await opened?.destroy()
    },
  }
  return environment
}
