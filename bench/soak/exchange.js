// The replay exchange as a process of its own, and its control pages.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

const SCRIPT = join(import.meta.dirname, '../../../shared/tools/replay-exchange/server.mjs')

/** Where the recorded data lies, or null where this checkout has none beside it. */
export const recordedData = () => {
  const folder = join(import.meta.dirname, '../../../shared/data')
  return existsSync(SCRIPT) && existsSync(folder) ? folder : null
}

/** Starts the exchange with some of its flags; it knows the public key that `verifyKey` names. */
export async function startExchange(...flags) {
  const child = spawn(process.execPath, [SCRIPT, '--port', '0', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const { listening: base } = JSON.parse(line)
  const control = async (method, page, body) => {
    for (let tries = 1; ; tries++) {
      try {
        const response = await fetch(`${base}/__replay/${page}`, {
          method,
          // A kept connection may be closed by the other end in the very moment in which it is used again.
          headers: { connection: 'close' },
          ...(body ? { body: JSON.stringify(body) } : {}),
        })
        if (!response.ok) throw new Error(`${method} ${page}: ${response.status} ${await response.text()}`)
        return await response.json()
      } catch (error) {
        if (tries === 5) throw error
        await sleep(500)
      }
    }
  }
  return {
    base,
    environment: {
      KWX_KALSHI_URL: `${base}/trade-api/v2`,
      KWX_IEM_URL: `${base}/iem`,
      KWX_NWS_URL: `${base}/nws`,
      KWX_VC_URL: `${base}/vc`,
      KWX_NCEI_URL: `${base}/ncei`,
      KWX_CLOCK: `${base}/__replay/clock`,
    },
    nowMs: async () => Date.parse((await control('GET', 'clock')).now),
    setClock: (change) => control('POST', 'clock', change),
    setFaults: (faults) => control('POST', 'faults', faults),
    clearFaults: () => control('DELETE', 'faults'),
    stats: () => control('GET', 'stats'),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}
