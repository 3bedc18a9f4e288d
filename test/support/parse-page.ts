/** One element of a page: its name, its attributes as they read, and the text within it, that of its elements included. */
export interface PageElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  text: string
  /** Names of the elements around it, the outermost first. */
  readonly within: readonly string[]
}

const VOID = new Set(['meta', 'link', 'br', 'hr', 'img', 'input'])
const TAG = /^<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+(?:="[^"<>]*")?)*)\s*(\/?)>/
const REFERENCE = /&#(\d+);/g

const read = (text: string) => text.replace(REFERENCE, (_, code) => String.fromCharCode(Number(code)))

/**
 * Reads a page strictly: each element is closed where it must be, attributes are quoted, and texts hold no bare `<`, `>` or
 * `&`. A name that was not escaped breaks one of these, or shows as an element.
 *
 * @throws Error with the place of the first mistake
 */
export function parsePage(page: string): PageElement[] {
  const elements: PageElement[] = []
  const open: PageElement[] = []
  let at = page.startsWith('<!doctype html>\n') ? '<!doctype html>\n'.length : 0
  const mistake = (what: string) => new Error(`${what} at ${at}: ${page.slice(Math.max(0, at - 40), at + 80)}`)
  while (at < page.length) {
    if (open.at(-1)?.name === 'style') {
      const end = page.indexOf('</style>', at)
      if (end < 0) throw mistake('an open style')
      open.at(-1)!.text = page.slice(at, end)
      at = end
    }
    if (page[at] === '<') {
      const found = TAG.exec(page.slice(at))
      if (!found) throw mistake('no tag')
      const [whole, closes, name, attributes, closed] = found as unknown as [string, string, string, string, string]
      if (closes) {
        if (open.pop()?.name !== name) throw mistake(`</${name}> closes another element`)
      } else {
        const pairs = [...attributes.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)]
        const element: PageElement = {
          name,
          attributes: new Map(pairs.map(([, key, value = '']) => [key!, read(value)])),
          text: '',
          within: open.map((one) => one.name),
        }
        if (element.attributes.size !== pairs.length) throw mistake('an attribute twice')
        elements.push(element)
        if (!closed && !VOID.has(name)) open.push(element)
      }
      at += whole.length
    } else {
      const end = page.indexOf('<', at)
      const text = page.slice(at, end < 0 ? page.length : end)
      if (/[>]|&(?!#\d+;)/.test(text)) throw mistake('a bare sign')
      for (const element of open) element.text += read(text)
      at += text.length
    }
  }
  if (open.length > 0) throw mistake(`<${open.at(-1)!.name}> is open`)
  return elements
}

const ACROSS = ['x', 'x1', 'x2', 'cx']
const DOWN = ['y', 'y1', 'y2', 'cy']

/** Numbers of a drawing that are none, and those outside its box by more than a pixel. */
export function strayNumbers(svg: string): string[] {
  const elements = parsePage(svg)
  const [, , width = 0, height = 0] = (elements[0]!.attributes.get('viewBox') ?? '').split(' ').map(Number)
  return elements.slice(1).flatMap(({ name, attributes }) => {
    const outside = (keys: readonly string[], most: number) =>
      keys.flatMap((key) => {
        const text = attributes.get(key)
        if (text === undefined) return []
        const value = Number(text)
        return value >= -1 && value <= most + 1 ? [] : [`${name} ${key}=${text}`]
      })
    const points = (attributes.get('points') ?? '').split(/[ ,]/).filter((text) => text !== '')
    const bad = points.filter((text, k) => !(Number(text) >= -1 && Number(text) <= (k % 2 ? height : width) + 1))
    const sizes = ['width', 'height', 'r'].filter((key) => attributes.has(key) && !(Number(attributes.get(key)) >= 0))
    const path = /NaN|Infinity|undefined/.test(attributes.get('d') ?? '') ? [`${name} d=${attributes.get('d')}`] : []
    return [
      ...outside(ACROSS, width),
      ...outside(DOWN, height),
      ...bad,
      ...sizes.map((key) => `${name} ${key}`),
      ...path,
    ]
  })
}
