import { readdir } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'

import { nearest } from './nearest.ts'

const READABLE = new Set(['.yaml', '.yml', '.json'])
const MOST = 8

/**
 * The end of a sentence about a file that is not there: the nearest name in its folder, or what the folder has.
 *
 * For a folder, its files. Empty when there is nothing to offer.
 */
export async function nearFiles(path: string): Promise<string> {
  const own = await list(path)
  const folder = own ? path : dirname(path)
  const names = own ?? (await list(folder)) ?? []
  const stems = names.map((name) => basename(name, extname(name)))
  const guess = own ? undefined : names[stems.indexOf(nearest(basename(path, extname(path)), stems) ?? '')]
  if (guess) return `; did you mean ${join(folder, guess)}?`
  if (names.length === 0) return ''
  const more = names.length > MOST ? `, and ${names.length - MOST} more` : ''
  return `; ${folder} has ${names.slice(0, MOST).join(', ')}${more}`
}

async function list(folder: string): Promise<string[] | null> {
  try {
    return (await readdir(folder)).filter((name) => READABLE.has(extname(name))).sort()
  } catch {
    return null
  }
}
