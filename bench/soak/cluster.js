// A Postgres cluster of its own, to be restarted and cut off without disturbing anybody's database.
import { execFileSync } from 'node:child_process'
import { chmod, chown, glob, mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** The folder of the newest server's programs, or null where there is none. */
export async function postgresPrograms() {
  const found = await Array.fromAsync(
    glob(['/usr/lib/postgresql/*/bin/initdb', '/opt/homebrew/opt/postgresql*/bin/initdb', '/usr/bin/initdb']),
  )
  const newest = found.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)
  return newest ? join(newest, '..') : null
}

/** Makes and starts a cluster in `folder`; `restart` and `stop` take pg_ctl's modes fast and immediate. */
export async function startCluster(folder) {
  const programs = await postgresPrograms()
  const data = join(folder, 'cluster')
  await mkdir(data)
  // The server refuses to run as root.
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
    await chmod(folder, 0o755)
    await chown(data, id('-u'), id('-g'))
  }
  const run = (program, ...argv) => {
    const command = [join(programs, program), ...argv]
    const [file, ...rest] = isRoot ? ['runuser', '-u', 'postgres', '--', ...command] : command
    execFileSync(file, rest, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' })
  }
  const port = await freePort()
  const options = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories=${data} -c max_connections=40`
  const start = () => run('pg_ctl', '-D', data, '-w', '-l', join(data, 'server.log'), '-o', options, 'start')
  const stop = (mode) => run('pg_ctl', '-D', data, '-w', '-m', mode, 'stop')
  run('initdb', '-D', data, '-U', 'kwx', '--auth=trust', '--encoding=UTF8')
  start()
  return {
    url: `postgres://kwx@127.0.0.1:${port}/postgres`,
    restart(mode) {
      stop(mode)
      start()
    },
    stop: () => stop('immediate'),
  }
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer()
      .once('error', reject)
      .listen(0, '127.0.0.1', () => {
        const { port } = server.address()
        server.close(() => resolve(port))
      })
  })
