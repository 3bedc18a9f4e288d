import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { packageRoot, runsFromSources } from './package-root.ts'

/** Version in kwx's package.json. */
export const kwxVersion: string = (
  JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
).version

let commit: string | null | undefined

/** Commit that this program is made of: when it was built, or now while sources run; null outside a checkout. */
export function commitOf(): string | null {
  return (commit ??= runsFromSources ? readCommit() : builtFrom())
}

function builtFrom(): string | null {
  try {
    return readFileSync(join(packageRoot, 'dist/commit'), 'utf8') || null
  } catch {
    return null
  }
}

/** The checkout's commit, read from .git without starting git; null outside one. */
export function readCommit(): string | null {
  const git = join(packageRoot, '.git')
  try {
    const head = readFileSync(join(git, 'HEAD'), 'utf8').trim()
    if (!head.startsWith('ref: ')) return head
    const ref = head.slice('ref: '.length)
    try {
      return readFileSync(join(git, ref), 'utf8').trim()
    } catch {
      const packed = readFileSync(join(git, 'packed-refs'), 'utf8')
      const line = packed.split('\n').find((one) => one.endsWith(` ${ref}`))
      return line?.split(' ')[0] ?? null
    }
  } catch {
    return null
  }
}
