import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { root } from '../../support/root.ts'

/** What a type or a database keeps in a column. */
export type Family = 'number' | 'text' | 'boolean' | 'timestamp' | 'bytea' | 'json' | 'array'

export interface TableColumn {
  readonly family: Family
  readonly isNullable: boolean
}

interface Source {
  readonly parent: string
  readonly body: string
}

/** The interfaces of the tables of the kit and its plugins, and those of the domain that they are derived from. */
const FILES = ['src/data/database/schema.ts', 'plugins/*/src/storage/tables.ts', 'src/domain/{market,features}/*.ts']

const INTERFACE = /^export interface (\w+)(?:\s+extends ([^{]+?))? \{\n([\s\S]*?)^\}/gm
const TABLES = /^export (?:interface Schema|type \w+Tables =) \{\n([\s\S]*?)^\}/gm
const PROPERTY = /^ {2}(?:readonly )?(\w+): (.+)$/gm

/** Columns by table, from the source texts of the interfaces: their types do not exist when a test runs. */
export async function tableInterfaces(): Promise<Map<string, Map<string, TableColumn>>> {
  const texts: string[] = []
  for await (const file of glob(FILES, { cwd: root })) texts.push(await readFile(join(root, file), 'utf8'))
  const code = texts.join('\n').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  const interfaces = new Map<string, Source>()
  for (const [, name, parent = '', body] of code.matchAll(INTERFACE)) interfaces.set(name!, { parent, body: body! })
  const tables = new Map<string, Map<string, TableColumn>>()
  for (const [, body = ''] of code.matchAll(TABLES)) {
    for (const [, table, type] of body.matchAll(PROPERTY)) {
      if (tables.has(table!)) throw new Error(`Two interfaces are of the table ${table}.`)
      tables.set(table!, columnsOf(interfaces, type!))
    }
  }
  return tables
}

function columnsOf(interfaces: ReadonlyMap<string, Source>, type: string): Map<string, TableColumn> {
  const [, utility, base, names = ''] = /^(?:(Pick|Omit)<)?(\w+)(?:, ([^>]+)>)?$/.exec(type) ?? []
  const source = interfaces.get(base ?? '')
  if (!source) throw new Error(`The interface "${type}" is not in ${FILES.join(', ')}.`)
  const columns = source.parent ? columnsOf(interfaces, source.parent) : new Map<string, TableColumn>()
  for (const [, name, value] of source.body.matchAll(PROPERTY)) columns.set(name!, columnOf(value!))
  if (!utility) return columns
  const named = new Set([...names.matchAll(/'(\w+)'/g)].map(([, name]) => name!))
  return new Map([...columns].filter(([name]) => named.has(name) === (utility === 'Pick')))
}

/** Of `Generated` and `ColumnType`, what is read counts. */
function columnOf(type: string): TableColumn {
  const [, generated] = /^Generated<(.+)>$/.exec(type) ?? []
  const [, columnType] = /^ColumnType<(.+)>$/.exec(type) ?? []
  const read = generated ?? (columnType === undefined ? type : split(columnType, ',')[0]!)
  const members = split(read, '|')
  const [member, ...others] = members.filter((one) => one !== 'null').map(familyOf)
  if (!member || others.some((other) => other !== member)) throw new Error(`What family is the type "${type}" of?`)
  return { family: member, isNullable: members.includes('null') }
}

function familyOf(type: string): Family {
  if (/^'.*'$/.test(type) || ['string', 'Origin', 'StrikeType', 'Bracket'].includes(type)) return 'text'
  if (type === 'number' || type === 'boolean') return type
  if (type === 'Date') return 'timestamp'
  if (type === 'Buffer') return 'bytea'
  if (/^(readonly )?number\[\]$/.test(type)) return 'array' // lists of texts are JSON
  if (/^(Record<|readonly )/.test(type)) return 'json'
  throw new Error(`What family is the type "${type}" of?`)
}

/** Parts of a type between separators that are not within brackets. */
function split(type: string, separator: ',' | '|'): string[] {
  const parts = ['']
  let depth = 0
  for (const character of type) {
    if ('<{('.includes(character)) depth++
    if ('>})'.includes(character)) depth--
    if (character === separator && depth === 0) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts.map((part) => part.trim())
}
