import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { EXIT, KwxError } from '../errors.ts'
import { canonicalJson } from './canonical-json.ts'
import { sha256, sha256File } from './hash.ts'

/** File name (relative, `/` between folders) -> SHA-256 of its content, hexadecimal. */
export type ArtefactFiles = Readonly<Record<string, string>>

/** The hash that an artefact of a kind has: over the kind and its files. */
export const artefactHash = (kind: string, files: ArtefactFiles): string => sha256(canonicalJson({ kind, files }))

/**
 * SHA-256 of every file under a folder that may come from anywhere, by relative name with `/` between folders.
 *
 * @throws KwxError FILE_UNREADABLE (exit 1) for a link, a pipe or a device inside: reading one may never end
 */
export async function hashFiles(folder: string): Promise<ArtefactFiles> {
  const files: Record<string, string> = {}
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue
    const file = join(entry.parentPath, entry.name)
    if (!entry.isFile()) {
      throw new KwxError(`${file} is not a file but a link, a pipe or a device.`, {
        code: 'FILE_UNREADABLE',
        exit: EXIT.error,
        hint: 'Take the folder from where it was made again.',
      })
    }
    files[relative(folder, file).replaceAll('\\', '/')] = await sha256File(file)
  }
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)))
}
