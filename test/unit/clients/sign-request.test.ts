import { constants, generateKeyPairSync, verify } from 'node:crypto'
import { chmod, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { readKalshiKey } from '../../../src/data/clients/index.ts'
import { signRequest } from '../../../src/data/clients/kalshi/sign-request.ts'

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
const given = { id: 'an-id', pem, file: undefined }

describe('signRequest', () => {
  const key = readKalshiKey(given)!
  const url = new URL('https://external-api.kalshi.com/trade-api/v2/markets?limit=5')
  const headers = signRequest(key, 'GET', url, 1_700_000_000_123.9)
  const holds = (message: string) =>
    verify(
      'sha256',
      Buffer.from(message),
      { key: pair.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
      Buffer.from(headers['kalshi-access-signature']!, 'base64'),
    )

  it('signs milliseconds, method and the whole path, without host and query', () => {
    expect(headers['kalshi-access-key']).toBe('an-id')
    expect(headers['kalshi-access-timestamp']).toBe('1700000000123')
    expect(holds('1700000000123GET/trade-api/v2/markets')).toBe(true)
    expect(holds('1700000000123GET/trade-api/v2/markets?limit=5')).toBe(false)
    expect(holds('1700000000GET/trade-api/v2/markets')).toBe(false)
  })

  it('keeps the key out of whatever prints it', () => {
    const secret = pem.split('\n')[3]!
    expect(JSON.stringify(key)).not.toContain(secret)
    expect(inspect(key, { depth: 9 })).not.toContain(secret)
  })
})

describe('readKalshiKey', () => {
  it('is null without a key: public data needs none', () => {
    expect(readKalshiKey({ id: undefined, pem: undefined, file: undefined })).toBeNull()
  })

  it('reads a file of mode 600 and refuses one that others may read', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'kwx-key-')), 'key.pem')
    await writeFile(file, pem, { mode: 0o600 })
    expect(readKalshiKey({ id: 'x', pem: undefined, file })?.privateKey.asymmetricKeyType).toBe('rsa')
    await chmod(file, 0o640)
    expect(() => readKalshiKey({ id: 'x', pem: undefined, file })).toThrow(/mode 640, expected 600/)
  })

  it.each([
    ['an id alone', { ...given, pem: undefined }, /without its private key/],
    ['a private key alone', { ...given, id: undefined }, /without its id/],
    ['no PEM', { ...given, pem: 'hunter2' }, /no readable PEM/],
    ['an elliptic key', { ...given, pem: ellipticPem() }, /type ec, not RSA/],
    ['a file that is not there', { ...given, pem: undefined, file: '/nowhere/key.pem' }, /does not exist/],
  ])('refuses %s without repeating any of it', (_, place, reason) => {
    const read = () => readKalshiKey(place)
    expect(read).toThrow(
      expect.objectContaining({ code: 'KALSHI_KEY', exit: 2, message: expect.stringMatching(reason) }),
    )
    expect(read).not.toThrow(/hunter2|BEGIN|nowhere/)
  })
})

function ellipticPem(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
}
