import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { packageRoot } from './package-root.ts'

/** Version in kwx's package.json. */
export const kwxVersion: string = (
  JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
).version

let commit: string | null | undefined

/** Commit of the checkout that kwx runs from; null outside one. Read from .git without starting git. */
export function commitOf(): string | null {
  return (commit ??= readCommit())
}

function readCommit(): string | null {
  const git = join(packageRoot, '.git')
  try {
    const head = readFileSync(join(git, 'HEAD'), 'utf8').trim()
    if (!head.startsWith('ref: ')) return head
    const ref = head.slice('ref: '.length)
    try {
      return readFileSync(join(git, ref), 'utf8').trim()
    } catch {
      const packed = readFileSync(join(git, 'packed-refs'), 'utf8')
      return (
        packed
          .split('\n')
          .find((line) => line.endsWith(` ${ref}`))
          ?.split(' ')[0] ?? null
      )
    }
  } catch {
    return null
  }
}
