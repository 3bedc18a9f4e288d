import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'

import { EXIT, KwxError } from '../../../base/errors.ts'

/**
 * Claims an embedded database folder for this process; call the result to give it back.
 *
 * PGlite has no lock of its own: two processes on one folder silently lose each other's rows. The mark holds the
 * process id and when that process started, because ids are used again (after a container restarts, soon). The lock
 * of a dead process is taken over, so a crash needs no cleaning up.
 *
 * @throws KwxError DATABASE_BUSY (exit 1) with the holder when a living process has the folder
 */
export function lockFolder(folder: string): () => void {
  const file = `${folder}.lock`
  const mark = `${process.pid} ${startOf(process.pid) ?? '?'}\n`
  if (!create(file, mark)) {
    const holder = livingHolder(file)
    if (holder !== null) throw busy(folder, holder)
    takeOver(folder, file, mark)
  }
  const release = () => rmSync(file, { force: true })
  process.once('exit', release)
  return () => {
    process.off('exit', release)
    release()
  }
}

/** Only one process at a time may replace a dead mark; it looks again once it is the one. */
function takeOver(folder: string, file: string, mark: string): void {
  const guard = `${file}.takeover`
  if (!create(guard, mark)) {
    const abandoned = (statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? 0) < performance.timeOrigin
    if (!abandoned || livingHolder(guard) !== null) throw busy(folder, holderOf(guard))
    rmSync(guard, { force: true })
    takeOver(folder, file, mark)
    return
  }
  try {
    const holder = livingHolder(file)
    if (holder !== null) throw busy(folder, holder)
    const fresh = `${file}.${process.pid}`
    writeFileSync(fresh, mark)
    renameSync(fresh, file)
  } finally {
    rmSync(guard, { force: true })
  }
}

function create(file: string, mark: string): boolean {
  try {
    writeFileSync(file, mark, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** The process named by a mark if it lives; null when it is dead or the mark is gone or unreadable. */
function livingHolder(file: string): number | null {
  const [pid, start] = read(file).trim().split(' ')
  const holder = Number(pid)
  if (!Number.isInteger(holder) || holder <= 0 || !isAlive(holder)) return null
  const now = startOf(holder)
  return now === null || start === '?' || now === start ? holder : null
}

const holderOf = (file: string): number => Number.parseInt(read(file), 10)

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Ticks since boot at which a process started, field 22 of its stat file; null where the system has no /proc. */
function startOf(pid: number): string | null {
  const stat = read(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
}

function busy(folder: string, holder: number): KwxError {
  return new KwxError(
    `Process ${holder} has the embedded database ${folder} open, and it takes one process at a time.`,
    {
      code: 'DATABASE_BUSY',
      exit: EXIT.error,
      hint: 'Wait for that process to end, or set DATABASE_URL to a PostgreSQL server, which takes many.',
      details: { folder, holder },
    },
  )
}
