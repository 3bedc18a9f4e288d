// Imported on first use by read-yaml.ts: the parser costs 15 ms that `--help` must not pay.
import { type Document, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml'

import { messageOf } from '../errors.ts'
import type { Position, Problem } from './problem.ts'
import type { Path, YamlDocument } from './read-yaml.ts'

/** Aliases may repeat at most this many nodes: enough for people, not for a bomb. */
const MAX_ALIASES = 100

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

  const document = parse(text, lines, file, report)
  let value: unknown
  if (document) {
    try {
      value = document.toJS({ maxAliasCount: MAX_ALIASES })
      JSON.stringify(value) // an alias to something around it makes a circle
    } catch (error) {
      value = undefined
      report(`its aliases cannot be resolved: ${firstLine(messageOf(error))}`, 0)
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

function parse(text: string, lines: LineCounter, file: string, report: Report): Document.Parsed | undefined {
  if (file.endsWith('.json') && !isJson(text, report)) return undefined
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
  if (!document || isEmpty(document)) {
    if (!document?.errors.length) {
      report('the file is empty; expected keys with values', 0)
      return undefined
    }
  }
  if (second) report('a second document starts here; expected one per file', second.range[0])
  if (document.directives?.yaml.explicit && document.directives.yaml.version !== '1.2') {
    report(`YAML ${document.directives.yaml.version} is asked for; expected 1.2`, 0)
  }
  // A tag nobody knows is only a warning to the parser, but its value would be a guess.
  const issues = [...document.errors, ...document.warnings]
  for (const issue of issues) report(messageFor(issue.code, firstLine(issue.message)), issue.pos[0])
  return !second && issues.every(({ code }) => HARMLESS.has(code)) ? document : undefined
}

const isEmpty = ({ contents }: Document.Parsed) => !contents || (isScalar(contents) && contents.value === null)

function messageFor(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'this key is there twice; expected each key once'
  if (code === 'TAB_AS_INDENT') return 'a tab indents this line; expected spaces'
  return message
}

/** JSON has no comments, single quotes or bare words, which the YAML parser would let pass. */
function isJson(text: string, report: Report): boolean {
  if (text.trim() === '') return true
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    const message = messageOf(error)
    report(`not JSON: ${message.replace(/ \(line.*$/, '').replace(/ in JSON at position \d+/, '')}`, 0)
    return false
  }
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
