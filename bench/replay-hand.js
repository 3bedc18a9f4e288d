// Moves the clock of a replay on, in a thread of its own: a live exchange has no answer for the loop to read when a minute
// ends. `clock` is shared, epoch ms.
import { parentPort, workerData } from 'node:worker_threads'

const { base, clock, stepMs, steps, settleMs } = workerData
const ms = new Float64Array(clock)
const pause = (time) => new Promise((next) => setTimeout(next, time))

parentPort.on('message', async () => {
  for (let k = 0; k < steps; k++) {
    ms[0] += stepMs
    const response = await fetch(`${base}/__replay/clock`, {
      method: 'POST',
      body: JSON.stringify({ now: new Date(ms[0]).toISOString() }),
    })
    if (!response.ok) throw new Error(`The clock of the replay: ${response.status}`)
    await response.arrayBuffer()
    await pause(settleMs)
  }
  parentPort.postMessage('a minute is over')
})
