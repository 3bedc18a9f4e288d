/** A string or template of a source, without its quotes; `${...}` of a template is kept as it is written. */
export interface Literal {
  readonly text: string
  readonly isTemplate: boolean
}

/** Characters after which a `/` starts a regular expression. */
const BEFORE_REGEXP = /(?:^|[(,=:[&|?{};+\-*%~^<>]|(?<![\w\])])!|\breturn|\btypeof|\bcase|=>)\s*$/

/** Takes a TypeScript text apart: the code without comments, and its strings and templates. */
export function scan(text: string): { code: string; literals: Literal[] } {
  const literals: Literal[] = []
  let code = ''
  let at = 0
  const take = (end: number) => {
    const taken = text.slice(at, end)
    at = end
    return taken
  }
  while (at < text.length) {
    const two = text.slice(at, at + 2)
    const one = text[at]!
    if (two === '//') take(indexOrEnd(text, '\n', at))
    else if (two === '/*') take(indexOrEnd(text, '*/', at + 2) + 2)
    else if (one === "'" || one === '"') {
      const literal = take(stringEnd(text, at))
      literals.push({ text: literal.slice(1, -1), isTemplate: false })
      code += literal
    } else if (one === '`') {
      const literal = take(templateEnd(text, at))
      literals.push({ text: literal.slice(1, -1), isTemplate: true })
      code += literal
    } else if (one === '/' && BEFORE_REGEXP.test(code.slice(-12))) {
      take(regExpEnd(text, at))
      code += '/regexp/'
    } else code += take(at + 1)
  }
  return { code, literals }
}

function indexOrEnd(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from)
  return found < 0 ? text.length : found
}

function stringEnd(text: string, start: number): number {
  let i = start + 1
  while (i < text.length && text[i] !== text[start] && text[i] !== '\n') i += text[i] === '\\' ? 2 : 1
  return i + 1
}

function templateEnd(text: string, start: number): number {
  let i = start + 1
  while (i < text.length && text[i] !== '`') {
    if (text.startsWith('${', i)) i = bracesEnd(text, i + 2)
    else i += text[i] === '\\' ? 2 : 1
  }
  return i + 1
}

/** The place after the `}` that closes a `${`. */
function bracesEnd(text: string, start: number): number {
  let depth = 1
  let i = start
  while (i < text.length && depth > 0) {
    const letter = text[i]!
    if (letter === '`') i = templateEnd(text, i)
    else if (letter === "'" || letter === '"') i = stringEnd(text, i)
    else {
      if (letter === '{') depth++
      if (letter === '}') depth--
      i++
    }
  }
  return i
}

function regExpEnd(text: string, start: number): number {
  let inClass = false
  let i = start + 1
  while (i < text.length && text[i] !== '\n') {
    const letter = text[i]!
    if (letter === '\\') i++
    else if (letter === '[') inClass = true
    else if (letter === ']') inClass = false
    else if (letter === '/' && !inClass) break
    i++
  }
  return i + 1
}
