import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Artefact, StepContext } from 'kwx'
import { type Database, ensureMigrated, openDatabase } from 'kwx/database'
import { fixedClock } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSources } from '../../../src/data/clients/sources.ts'

import { pluginOf } from '../../../test/support/plugins.ts'
import { type ReplayExchange, replayExchange } from '../../../test/support/replay-exchange.ts'
import { sharedFolder } from '../../../test/support/shared.ts'
import step from '../src/steps/ingest.ts'
import { miami } from './support/miami.ts'

const NOW = '2025-02-20T18:00:00Z'

describe.skipIf(!sharedFolder())('dataset:ingest', () => {
  let replay: ReplayExchange
  let db: Database
  let folder: string
  let artefact: Artefact
  const lines: string[] = []

  beforeAll(async () => {
    replay = await replayExchange('--now', NOW)
    db = await openDatabase({ url: 'pglite:memory' })
    await ensureMigrated(db, 'pglite:memory')
    folder = await mkdtemp(join(tmpdir(), 'kwx-ingest-step-'))
    const config = {
      city: 'miami',
      start_date: '2025-01-18',
      end_date: '2025-01-19',
      price_source: 'trades',
      observation_station: null,
    }
    await writeFile(join(folder, 'config.json'), JSON.stringify({ config }))
    artefact = { kind: 'config', hash: '', folder, files: {}, origin: null }
  })
  afterAll(async () => {
    await db?.destroy()
    await replay?.stop()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  const context = async (offline: boolean) => {
    const clock = fixedClock(Date.parse(NOW))
    const signal = new AbortController().signal
    return {
      clock,
      signal,
      offline,
      workers: 2,
      contributions: await pluginOf({ cities: { miami: JSON.stringify(miami) } }),
      database: async () => db,
      sources: async () => createSources({ sources: replay.sources }, { clock, offline, signal }),
      log: (line: string) => lines.push(line),
      progress: () => {},
    } as unknown as StepContext
  }

  it('is asked in every run, because it acts on the world', () => {
    expect(step.always).toBe(true)
  })

  it('names what is missing offline, and asks nothing', async () => {
    await expect(step.run(await context(true), {}, { config: artefact })).rejects.toMatchObject({
      code: 'INGEST_OFFLINE_MISSING',
      exit: 5,
      details: {
        city: 'miami',
        missing: [
          { kind: 'markets', days: [{ from: '2025-01-18', to: '2025-01-19' }] },
          { kind: 'trades', days: [{ from: '2025-01-18', to: '2025-01-19' }] },
          { kind: 'observations', station: 'KMIA', days: [{ from: '2025-01-17', to: '2025-01-19' }] },
          { kind: 'settlements', days: [{ from: '2025-01-17', to: '2025-01-19' }] },
        ],
      },
    })
    expect((await replay.stats()).requests).toBe(0)
  })

  it('fetches what is missing, then asks nothing, on the network or off it', async () => {
    const first = await step.run(await context(false), {}, { config: artefact })
    expect(first.artefacts).toEqual({})
    expect(first.summary).toMatch(
      /^kalshi: \d+ rows of 2 days; weather \(iem-asos\): \d+ rows of 3 days; settlements \(iem-cli\): 6 rows of 3 days$/,
    )
    await replay.resetStats()
    for (const offline of [false, true]) {
      const again = await step.run(await context(offline), {}, { config: artefact })
      expect(again.summary).toBe('the database has every day')
    }
    expect((await replay.stats()).requests).toBe(0)
  })
})
