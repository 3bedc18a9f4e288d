import { createHash } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'

import { EXIT, KwxError, messageOf } from 'kwx'

const ROWS_PER_BATCH = 20_000
const PROBLEMS_SHOWN = 5

export interface CsvFile {
  /** Path below the folder, as it is named in messages. */
  readonly name: string
  readonly path: string
  readonly progress: Progress
}

/** Told of compressed bytes read, of all bytes of the file. */
export type Progress = (done: number, total: number, file: string) => void

interface CsvEnd {
  /** Of the compressed file. */
  readonly sha256: string
  readonly rows: number
}

/** The file if it is there. */
export function csvFile({ folder, progress }: { folder: string; progress: Progress }, name: string): CsvFile | null {
  const path = join(folder, name)
  return existsSync(path) ? { name, path, progress } : null
}

/**
 * Rows of a gzip CSV with a header, parsed one by one and handed over in batches; memory does not grow with the file.
 *
 * The header may hold further columns in any order. A row that `parse` refuses (RangeError) does not stop the reading:
 * the error at the end names the first of them with file and line, and how many there are.
 *
 * @param columns  what `parse` receives, in this order
 * @returns digest and number of rows, after the last batch
 * @throws KwxError IMPORT_FILE_DAMAGED (exit 1) when the file cannot be decompressed or has another header
 * @throws KwxError IMPORT_ROW_INVALID (exit 1)
 */
export async function* readCsv<Row>(
  { name, path, progress }: CsvFile,
  columns: readonly string[],
  parse: (cells: readonly string[], line: number) => Row,
): AsyncGenerator<Row[], CsvEnd> {
  const digest = createHash('sha256')
  const size = statSync(path).size
  let bytes = 0
  const onChunk = (chunk: Buffer): void => {
    digest.update(chunk)
    bytes += chunk.length
    progress(bytes, size, name)
  }
  const problems: string[] = []
  let refused = 0
  let places: number[] | undefined
  let width = 0
  let line = 0
  let batch: Row[] = []
  try {
    for await (const text of linesOf(path, onChunk)) {
      line++
      if (!places) {
        const cells = splitRow(text)
        places = columns.map((column) => cells.indexOf(column))
        width = cells.length
        const lacking = columns.filter((_, k) => places![k] === -1)
        if (lacking.length > 0)
          throw damaged(name, `its header has no ${lacking.join(', ')}; found "${text.slice(0, 200)}"`)
        continue
      }
      try {
        const cells = splitRow(text)
        if (cells.length !== width) throw new RangeError(`${cells.length} cells; expected ${width}`)
        batch.push(
          parse(
            places.map((place) => cells[place]!),
            line,
          ),
        )
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
        refused++
        if (problems.length < PROBLEMS_SHOWN) problems.push(`${name}:${line}: ${error.message}`)
      }
      if (batch.length === ROWS_PER_BATCH) {
        yield batch
        batch = []
      }
    }
  } catch (error) {
    if (isStreamFault(error)) throw damaged(name, `it cannot be read after line ${line}: ${messageOf(error)}`, error)
    throw error
  }
  if (!places) throw damaged(name, 'it is empty, without a header')
  if (refused > 0) {
    throw new KwxError(
      `${refused} of ${line - 1} rows are wrong, nothing of the file was loaded:\n${problems.join('\n')}`,
      {
        code: 'IMPORT_ROW_INVALID',
        exit: EXIT.error,
        hint: 'Correct the rows in the file, or take a fresh copy of it, and import again.',
        details: { file: name, refused, problems },
      },
    )
  }
  if (batch.length > 0) yield batch
  return { sha256: digest.digest('hex'), rows: line - 1 }
}

/** Lines of a gzip file without their ends; a quoted field may hold commas, not line breaks. */
async function* linesOf(path: string, onChunk: (chunk: Buffer) => void): AsyncGenerator<string> {
  const file = createReadStream(path)
  const gunzip = createGunzip()
  file.on('data', (chunk) => onChunk(chunk as Buffer))
  file.on('error', (error) => gunzip.destroy(error))
  let rest = ''
  for await (const chunk of file.pipe(gunzip).setEncoding('utf8')) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line
  }
  if (rest !== '') yield rest
}

/** Cells of one line; quotes as RFC 4180 has them. */
export function splitRow(line: string): string[] {
  if (!line.includes('"')) return line.split(',')
  const cells: string[] = []
  const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y
  while (true) {
    const match = field.exec(line)
    if (!match) throw new RangeError(`a quote is not closed in "${line.slice(0, 80)}"`)
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2]!)
    if (match[3] === '') return cells
  }
}

/** Faults of the file system and of zlib carry a code; a bug in `parse` does not. */
const isStreamFault = (error: unknown): boolean =>
  !(error instanceof KwxError) &&
  typeof (error as { code?: unknown } | null)?.code === 'string' &&
  'errno' in (error as object)

function damaged(name: string, what: string, cause?: unknown): KwxError {
  return new KwxError(`${name} is damaged: ${what}.`, {
    code: 'IMPORT_FILE_DAMAGED',
    exit: EXIT.error,
    hint: 'Take a fresh copy of the file and import again; what other files held is kept.',
    details: { file: name },
    cause,
  })
}
