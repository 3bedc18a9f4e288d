import { defineSource } from '../source.ts'
import { kalshiSource } from './kalshi-source.ts'
import { readKalshiKey, signRequest } from './sign-request.ts'

/** The exchange. Its public data need no key; one that is set stays in this one client. Signatures want real time. */
export default defineSource({
  title: 'Kalshi: markets, prints, candles, books and fees',
  service: { url: 'https://external-api.kalshi.com/trade-api/v2', requestsPerSecond: 4 },
  open: kalshiSource,
  sign({ keyId: id, privateKey: pem, privateKeyFile: file }) {
    const key = readKalshiKey({ id, pem, file })
    return key ? (url) => signRequest(key, 'GET', url, Date.now()) : undefined
  },
})
