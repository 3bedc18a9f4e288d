// Does to a running loop what the schedule says, and watches it meanwhile.
import { setTimeout as sleep } from 'node:timers/promises'

import { scheduleOf } from './schedule.js'

const SAMPLE_MS = 2000
/** A loop on a busy machine may take this long to its first minute, and to the present after the last fault. */
const PATIENCE_S = 240

/**
 * Disturbs until the time is over or `ending` is aborted; it begins when the loop has worked through a minute, and at
 * the end waits until the loop has caught up.
 *
 * @param random  of kwx/random: what happens and when
 * @returns samples of memory, how often what was done, and the minutes it took
 */
export async function disturb({ random, minutes, faults, kills, exchange, cluster, loop, say, ending }) {
  const seconds = 60 * minutes
  // A day of the recording with its warm-up, where there is time for it.
  const calmS = minutes >= 60 ? 30 * 60 : 0
  const wanted = (what) => kills || what === 'fault' || what === 'healed'
  const events = scheduleOf(random, { seconds, calmS, faults }).filter(({ what }) => wanted(what))
  const counts = { faults: 0, fast: 0, immediate: 0, SIGKILL: 0, SIGTERM: 0 }
  const act = async ({ what, name, settings, mode, signal }) => {
    if (what === 'fault') {
      counts.faults++
      await exchange.setFaults({ [name]: settings })
    } else if (what === 'healed') {
      await exchange.setFaults({ [name]: null })
    } else if (what === 'database') {
      counts[mode]++
      say(`database: ${mode} restart`)
      cluster.restart(mode)
    } else {
      // Between two processes there is none to kill: the next one is.
      while (!loop.kill(signal) && isOn()) await sleep(100)
      counts[signal]++
      say(`loop: ${signal}`)
    }
  }

  const isOn = () => loop.goesOn() && !ending?.aborted
  const samples = []
  const sample = async () => {
    const found = await sampleOf(loop.life(), exchange)
    if (found) samples.push(found)
  }
  /** Samples until the loop has worked through all minutes up to a moment of the recording; false when it never did. */
  const reaches = async (clockMs) => {
    for (const since = Date.now(); Date.now() - since < 1000 * PATIENCE_S && isOn(); await sleep(SAMPLE_MS)) {
      await sample()
      if ((samples.at(-1)?.lastMinute ?? 0) * 60_000 >= clockMs) return true
    }
    return false
  }
  if (!(await reaches(60_000)) && isOn()) loop.violations.push(`no minute was worked through in ${PATIENCE_S} s`)

  const began = Date.now()
  const elapsedS = () => (Date.now() - began) / 1000
  let [nextSample, nextLine] = [0, 30]
  while (elapsedS() < seconds && isOn()) {
    while (events.length > 0 && events[0].atS <= elapsedS()) await act(events.shift())
    if (elapsedS() >= nextSample) {
      nextSample = elapsedS() + SAMPLE_MS / 1000
      await sample()
    }
    if (elapsedS() >= nextLine) {
      nextLine += minutes > 20 ? 60 : 30
      say(`${(elapsedS() / 60).toFixed(1)} min, ${loop.lives.length} processes, ${shown(samples.at(-1))}`)
    }
    await sleep(100)
  }
  const wallMinutes = elapsedS() / 60
  await exchange.clearFaults()
  if (!(await reaches((await exchange.nowMs()) - 60_000)) && isOn())
    loop.violations.push(`${PATIENCE_S} s after the last fault the loop had not caught up`)
  return { samples, counts, wallMinutes }
}

const shown = (sample) => {
  if (!sample) return 'nothing heard yet'
  const { clockMs, bytes, lastMinute } = sample
  const behind = lastMinute === 0 ? 'no minute yet' : `${(clockMs / 60_000 - lastMinute).toFixed(0)} minutes behind`
  return `${new Date(clockMs).toISOString().slice(0, 16)}, ${behind}, ${(bytes / 2 ** 20).toFixed(0)} MB`
}

async function sampleOf(life, exchange) {
  if (!life?.url) return null
  try {
    const text = await (await fetch(`${life.url}/metrics`, { signal: AbortSignal.timeout(1000) })).text()
    const metric = (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
    const clockMs = await exchange.nowMs()
    return { pid: life.pid, clockMs, bytes: metric('kwx_resident_bytes'), lastMinute: metric('kwx_last_minute') }
  } catch {
    return null // between two processes, or too busy to answer
  }
}
