import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { root } from '../support/root.ts'

/** What docs/api.md says of one subpath of the kit. */
export interface ApiSection {
  /** Names that authors of plugins may rely on: the first column of the section's table. */
  readonly isPublic: ReadonlySet<string>
  /** Names that the plugins of this repository share; no promise is made of them. */
  readonly isShared: ReadonlySet<string>
}

export const readApiPage = (): Promise<string> => readFile(join(root, 'docs/api.md'), 'utf8')

/** The sections of the page by subpath. */
export function apiSections(page: string): Map<string, ApiSection> {
  const sections = page.split(/^## /m).slice(1)
  return new Map(
    sections.flatMap((section) => {
      const [, subpath] = /^`(kwx(?:\/[\w-]+)?)`\n/.exec(section) ?? []
      if (!subpath) return []
      const names = [...section.matchAll(/^\| `(\w+)` \| \S.*\|$/gm)].map(([, name]) => name!)
      const [, shared = ''] = /^Shared by our own plugins: ([^|]*?)\.$/ms.exec(section) ?? []
      const isShared = new Set([...shared.matchAll(/`(\w+)`/g)].map(([, name]) => name!))
      return [[subpath, { isPublic: new Set(names), isShared }] as const]
    }),
  )
}

/** The rows of "Changed in API 2": subpath, names and place. */
export function changedRows(
  page: string,
): { readonly subpath: string; readonly names: string[]; readonly place: string }[] {
  const [, section = ''] = /^## Changed in API 2\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(page) ?? []
  return [...section.matchAll(/^\| `(kwx[\w/-]*)` \| (.+) \| (.+) \|$/gm)].map(([, subpath, names, place]) => ({
    subpath: subpath!,
    names: [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => name!),
    place: place!.replaceAll('`', ''),
  }))
}
