import { createHash } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

import { afterEach, describe, expect, it } from 'vitest'

import type { KwxError } from '../../../src/base/errors.ts'
import { fixedClock } from '../../../src/base/time/index.ts'
import { type HttpClientOptions, httpClient } from '../../../src/data/clients/http/http-client.ts'
import type { RawPayload } from '../../../src/data/clients/http/raw-payload.ts'
import { jsonBody } from '../../../src/data/clients/http/unusable-body.ts'
import { fakePace } from './fake-pace.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A service that answers the n-th request with the n-th of `answers`, the last one for ever. */
async function service(...answers: RequestListener[]) {
  let asked = 0
  const server = createServer((request, response) => answers[Math.min(asked++, answers.length - 1)]!(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

const send =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end(body)

const good = send(200, '{"a":1}')
const reset: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-length': '100' })
  response.write('{"a":', () => response.destroy())
}
const silent: RequestListener = () => undefined

function client(url: string, extra: Partial<HttpClientOptions> = {}) {
  const pace = fakePace()
  const payloads: RawPayload[] = []
  const http = httpClient({
    source: 'kalshi',
    url,
    requestsPerSecond: 1000,
    timeoutSeconds: 2,
    attempts: 4,
    clock: fixedClock(42),
    record: async (payload) => void payloads.push(payload),
    pace,
    ...extra,
  })
  return { http, pace, payloads }
}

const request = {
  path: '/things',
  query: [
    ['key', 'SECRET'],
    ['n', 1],
  ] as const,
  what: 'the things',
  read: jsonBody,
}

/** What a request failed with. */
const failureOf = (answer: Promise<unknown>): Promise<KwxError> =>
  answer.then(
    () => Promise.reject(new Error('it did not fail')),
    (thrown) => thrown as KwxError,
  )

describe('httpClient', () => {
  it('gives the answer and keeps it compressed, with hash, redacted address and receipt time', async () => {
    const { url } = await service(good)
    const { http, payloads } = client(url)
    await expect(http.get(request)).resolves.toEqual({ a: 1 })
    const [{ body, ...rest }] = payloads as [RawPayload]
    expect(rest).toEqual({
      source: 'kalshi',
      url: `${url}/things?key=***&n=1`,
      status: 200,
      received_ms: 42,
      sha256: createHash('sha256').update('{"a":1}').digest('hex'),
      encoding: 'gzip',
    })
    expect(gunzipSync(body).toString()).toBe('{"a":1}')
  })

  it.each<[string, RequestListener]>([
    ['429', send(429, '{"error":"too many requests"}')],
    ['500', send(500, '{"error":{"code":"internal"}}')],
    ['503', send(503, 'ERROR: server over capacity')],
    ['an HTML page with status 200', send(200, '<!DOCTYPE html><p>sorry')],
    ['JSON that is cut off', send(200, '{"a":')],
    ['an empty body with status 200', send(200, '')],
    ['a connection reset in the middle of the body', reset],
  ])('tries again after %s', async (_name, bad) => {
    const { url, asked } = await service(bad, bad, good)
    const { http, pace } = client(url)
    await expect(http.get(request)).resolves.toEqual({ a: 1 })
    expect(asked()).toBe(3)
    expect(pace.slept).toEqual([375, 750]) // 0.5 s and 1 s, three quarters of them by the fixed chance
  })

  it.each<[string, RequestListener, string, RegExp]>([
    [
      '429',
      send(429, '{"error":"too many requests"}'),
      'SOURCE_RATE_LIMITED',
      /status 429, {"error":"too many requests"}/,
    ],
    ['500', send(500, 'oops'), 'SOURCE_FAILED', /status 500, oops/],
    ['HTML', send(200, '<html>'), 'SOURCE_BAD_ANSWER', /status 200, an HTML page instead of JSON/],
    ['a reset', reset, 'SOURCE_UNREACHABLE', /(UND_ERR_SOCKET|ECONNRESET)/],
  ])('says what it found after the last try: %s', async (_name, bad, code, found) => {
    const { url } = await service(bad)
    const { http, pace } = client(url)
    const error = await failureOf(http.get(request))
    expect(error).toMatchObject({ code, exit: 1, details: { attempts: 4, source: 'kalshi' } })
    expect(error.message).toMatch(/^kalshi did not give the things in 4 tries: http/)
    expect(error.message).toMatch(found)
    expect(error.message).toMatch(/expected status 200 with a whole body\.$/)
    expect(error.message + error.hint + JSON.stringify(error.details)).not.toContain('SECRET')
    expect(error.hint).toMatch(/run the same command again/)
    expect(pace.slept).toHaveLength(3)
  })

  it('keeps the body of the last failed try', async () => {
    const { url } = await service(send(500, 'oops'))
    const { http, payloads } = client(url)
    await http.get(request).catch(() => undefined)
    expect(payloads.map(({ status, body }) => [status, gunzipSync(body).toString()])).toEqual([[500, 'oops']])
  })

  it('does not try again after another 4xx', async () => {
    const { url, asked } = await service(send(400, '{"error":{"code":"bad_request"}}'))
    const { http } = client(url)
    await expect(http.get(request)).rejects.toMatchObject({
      code: 'SOURCE_REFUSED',
      message: expect.stringMatching(/refuses the things: .* answered status 400, .*bad_request/),
    })
    expect(asked()).toBe(1)
  })

  it('answers 404 with null where a thing may be missing', async () => {
    const { url } = await service(send(404, '{}'))
    await expect(client(url).http.get({ ...request, maybeMissing: true })).resolves.toBeNull()
    await expect(client(url).http.get(request)).rejects.toMatchObject({ code: 'SOURCE_REFUSED' })
  })

  it('gives up a silent service after the time-out', async () => {
    const { url } = await service(silent)
    const { http } = client(url, { timeoutSeconds: 0.05, attempts: 2 })
    await expect(http.get(request)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('no complete answer in time'),
    })
  })

  it('names a closed port', async () => {
    const { url, close } = await service(good)
    await close()
    await expect(client(url).http.get(request)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringMatching(new RegExp(`${url}/things.*ECONNREFUSED`)),
      hint: expect.stringContaining('kwx config explain sources.kalshi.url'),
    })
  })

  it('refuses a body beyond the limit without reading on', async () => {
    const { url } = await service(send(200, `"${'x'.repeat(5000)}"`))
    await expect(client(url, { maxBytes: 1000 }).http.get(request)).rejects.toMatchObject({ code: 'SOURCE_TOO_LARGE' })
  })

  it('follows a redirect inside the host and none to another', async () => {
    const inside = await service(send(301, '', { location: '/elsewhere' }), good)
    await expect(client(inside.url).http.get(request)).resolves.toEqual({ a: 1 })
    const outside = await service(send(302, '', { location: `${inside.url}/x?token=HIDDEN` }))
    const error = await failureOf(client(outside.url).http.get(request))
    expect(error).toMatchObject({ code: 'SOURCE_REDIRECTED' })
    expect(error.message).not.toContain('HIDDEN')
  })

  it('asks nothing offline, and exits 5 with what would be needed', async () => {
    const { url, asked } = await service(good)
    await expect(client(url, { offline: true }).http.get(request)).rejects.toMatchObject({
      code: 'SOURCE_OFFLINE',
      exit: 5,
      message: expect.stringContaining('the things'),
    })
    expect(asked()).toBe(0)
  })

  it('ends at once when it is aborted, also while it waits to try again', async () => {
    const { url, asked } = await service(send(500, ''))
    const abort = new AbortController()
    const { http } = client(url, {
      signal: abort.signal,
      pace: {
        ...fakePace(),
        sleep: (_ms, signal) =>
          new Promise((_resolve, reject) => {
            signal!.addEventListener('abort', () => reject(signal!.reason))
            abort.abort(new Error('stopped'))
          }),
      },
    })
    await expect(http.get(request)).rejects.toThrow('stopped')
    expect(asked()).toBe(1)
  })

  it('calls rows real only from the services themselves', async () => {
    expect(client('https://external-api.kalshi.com/trade-api/v2').http.origin()).toBe('real')
    expect(client('http://127.0.0.1:9').http.origin()).toBe('replay')
  })
})
