import { readFileSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Contributions, indexContributions, type Kind } from '../../src/framework/contributions/contributions.ts'
import { root } from './root.ts'

/**
 * Contributions of one made-up plugin whose files are written into a temporary folder.
 *
 * @param files  kind -> id -> source text of a JavaScript module (or JSON for cities)
 */
export async function pluginOf(files: Partial<Record<Kind, Record<string, string>>>): Promise<Contributions> {
  const folder = await mkdtemp(join(tmpdir(), 'kwx-plugin-'))
  const contributes: Partial<Record<Kind, Record<string, string>>> = {}
  for (const [kind, things] of Object.entries(files) as [Kind, Record<string, string>][]) {
    contributes[kind] = {}
    for (const [id, source] of Object.entries(things)) {
      const file = `${kind}-${id.replaceAll(/[^a-z]/g, '-')}${source.trimStart().startsWith('{') ? '.json' : '.mjs'}`
      await writeFile(join(folder, file), source)
      contributes[kind][id] = `./${file}`
    }
  }
  return indexContributions([
    { name: 'made-up', version: '1.0.0', root: folder, pjson: { kwx: { apiVersion: 2, contributes } } },
  ])
}

/** The cities and feature sets of the repository, and what other plugins of it contribute. */
export function repositoryContributions(...others: readonly string[]): Contributions {
  return indexContributions(
    ['dataset', ...others].map((plugin) => {
      const folder = join(root, 'plugins', plugin)
      const pjson = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; version: string }
      return { name: pjson.name, version: pjson.version, root: folder, pjson }
    }),
  )
}
