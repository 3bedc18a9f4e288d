import { readdir } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'

import { nearest } from './nearest.ts'

const READABLE = new Set(['.yaml', '.yml', '.json'])
const MOST = 8
/** Where a project keeps its configurations. */
const USUAL = 'configs'

/**
 * The end of a sentence about a file that is not there: the nearest name in its folder or in `configs` below, or what the folder has.
 *
 * For a folder, its files. Empty when there is nothing to offer.
 */
export async function nearFiles(path: string): Promise<string> {
  const own = await list(path)
  const folder = own ? path : dirname(path)
  const names = own ?? (await list(folder)) ?? []
  for (const place of own ? [] : [folder, join(folder, USUAL)]) {
    const guess = nearestFile(path, (await list(place)) ?? [])
    if (guess) return `; did you mean ${join(place, guess)}?`
  }
  if (names.length === 0) return ''
  const more = names.length > MOST ? `, and ${names.length - MOST} more` : ''
  return `; ${folder} has ${names.slice(0, MOST).join(', ')}${more}`
}

function nearestFile(path: string, names: readonly string[]): string | undefined {
  const stems = names.map((name) => basename(name, extname(name)))
  return names[stems.indexOf(nearest(basename(path, extname(path)), stems) ?? '')]
}

async function list(folder: string): Promise<string[] | null> {
  try {
    return (await readdir(folder)).filter((name) => READABLE.has(extname(name))).sort()
  } catch {
    return null
  }
}
