import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { fixedClock } from '../../../src/base/time/index.ts'
import type { RawPayload } from '../../../src/data/clients/http/raw-payload.ts'
import { createSources } from '../../../src/data/clients/sources.ts'
import { type ReplayExchange, replayExchange } from '../../support/replay-exchange.ts'
import { sharedFolder } from '../../support/shared.ts'

const NOW = Date.parse('2025-05-12T18:00:00Z')
const TICKER = 'KXHIGHCHI-25MAY12-B76.5'

describe.skipIf(!sharedFolder())('the exchange that checks signatures', () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pemOf = (key: typeof pair.privateKey) => key.export({ type: 'pkcs8', format: 'pem' }) as string
  let replay: ReplayExchange
  const kept: RawPayload[] = []
  const kalshi = (over: object) =>
    createSources(
      { sources: { ...replay.sources, kalshi: { ...replay.sources['kalshi']!, ...over } } },
      { clock: fixedClock(NOW), offline: false, record: async (payload) => void kept.push(payload) },
    ).kalshi
  const keyed = { keyId: 'the-id', privateKey: pemOf(pair.privateKey) }

  beforeAll(async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'kwx-pub-')), 'key.pem')
    await writeFile(file, pair.publicKey.export({ type: 'spki', format: 'pem' }))
    replay = await replayExchange(
      ...['--now', '2025-05-12T18:00:00Z', '--verify-key', file, '--key-id', 'the-id', '--require-orderbook-key'],
    )
  })
  afterEach(() => replay.clearFaults())
  afterAll(() => replay?.stop())

  it('gives the book to who signs, and one consistent top of it', async () => {
    const [listed] = (
      await kalshi(keyed).markets({
        seriesTicker: 'KXHIGHCHI',
        tier: 'live',
        fromMs: NOW,
        toMs: NOW + 86_400_000,
        keep: (event) => event === 'KXHIGHCHI-25MAY12',
      })
    ).filter(({ ticker }) => ticker.includes('-B'))
    const { bid, ask } = (await kalshi(keyed).orderBook(listed!.ticker)).top()
    expect(bid === null || ask === null || bid < ask).toBe(true)
  })

  it('gives who has no key the top that everybody may see, and says that it is no more', async () => {
    const [whole, top] = await Promise.all([kalshi(keyed).orderBook(TICKER), kalshi({}).orderBook(TICKER)])
    expect([whole.depth, top.depth]).toEqual(['all', 'top'])
    expect(top.top()).toEqual(whole.top())
    expect([top.yes.size, top.no.size].every((size) => size <= 1)).toBe(true)
  })

  it('refuses the book with another key and with another id', async () => {
    const refused = { code: 'SOURCE_REFUSED', details: expect.objectContaining({ status: 401 }) }
    const wrong = { ...keyed, privateKey: pemOf(other.privateKey) }
    await expect(kalshi(wrong).orderBook(TICKER)).rejects.toMatchObject(refused)
    await expect(kalshi({ ...keyed, keyId: 'stolen' }).orderBook(TICKER)).rejects.toMatchObject(refused)
  })

  it('signs every try anew', async () => {
    await replay.setFaults({ error500: { times: 2, path: 'orderbook' } })
    await expect(
      kalshi(keyed)
        .orderBook(TICKER)
        .catch((error) => error.code),
    ).resolves.not.toBe('SOURCE_REFUSED')
  })

  it('is told apart from a clock that is wrong', async () => {
    await replay.setFaults({ clockSkew: { ms: 60_000 } })
    await expect(kalshi(keyed).orderBook(TICKER)).rejects.toMatchObject({
      message: expect.stringContaining('header_timestamp_expired'),
    })
  })

  it('leaves no trace of the key in what is kept', () => {
    expect(kept.length).toBeGreaterThan(0)
    const all = kept.map((payload) => JSON.stringify({ ...payload, body: '' })).join('\n')
    expect(all).not.toMatch(/the-id|PRIVATE|signature/i)
  })

  it('says whether it works, and when it will not', async () => {
    expect(await kalshi({}).status()).toEqual({ exchangeActive: true, tradingActive: true, resumeMs: null })
    const [window] = await kalshi({}).maintenance()
    expect(new Date(window!.fromMs).toISOString()).toBe('2025-05-15T07:00:00.000Z')
    expect(window!.toMs - window!.fromMs).toBe(2 * 3_600_000)
    await replay.setFaults({ maintenance: true })
    expect(await kalshi({}).status()).toMatchObject({ exchangeActive: false })
  })

  it('tells when fees change', async () => {
    await replay.setFaults({
      feeChanges: {
        changes: [
          {
            id: '1',
            series_ticker: 'KXHIGHCHI',
            fee_type: 'quadratic_with_maker_fees',
            fee_multiplier: 2,
            scheduled_ts: '2025-06-01T14:00:00Z',
          },
        ],
      },
    })
    const changes = await kalshi(keyed).feeChanges('KXHIGHCHI')
    expect(changes.at(-1)).toEqual({
      seriesTicker: 'KXHIGHCHI',
      feeType: 'quadratic_with_maker_fees',
      feeMultiplier: 2,
      scheduledMs: Date.parse('2025-06-01T14:00:00Z'),
    })
  })
})
