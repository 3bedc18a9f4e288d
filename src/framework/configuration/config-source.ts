import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { packageRoot } from '../../base/package-root.ts'

const OWN = 'kwx:'

/**
 * Where a configuration's bytes are: `kwx:configs/x.yaml` is a file of kwx itself, whatever the working folder; anything
 * else is a path relative to the working folder.
 */
export const configPath = (file: string): string =>
  file.startsWith(OWN) ? join(packageRoot, file.slice(OWN.length)) : file

/** A configuration for `readProductionConfig`: one of kwx's own is shown by its `kwx:` name, not by a machine's path. */
export async function configSource(file: string): Promise<string | { text: string; file: string }> {
  return file.startsWith(OWN) ? { text: await readFile(configPath(file), 'utf8'), file } : file
}
