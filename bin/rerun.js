// Read by any Node since 18: no newer syntax or API in this file.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const MINIMUM = 24

/** True when this process is older than the Node that kwx is written for. */
export const tooOld = Number(process.versions.node.split('.')[0]) < MINIMUM

/**
 * Runs the file at `url` again in a child process: on the checkout's own Node when this one is too old, else with
 * further Node options. Signals are handed on, and the child's exit status becomes ours.
 */
export function restart(url, nodeOptions = []) {
  const binary = process.platform === 'win32' ? 'node.exe' : 'node'
  const bundled = fileURLToPath(new URL(`../node_modules/node/bin/${binary}`, import.meta.url))
  const node = tooOld ? bundled : process.execPath
  if (!existsSync(node)) {
    process.stderr.write(
      `kwx needs Node ${MINIMUM} or newer, found ${process.version}. Run "npm ci" in the checkout, which brings its own, or install Node ${MINIMUM}.\n`,
    )
    process.exitCode = 1
    return
  }
  const child = spawn(node, [...nodeOptions, fileURLToPath(url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name))
  child.on('exit', (status, signal) => process.exit(status === null ? 128 + (constants.signals[signal] || 0) : status))
}
