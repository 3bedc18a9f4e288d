import type { Origin } from 'kwx'
import { saveMarkets, saveObservations } from 'kwx/database'
import type { Sources } from 'kwx/sources'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { databaseKinds, emptyTables, migratedDatabase, type OpenedDatabase } from '../../../test/support/databases.ts'
import { refuseOtherOrigin } from '../src/feed/refuse-other-origin.ts'
import type { LivePair } from '../src/signals/load-pair.ts'
import { livePair } from './support.ts'

const report = (station: string, origin: Origin) => ({
  station,
  source: 'iem-asos',
  valid_ms: 1_740_000_000_000,
  report_type: 'routine' as const,
  known_ms: 1_740_000_300_000,
  temp_f: 70,
  dew_f: null,
  humidity_pct: null,
  wind_mph: null,
  forward_filled: false,
  origin,
})

describe.each(databaseKinds)('refuseOtherOrigin on the $name database', (kind) => {
  let opened: OpenedDatabase
  let pair: LivePair
  beforeAll(async () => {
    opened = await migratedDatabase(kind)
    pair = (await livePair()).pair
  })
  afterAll(() => opened?.done())

  const ask = (origin: Origin) =>
    refuseOtherOrigin(opened.db, { kalshi: { origin: () => origin } } as Pick<Sources, 'kalshi'>, [pair])

  it('lets an empty database and one of the same origin pass, and rows of other cities', async () => {
    await emptyTables(opened.db)
    await ask('replay')
    await saveObservations(opened.db, [report('KMIA', 'replay'), report('KORD', 'real')])
    await ask('replay')
  })

  it.each<[Origin, Origin]>([
    ['real', 'replay'],
    ['replay', 'real'],
    ['simulated', 'real'],
  ])('refuses to store beside %s reports when the exchange is %s, and says where else to', async (there, origin) => {
    await emptyTables(opened.db)
    await saveObservations(opened.db, [report('KMIA', there)])
    await expect(ask(origin)).rejects.toMatchObject({
      code: 'RT_OTHER_ORIGIN',
      exit: 2,
      message: expect.stringContaining(`${there} observations of miami`),
      hint: expect.stringContaining('KWX_DATABASE_URL'),
    })
  })

  it('refuses beside events of another origin', async () => {
    await emptyTables(opened.db)
    const event = { ticker: 'KXHIGHMIA-25FEB20', seriesTicker: 'KXHIGHMIA', city: 'miami', day: 20139, markets: [] }
    await saveMarkets(opened.db, [{ ...event, origin: 'real' }])
    await expect(ask('replay')).rejects.toMatchObject({ details: { found: [{ table: 'events', origin: 'real' }] } })
  })
})
