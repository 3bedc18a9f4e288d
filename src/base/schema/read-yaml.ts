import { createReadStream } from 'node:fs'
import { messageOf } from '../errors.ts'
import { nearFiles } from './near-files.ts'
import type { YamlDocument } from './yaml-document.ts'

/** Larger files are refused: what people write is a few kilobytes. */
const MAX_YAML_BYTES = 1 << 20

/**
 * Reads strict YAML 1.2 (or JSON, for a name that ends in .json).
 *
 * Duplicate keys, unknown tags, several documents, other YAML versions, keys that are not text, endless or exploding
 * aliases, an empty, binary, missing or too large file: each is a problem with its place, never an exception. Merge
 * keys (`<<`) are not part of YAML 1.2 and stay ordinary, hence unknown, keys.
 *
 * @param source  a path relative to the working folder, or a text with the name to show for it
 */
export async function readYaml(source: string | { text: string; file: string }): Promise<YamlDocument> {
  const file = typeof source === 'string' ? source : source.file
  const text = typeof source === 'string' ? await readText(source) : withinSize(source.text)
  if (typeof text !== 'string') return unreadable(file, text.problem)
  const { parseYaml } = await import('./parse-yaml.ts')
  return parseYaml(text, file)
}

async function readText(file: string): Promise<string | { problem: string }> {
  try {
    const chunks: Buffer[] = []
    // One byte more than allowed is enough to know; a device has no end.
    for await (const chunk of createReadStream(file, { end: MAX_YAML_BYTES })) chunks.push(chunk as Buffer)
    const bytes = Buffer.concat(chunks)
    return bytes.length > MAX_YAML_BYTES ? TOO_LARGE : decode(bytes)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EISDIR') return { problem: `is a folder; expected a YAML file${await nearFiles(file)}` }
    if (code === 'ENOENT' || code === 'ENOTDIR') return { problem: `does not exist${await nearFiles(file)}` }
    return { problem: `cannot be read: ${messageOf(error)}` }
  }
}

function decode(bytes: Uint8Array): string | { problem: string } {
  if (bytes.includes(0)) return { problem: 'is a binary file; expected UTF-8 text' }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes) // takes a byte order mark away
  } catch {
    return { problem: 'is not UTF-8 text' }
  }
}

const TOO_LARGE = { problem: `is larger than ${MAX_YAML_BYTES} bytes; expected a file that a person wrote` }

const withinSize = (text: string) => (text.length > MAX_YAML_BYTES ? TOO_LARGE : text)

const unreadable = (file: string, message: string): YamlDocument => ({
  file,
  text: '',
  value: undefined,
  problems: [{ file, line: 0, column: 0, message }],
  find: () => undefined,
  locate: () => ({ line: 0, column: 0 }),
})
