import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { EXIT, KwxError, messageOf } from 'kwx'

import type { Health } from './health.ts'

/** Where the pages are, and how to end them. */
interface HealthPages {
  readonly url: string
  close(): Promise<void>
}

/**
 * Serves `/healthz` (JSON; status 503 while the loop is not healthy) and `/metrics` (Prometheus' text) until it is closed.
 *
 * @param host  loopback unless the operator says otherwise: the pages ask for no password
 * @throws KwxError RT_PORT (exit 2) when the address cannot be listened on
 */
export async function serveHealth(
  health: Health,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<HealthPages> {
  const server = createServer(async (request, response) => {
    const send = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
    if (request.method !== 'GET') return send(405, 'text/plain', 'GET only\n')
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/healthz') {
      const report = health.report()
      return send(report.healthy ? 200 : 503, 'application/json', `${JSON.stringify(report)}\n`)
    }
    if (pathname === '/metrics') return send(200, health.registry.contentType, await health.registry.metrics())
    return send(404, 'text/plain', 'There are /healthz and /metrics.\n')
  })
  server.requestTimeout = 5000
  server.maxConnections = 32
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(taken(host, port, messageOf(error))))
    server.listen(port, host, resolve)
  })
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

const taken = (host: string, port: number, found: string): KwxError =>
  new KwxError(`The health pages cannot listen on ${host}:${port}: ${found}.`, {
    code: 'RT_PORT',
    exit: EXIT.usage,
    hint: 'Give another --port, 0 for any that is free, or --no-pages.',
    details: { host, port },
  })
