import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetScan, type SchemaElement } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { EXIT, KwxError, messageOf } from '../errors.ts'
import { syncFolder, temporaryName } from '../files/atomic-write.ts'
import { type Column, isText, rowsOf, type Table } from './table.ts'

/**
 * Rows of a row group. 100,000 keep the writer's working set near 20 MB and its dictionaries small; larger ones gain
 * nothing (measured), smaller ones cost reading time.
 */
export const ROW_GROUP = 100_000

/** Writes one Parquet file in pieces, so that memory holds a row group and not the table. */
export interface TableWriter {
  /** Appends the rows of a table with the writer's columns as one row group (more when it is above ROW_GROUP). */
  append(table: Table): Promise<void>
  /** Writes the footer, fsyncs and renames to the final name. */
  finish(): Promise<void>
  /** Removes what was written; harmless after `finish`. */
  abort(): Promise<void>
}

type ColumnType = 'double' | 'int32' | 'uint8' | 'text'

const typeOf = (column: Column): ColumnType => {
  if (isText(column)) return 'text'
  if (column instanceof Float64Array) return 'double'
  return column instanceof Int32Array ? 'int32' : 'uint8'
}

const elements: Record<ColumnType, Omit<SchemaElement, 'name'>> = {
  double: { type: 'DOUBLE', repetition_type: 'REQUIRED' },
  int32: { type: 'INT32', repetition_type: 'REQUIRED' },
  uint8: { type: 'INT32', converted_type: 'UINT_8', repetition_type: 'REQUIRED' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
}

/**
 * Opens a Parquet file for writing under a temporary name beside `file`.
 *
 * Columns are required (a missing number is NaN), dictionary-encoded where that halves them, and not compressed: any
 * reader opens the file, and its bytes depend on nothing but the rows, the row groups and the metadata. A dictionary
 * does not tell 0 from -0: either may come back as the other.
 *
 * @param like  a table with the columns to come, for names and types; its rows are not written
 * @cost  about 1 million rows/s at 40 columns; one row group of memory
 */
export async function openTableWriter(
  file: string,
  like: Table,
  metadata: Readonly<Record<string, string>> = {},
): Promise<TableWriter> {
  const temporary = temporaryName(file)
  const handle = await open(temporary, 'wx')
  const names = [...like.keys()]
  const types = [...like.values()].map(typeOf)
  const bytes = new ByteWriter(1 << 22)
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [
      { name: 'root', num_children: names.length },
      ...names.map((name, k) => ({ name, ...elements[types[k]!] })),
    ],
    codec: 'UNCOMPRESSED',
    statistics: false,
    kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    createdBy: 'kwx',
  })
  const flush = async () => {
    await writeAll(handle, bytes.getBytes())
    bytes.index = 0
  }
  let live = true
  const abort = async () => {
    if (!live) return
    live = false
    await handle.close()
    await rm(temporary, { force: true })
  }
  return {
    async append(table) {
      const rows = rowsOf(table)
      for (let first = 0; first < rows; first += ROW_GROUP) {
        const columnData = names.map((name, k) => {
          const column = table.get(name)
          if (!column || typeOf(column) !== types[k]) throw new RangeError(`Column "${name}" must be of ${types[k]}.`)
          return { name, data: slice(column, first, Math.min(rows, first + ROW_GROUP)) }
        })
        // Page size 0 is one page per column chunk: a row group is small enough to be read whole.
        writer.write({ columnData, rowGroupSize: ROW_GROUP, pageSize: 0 })
        await flush()
      }
    },
    async finish() {
      writer.finish()
      await flush()
      await handle.sync()
      live = false
      await handle.close()
      await rename(temporary, file)
      await syncFolder(dirname(file))
    },
    abort,
  }
}

/**
 * Writes a whole table to a Parquet file: temporary name, fsync, rename. Equal tables give equal bytes.
 *
 * @param metadata  texts for the file's footer, read back by `readTableMetadata`
 */
export async function writeTable(
  file: string,
  table: Table,
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  const writer = await openTableWriter(file, table, metadata)
  try {
    await writer.append(table)
    await writer.finish()
  } finally {
    await writer.abort()
  }
}

