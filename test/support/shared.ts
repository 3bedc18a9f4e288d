import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { root } from './root.ts'

/** The folder of recorded data and the replay exchange, or null where this checkout has none beside it. */
export function sharedFolder(): string | null {
  const folder = join(root, '..', 'shared')
  if (existsSync(join(folder, 'data'))) return folder
  process.stderr.write(`Skipped: the recorded data is not at ${folder}.\n`)
  return null
}
