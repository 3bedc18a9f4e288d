import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { sharedFolder } from './shared.ts'

/** A running replay of the services; `base` has no slash at its end. */
export interface ReplayExchange {
  readonly base: string
  /** Settings' `sources` that lead here, without waiting between requests. */
  readonly sources: Record<string, { url: string; requestsPerSecond: number; timeoutSeconds: number; attempts: number }>
  /** Variables that lead a process here, its clock included. */
  readonly environment: Record<string, string>
  setClock(change: Record<string, unknown>): Promise<void>
  /** Merges faults; null switches one off. */
  setFaults(faults: Record<string, unknown>): Promise<void>
  clearFaults(): Promise<void>
  stats(): Promise<{
    requests: number
    by_route: Record<string, { count: number }>
    by_status: Record<string, number>
    faults_fired: Record<string, number>
  }>
  resetStats(): Promise<void>
  stop(): Promise<void>
}

/** Starts the replay exchange beside the checkout on a port of the system's choice; call only where `sharedFolder()` is. */
export async function replayExchange(...flags: string[]): Promise<ReplayExchange> {
  const script = join(sharedFolder()!, 'tools', 'replay-exchange', 'server.mjs')
  const child = spawn(process.execPath, [script, '--port', '0', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  const end = () => child.kill('SIGTERM')
  process.once('exit', end) // a test that breaks leaves no server behind
  const base = await listening(child)
  const control = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${base}/__replay/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = await response.json()
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
    return answer as Answer
  }
  const source = (path: string) => ({ url: base + path, requestsPerSecond: 1000, timeoutSeconds: 10, attempts: 6 })
  return {
    base,
    sources: {
      kalshi: source('/trade-api/v2'),
      iem: source('/iem'),
      nws: source('/nws'),
      'visual-crossing': source('/vc'),
      ncei: source('/ncei'),
    },
    environment: {
      KWX_KALSHI_URL: `${base}/trade-api/v2`,
      KWX_KALSHI_RPS: '1000',
      KWX_IEM_URL: `${base}/iem`,
      KWX_IEM_RPS: '1000',
      KWX_CLOCK: `${base}/__replay/clock`,
    },
    setClock: (change) => control('POST', 'clock', change),
    setFaults: (faults) => control('POST', 'faults', faults),
    clearFaults: () => control('DELETE', 'faults'),
    stats: () => control('GET', 'stats'),
    resetStats: () => control('DELETE', 'stats'),
    async stop() {
      process.off('exit', end)
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

async function listening(child: ChildProcess): Promise<string> {
  let text = ''
  for await (const part of child.stdout!) {
    text += part
    const end = text.indexOf('\n')
    if (end >= 0) {
      child.stdout!.resume()
      return (JSON.parse(text.slice(0, end)) as { listening: string }).listening
    }
  }
  throw new Error(`The replay exchange ended before it listened: ${text}`)
}