/**
 * Reads a Parquet file that `writeTable` wrote, all columns or those named, in the order asked for.
 *
 * DOUBLE comes back as Float64Array, INT32 as Int32Array (Uint8Array where it was one), UTF8 as a dictionary column.
 *
 * @throws KwxError FILE_UNREADABLE (exit 1), TABLE_COLUMN_MISSING (exit 1) with the columns there are
 */
export async function readTable(file: string, columns?: readonly string[]): Promise<Table> {
  return withFile(file, async (buffer) => {
    const metadata = await parquetMetadataAsync(buffer)
    const elements = new Map(metadata.schema.slice(1).map((element) => [element.name, element]))
    const names = columns ?? [...elements.keys()]
    const absent = names.filter((name) => !elements.has(name))
    if (absent.length > 0) {
      throw new KwxError(`${file} has no column ${absent.join(', ')}; it has ${[...elements.keys()].join(', ')}.`, {
        code: 'TABLE_COLUMN_MISSING',
        exit: EXIT.error,
        hint: 'Run the pipeline again with --force to make the file anew.',
      })
    }
    const table = new Map<string, Column>()
    for (const name of names) table.set(name, await readColumn(buffer, metadata, elements.get(name)!))
    return table
  })
}

/** The texts that were given to `writeTable`, and the number of rows as `rows`. */
export async function readTableMetadata(file: string): Promise<{ rows: number; metadata: Record<string, string> }> {
  return withFile(file, async (buffer) => {
    const { num_rows, key_value_metadata } = await parquetMetadataAsync(buffer)
    return {
      rows: Number(num_rows),
      metadata: Object.fromEntries((key_value_metadata ?? []).map(({ key, value }) => [key, value ?? ''])),
    }
  })
}

const slice = (column: Column, from: number, to: number) =>
  isText(column)
    ? Array.from(column.codes.subarray(from, to), (code) => column.values[code]!)
    : column.subarray(from, to)

async function readColumn(file: AsyncBuffer, metadata: FileMetaData, element: SchemaElement): Promise<Column> {
  const rows = Number(metadata.num_rows)
  const { ranges, readColumn } = await parquetScan({ file, metadata, columns: [element.name] })
  const pieces = async (take: (values: ArrayLike<unknown>, at: number) => void) => {
    for (const { rowStart, rowEnd } of ranges) {
      take(await readColumn({ column: element.name, rowStart, rowEnd }), rowStart)
    }
  }
  if (element.type === 'BYTE_ARRAY') {
    const codes = new Int32Array(rows)
    const codeOf = new Map<string, number>()
    await pieces((values, at) => {
      for (let i = 0; i < values.length; i++) {
        const value = values[i] as string
        let code = codeOf.get(value)
        if (code === undefined) {
          code = codeOf.size
          codeOf.set(value, code)
        }
        codes[at + i] = code
      }
    })
    return { codes, values: [...codeOf.keys()] }
  }
  const out =
    element.type === 'DOUBLE'
      ? new Float64Array(rows)
      : element.converted_type === 'UINT_8'
        ? new Uint8Array(rows)
        : new Int32Array(rows)
  await pieces((values, at) => out.set(values as ArrayLike<number>, at))
  return out
}

async function withFile<Result>(file: string, use: (buffer: AsyncBuffer) => Promise<Result>): Promise<Result> {
  let handle: FileHandle | undefined
  try {
    handle = await open(file, 'r')
    const { size } = await handle.stat()
    return await use({ byteLength: size, slice: (start, end) => readRange(handle!, start, end ?? size) })
  } catch (cause) {
    if (cause instanceof KwxError) throw cause
    throw new KwxError(`${file} cannot be read as Parquet: ${messageOf(cause)}`, {
      code: 'FILE_UNREADABLE',
      exit: EXIT.error,
      hint: 'Run the pipeline again with --force to make it anew.',
      cause,
    })
  } finally {
    await handle?.close()
  }
}

async function readRange(handle: FileHandle, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(end - start)
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at)
    if (bytesRead === 0) throw new Error('unexpected end of file')
    at += bytesRead
  }
  return bytes.buffer
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten
}
