import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Contributions, indexContributions } from '../../../src/contributions.ts'
import { root } from '../../../test/support/root.ts'

/** The cities and feature sets of the repository. */
export function repositoryContributions(): Contributions {
  const folder = join(root, 'plugins', 'dataset')
  const pjson = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; version: string }
  return indexContributions([{ name: pjson.name, version: pjson.version, root: folder, pjson }])
}
