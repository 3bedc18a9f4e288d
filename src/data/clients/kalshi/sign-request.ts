import { constants, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'

import { EXIT, KwxError } from '../../../base/errors.ts'

/** A key of the exchange's. The secret half is a key object, which prints and serialises as nothing. */
export interface KalshiKey {
  readonly id: string
  readonly privateKey: KeyObject
}

/** Where a key may come from: variables only, or a file that nobody else can read. Never the project file. */
interface KeyPlace {
  readonly id: string | undefined
  /** PEM. */
  readonly pem: string | undefined
  /** Path of a PEM file of mode 0600. */
  readonly file: string | undefined
}

/**
 * The key, or null where none is given: public data needs none.
 *
 * @throws KwxError KALSHI_KEY (exit 2) for half a key, one that is no RSA key, or a file that others may read. No
 *   message repeats any part of it.
 */
export function readKalshiKey({ id, pem, file }: KeyPlace): KalshiKey | null {
  if (!id && !pem && !file) return null
  const wrong = (found: string) =>
    new KwxError(`The key of the exchange cannot be used: ${found}.`, {
      code: 'KALSHI_KEY',
      exit: EXIT.usage,
      hint: 'Set KWX_KALSHI_KEY_ID and either KWX_KALSHI_PRIVATE_KEY (PEM) or KWX_KALSHI_PRIVATE_KEY_FILE (mode 0600).',
    })
  if (!id) throw wrong('there is a private key without its id')
  if (!pem && !file) throw wrong('there is an id without its private key')
  let text = pem
  if (!text) {
    const mode = statSync(file!, { throwIfNoEntry: false })?.mode
    if (mode === undefined) throw wrong('the file of the private key does not exist')
    if (mode & 0o077) throw wrong(`the file of the private key has mode ${(mode & 0o777).toString(8)}, expected 600`)
    text = readFileSync(file!, 'utf8')
  }
  let privateKey: KeyObject
  try {
    privateKey = createPrivateKey(text)
  } catch {
    throw wrong('the private key is no readable PEM')
  }
  if (privateKey.asymmetricKeyType !== 'rsa')
    throw wrong(`it is a key of type ${privateKey.asymmetricKeyType}, not RSA`)
  return { id, privateKey }
}

/**
 * Headers that prove who asks, for one request at one moment; every try wants new ones.
 *
 * RSA-PSS over SHA-256 with a salt as long as the digest, of timestamp, method and path with neither host nor query.
 *
 * @param url  of the request; its path counts, with the `/trade-api/v2` of its base
 * @param wallMs  real time: the exchange allows some ten seconds of difference
 */
export function signRequest(
  { id, privateKey }: KalshiKey,
  method: 'GET',
  url: URL,
  wallMs: number,
): Record<string, string> {
  const timestamp = String(Math.trunc(wallMs))
  const signature = sign('sha256', Buffer.from(timestamp + method + url.pathname), {
    key: privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  })
  return {
    'kalshi-access-key': id,
    'kalshi-access-timestamp': timestamp,
    'kalshi-access-signature': signature.toString('base64'),
  }
}
