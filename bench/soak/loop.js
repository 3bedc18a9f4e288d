// The loop as a service manager runs it: started again when it fails, and left alone after a mistake in configuration.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const PROGRAM = join(import.meta.dirname, '../../bin/run.js')
const [FIRST_WAIT_MS, MOST_WAIT_MS, LIVED_MS] = [250, 4000, 20_000]

/**
 * Keeps `kwx rt-loop` running until `stop`, with the rules of a unit with Restart=on-failure: an end with status 0 that
 * nobody asked for stays an end and is noted as a violation, status 2 as well; else it starts again, later each time.
 *
 * @param log  file that all output goes to
 * @param onLine  told of every parsed line of the log
 */
export function superviseLoop({ argv, cwd, env, log, onLine }) {
  const output = createWriteStream(log, { flags: 'a' })
  const lives = []
  const violations = []
  let [wanted, waitMs, current, timer, stopped] = [true, FIRST_WAIT_MS, null, null, null]

  function start() {
    const child = spawn(process.execPath, [PROGRAM, 'rt-loop', ...argv], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const life = {
      pid: child.pid,
      startedMs: Date.now(),
      endedMs: null,
      status: null,
      signal: null,
      asked: null,
      url: null,
    }
    lives.push(life)
    current = { child, life }
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (line !== '') life.last = line
        output.write(`${line}\n`)
        const entry = parsed(line)
        if (entry?.url) life.url = entry.url
        if (entry) onLine(entry, life)
      })
    }
    child.once('close', (status, signal) => {
      Object.assign(life, { endedMs: Date.now(), status, signal })
      output.write(`-- ended with ${signal ?? status} after ${life.endedMs - life.startedMs} ms\n`)
      current = null
      if (!wanted) return
      if (life.endedMs - life.startedMs > LIVED_MS || life.asked) waitMs = FIRST_WAIT_MS
      if (status === 0 && !life.asked) violations.push(`the loop ended with status 0 and nobody had asked it to`)
      if (status === 2) {
        wanted = false
        violations.push(`the loop ended with status 2 and would be left alone: ${life.last}`)
        return
      }
      timer = setTimeout(start, waitMs)
      waitMs = Math.min(2 * waitMs, MOST_WAIT_MS)
    })
  }
  start()
  return {
    lives,
    violations,
    /** Sends a signal to the process that runs, if one does. */
    kill(signal) {
      if (!current) return false
      current.life.asked = signal
      return current.child.kill(signal)
    },
    /** False once no other process will be started. */
    goesOn: () => wanted,
    /** The process that runs, or null between two. */
    life: () => current?.life ?? null,
    stop: () => (stopped ??= stop()),
  }

  async function stop() {
    wanted = false
    clearTimeout(timer)
    if (current) {
      const { child, life } = current
      life.asked = 'SIGTERM'
      child.kill('SIGTERM')
      const giveUp = setTimeout(() => {
        violations.push('the loop did not end within 30 s of SIGTERM')
        child.kill('SIGKILL')
      }, 30_000)
      await once(child, 'close')
      clearTimeout(giveUp)
    }
    output.end()
    await once(output, 'finish')
  }
}

function parsed(line) {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
