// Imported on first use by read-yaml.ts, so that `--help` does not pay for the parser.
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
} from 'yaml'

import { messageOf } from '../errors.ts'
import { jsonMistake } from './json-mistake.ts'
import type { Position, Problem } from './problem.ts'
import type { Path, YamlDocument } from './yaml-document.ts'

/** Aliases may repeat at most this many nodes: enough for people, not for a bomb. */
const MAX_ALIASES = 100

/** After a slip of the pen a parser may complain about every line that follows. */
const MAX_ISSUES = 20

/** Parse problems after which the value is still what its author meant, so that the rest can be checked too. */
const HARMLESS = new Set(['DUPLICATE_KEY'])

/** Parses `text`; see `readYaml` for what counts as a problem. */
export function parseYaml(text: string, file: string): YamlDocument {
  const lines = new LineCounter()
  const problems: Problem[] = []
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const report = (message: string, offset: number) => problems.push({ file, ...at(offset), message })

  const mistake = file.endsWith('.json') && text.trim() !== '' ? jsonMistake(text) : null
  if (mistake) problems.push({ file, ...mistake })
  const document = mistake ? undefined : parse(text, lines, report)
  let value: unknown
  if (document) {
    try {
      value = document.toJS({ maxAliasCount: MAX_ALIASES })
      JSON.stringify(value) // fails where an alias stands inside what it repeats
    } catch {
      value = undefined
      const lost = aliasWithoutAnchor(document)
      if (lost) report(`the alias *${lost.source} has no anchor before it`, lost.range?.[0] ?? 0)
      else report(`its aliases repeat each other, or more than ${MAX_ALIASES} things; expected few or none`, 0)
    }
  }
  const find = (path: Path, what: 'key' | 'value' = 'value'): Position | undefined => {
    const node = document && nodeAt(document, path, what)
    return node?.range ? at(node.range[0]) : undefined
  }
  const locate = (path: Path, what: 'key' | 'value' = 'value'): Position => {
    for (let length = path.length; length > 0; length--) {
      const found = find(path.slice(0, length), length === path.length ? what : 'key')
      if (found) return found
    }
    return find([]) ?? { line: 1, column: 1 }
  }
  return { file, text, value, problems, find, locate }
}

type Report = (message: string, offset: number) => void

function parse(text: string, lines: LineCounter, report: Report): Document.Parsed | undefined {
  let documents: Document.Parsed[]
  try {
    documents = parseAllDocuments(text, {
      version: '1.2',
      schema: 'core',
      strict: true,
      uniqueKeys: true,
      stringKeys: true,
      merge: false,
      prettyErrors: false,
      lineCounter: lines,
      logLevel: 'silent',
    }) as Document.Parsed[]
  } catch (error) {
    report(`cannot be parsed: ${firstLine(messageOf(error))}`, 0)
    return undefined
  }
  const [document, second] = documents
  if (!document || (isEmpty(document) && document.errors.length === 0)) {
    report('the file is empty; expected keys with values', 0)
    return undefined
  }
  if (second) report('a second document starts here; expected one per file', second.range[0])
  if (document.directives?.yaml.explicit && document.directives.yaml.version !== '1.2') {
    report(`YAML ${document.directives.yaml.version} is asked for; expected 1.2`, 0)
  }
  // A tag nobody knows is only a warning to the parser, but its value would be a guess.
  const issues = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0])
  if (issues.some(({ message }) => message.includes('call stack'))) {
    report('the file is nested too deep to be read', 0)
    return undefined
  }
  for (const { code, message, pos } of issues.slice(0, MAX_ISSUES)) report(messageFor(code, firstLine(message)), pos[0])
  return !second && issues.every(({ code }) => HARMLESS.has(code)) ? document : undefined
}

const isEmpty = ({ contents }: Document.Parsed) => !contents || (isScalar(contents) && contents.value === null)

function messageFor(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'this key is there twice; expected each key once'
  if (code === 'TAG_RESOLVE_FAILED') return 'a tag that nobody knows; expected plain values'
  if (code === 'TAB_AS_INDENT') return 'a tab indents this line; expected spaces'
  return message
}

function aliasWithoutAnchor(document: Document.Parsed): Alias | undefined {
  let lost: Alias | undefined
  visit(document, {
    Alias(_, alias) {
      if (!alias.resolve(document)) lost ??= alias
    },
  })
  return lost
}

const firstLine = (message: string) => message.split('\n', 1)[0]!

/** The node at a path; for `key`, the key of the last step. Follows aliases. */
function nodeAt(document: Document.Parsed, path: Path, what: 'key' | 'value'): Node | undefined {
  let node: unknown = document.contents
  for (const [i, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && String(isScalar(item.key) ? item.key.value : item.key) === String(step),
      )
      if (!pair) return undefined
      const wantsKey = what === 'key' && i === path.length - 1
      node = wantsKey ? pair.key : (pair.value ?? pair.key)
    } else if (isSeq(node)) {
      node = node.items[Number(step)]
    } else {
      return undefined
    }
  }
  return (node as Node | null) ?? undefined
}
