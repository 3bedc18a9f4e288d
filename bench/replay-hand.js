// Moves the clock of a replay on, in a thread of its own and with as little work as can be: a live exchange has no clock to
// be moved and no answer to be read when a minute ends. `clock` is shared, epoch ms.
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

const { base, clock, stepMs, steps, settleMs } = workerData
const ms = new Float64Array(clock)
const agent = new Agent({ keepAlive: true })
const pause = (time) => new Promise((next) => setTimeout(next, time))

async function setClock(now) {
  const asked = request(`${base}/__replay/clock`, { agent, method: 'POST' })
  asked.end(JSON.stringify({ now }))
  const [answer] = await once(asked, 'response')
  if (answer.statusCode !== 200) throw new Error(`The clock of the replay: ${answer.statusCode}`)
  answer.resume()
  await once(answer, 'end')
}

parentPort.on('message', async () => {
  for (let k = 0; k < steps; k++) {
    ms[0] += stepMs
    await setClock(new Date(ms[0]).toISOString())
    await pause(settleMs)
  }
  parentPort.postMessage('a minute is over')
})
