import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterEach, describe, expect, it } from 'vitest'

import { clockFrom, urlClock } from '../../../src/data/clients/http/url-clock.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function serve(answer: () => unknown): Promise<string> {
  server = createServer((_request, response) => {
    const body = answer()
    response.writeHead(body === null ? 500 : 200).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/clock`
}

const at = (text: string) => Date.parse(text)
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('clockFrom', () => {
  it('takes the system, an instant at which time stands still, or an address', async () => {
    expect(Math.abs((await clockFrom('system')).now() - Date.now())).toBeLessThan(1000)
    expect((await clockFrom('2025-02-20T18:00:00Z')).now()).toBe(at('2025-02-20T18:00:00Z'))
    const url = await serve(() => ({ now: '2025-02-20T18:00:00Z', speed: 0 }))
    expect((await clockFrom(url)).now()).toBe(at('2025-02-20T18:00:00Z'))
  })

  it.each(['', 'now', '2025-02-20T18:00:00', '2025-02-20'])('refuses "%s"', async (setting) => {
    await expect(clockFrom(setting)).rejects.toMatchObject({ code: 'CLOCK_INVALID', exit: 2 })
  })

  it('says what a service answered that tells no time', async () => {
    const url = await serve(() => ({ time: 'late' }))
    await expect(clockFrom(url)).rejects.toMatchObject({
      code: 'CLOCK_UNREACHABLE',
      message: expect.stringMatching(/answers {"time":"late"} .* expected JSON with "now"/),
    })
  })
})

describe('urlClock', () => {
  it('runs at the speed of the service between readings', async () => {
    const clock = await urlClock(await serve(() => ({ now: '2025-02-20T18:00:00Z', speed: 1000 })))
    const first = clock.now()
    await later(50)
    expect(clock.now() - first).toBeGreaterThan(40_000)
  })

  it('follows a clock that was moved, back as well', async () => {
    let now = '2025-02-20T18:00:00Z'
    const clock = await urlClock(await serve(() => ({ now, speed: 0 })))
    now = '2025-02-19T00:00:00Z'
    await clock.refresh()
    expect(clock.now()).toBe(at('2025-02-19T00:00:00Z'))
    now = '2025-02-21T00:00:00Z'
    await later(1100)
    clock.now() // renews behind the question
    await later(200)
    expect(clock.now()).toBe(at('2025-02-21T00:00:00Z'))
  })

  it('does not guess once the service is gone', async () => {
    let up = true
    const clock = await urlClock(await serve(() => (up ? { now: '2025-02-20T18:00:00Z', speed: 0 } : null)))
    up = false
    for (let k = 0; k < 3; k++) await clock.refresh().catch(() => undefined)
    expect(() => clock.now()).toThrow(/status 500/)
  })
})
