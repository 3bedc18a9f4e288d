import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { loadCity } from 'kwx/cities'
import { type Database, ensureMigrated, openDatabase, readSettlements } from 'kwx/database'
import { formatInstant, parseDay } from 'kwx/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSources } from '../../../src/data/clients/sources.ts'
import { saveRawPayload } from '../../../src/data/database/market-data/raw-payloads.ts'
import { indexContributions } from '../../../src/framework/contributions/contributions.ts'
import { loadSources } from '../../../src/framework/contributions/load-sources.ts'
import { pluginOf } from '../../../test/support/plugins.ts'
import { root } from '../../../test/support/root.ts'
import { ingestMaxima } from '../src/services/ingest/ingest-maxima.ts'
import { ingestObservations } from '../src/services/ingest/ingest-observations.ts'

const NOW = Date.parse('2025-02-20T18:00:00Z')
const [fromDay, toDay] = [parseDay('2025-02-10'), parseDay('2025-02-12')]
const KEY = 'open sesame'

/** The fixture beside the test of linked plugins, as it would be installed, and what else a test adds. */
function almond() {
  const folder = join(root, 'test/fixtures/kwx-city-almond')
  const pjson = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; version: string }
  return indexContributions([{ name: pjson.name, version: pjson.version, root: folder, pjson }])
}

describe('a source that a plugin contributes', () => {
  let server: Server
  let db: Database
  let url: string
  beforeAll(async () => {
    server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url!, 'http://harbour')
      const [from, to] = ['from', 'to'].map((name) => Number(searchParams.get(name))) as [number, number]
      if (searchParams.get('appid') !== KEY) {
        response.statusCode = 403
        return response.end(`the key "${searchParams.get('appid')}" is not known here`)
      }
      const lines: string[] = []
      if (pathname === '/maxima') for (let day = from; day <= to; day++) lines.push(`${day},61`)
      else for (let ms = from; ms < to && ms <= NOW; ms += 1_800_000) lines.push(`${ms},${10 + ((ms / 1_800_000) % 7)}`)
      response.end(`${lines.join('\n')}\n`)
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    db = await openDatabase({ url: 'pglite:memory' })
    await ensureMigrated(db, 'pglite:memory')
  })
  afterAll(async () => {
    server.close()
    await db.destroy()
  })

  const options = async (key = KEY) => ({
    db,
    sources: createSources(
      { sources: {}, moreSources: { 'almond-harbour': { url, key } } },
      {
        clock: { now: () => NOW },
        offline: false,
        installed: await loadSources(almond()),
        record: (payload) => saveRawPayload(db, payload),
      },
    ),
    clock: { now: () => NOW },
    city: await loadCity(almond(), 'almond'),
    fromDay,
    toDay,
    station: 'ZPAL',
    signal: new AbortController().signal,
    workers: 1,
    log: () => {},
    progress: () => {},
  })

  it('fills the database with proof, like those of kwx itself', async () => {
    const report = await ingestObservations({ ...(await options()), feed: 'almond-buoy' })
    expect(report).toMatchObject({ kind: 'weather', source: 'almond-buoy', days: 4, fetched: 4, incomplete: [] })
    const rows = await db.selectFrom('observations').selectAll().orderBy('valid_ms').execute()
    expect(rows).toHaveLength(4 * 48)
    expect(formatInstant(rows[0]!.valid_ms)).toBe('2025-02-09T04:00:00.000Z')
    expect(
      rows.every(({ source, valid_ms, known_ms }) => source === 'almond-buoy' && known_ms - valid_ms === 720_000),
    ).toBe(true)
    expect(await ingestObservations({ ...(await options()), feed: 'almond-buoy' })).toMatchObject({ fetched: 0 })
  })

  it('never pays with what it holds against others, whatever it calls its values', async () => {
    const report = await ingestMaxima({ ...(await options()), feed: 'almond-records' })
    expect(report).toMatchObject({ kind: 'archive', rows: 3, incomplete: [] })
    const rows = await readSettlements(db, { city: 'almond', fromDay, toDay })
    expect(rows.map(({ kind, tmax_f, used }) => [kind, tmax_f, used])).toEqual(
      Array(3).fill(['cross-check', 61, false]),
    )
  })

  it('leaves its key nowhere, not even where the service repeats it', async () => {
    await expect(ingestMaxima({ ...(await options('wrong key')), feed: 'almond-records' })).rejects.toMatchObject({
      code: 'SOURCE_REFUSED',
      message: expect.stringMatching(/\*\*\*(?!.*wrong)/),
    })
    const payloads = await db.selectFrom('raw_payloads').selectAll().execute()
    expect(payloads.some(({ status }) => status === 403)).toBe(true)
    for (const { url: address, body } of payloads) {
      expect(`${decodeURIComponent(address)} ${gunzipSync(body)}`.replaceAll('+', ' ')).not.toMatch(/sesame|wrong key/)
    }
  })

  it.each([
    ['no address', "export default { title: 'x', service: { requestsPerSecond: 1 }, open() {} }", 'no http address'],
    ['no open', "export default { title: 'x', service: { url: 'http://a', requestsPerSecond: 1 } }", 'lacks open'],
    [
      'a role of its own making',
      "export default { title: 'x', service: { url: 'http://a', requestsPerSecond: 1 }, open() {}, maxima: { truth: { role: 'pays', keptAs: 'truth', read() {} } } }",
      'neither "reports" nor "cross-check"',
    ],
  ])('with %s is refused where it is asked for, and does not keep others from their work', async (_, text, message) => {
    const installed = await loadSources(await pluginOf({ sources: { odd: text } }))
    const world = { clock: { now: () => NOW }, offline: true, installed }
    expect(() => createSources({ sources: {} }, world).maxima('truth')).toThrow(message)
    const both = new Map([...installed, ...(await loadSources(almond()))])
    expect(createSources({ sources: {} }, { ...world, installed: both }).feeds('maxima')).toEqual(['almond-records'])
  })

  it('is asked for by its nearest name', () => {
    const sources = createSources({ sources: {} }, { clock: { now: () => NOW }, offline: true })
    expect(() => sources.observations('iem-asoz')).toThrow(
      expect.objectContaining({ code: 'SOURCE_FEED', exit: 2, message: expect.stringContaining('"iem-asos"') }),
    )
  })
})
