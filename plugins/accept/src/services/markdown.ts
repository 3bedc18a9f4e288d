import { figure } from './format.ts'

export const list = (items: readonly unknown[]): string => (items.length > 0 ? items.join(', ') : 'none')

/** A table; what a cell holds can neither end it nor its row. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cellOf).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const cellOf = (text: string) => text.replaceAll('|', '\\|').replaceAll(/[\r\n]+/g, ' ')

/** Any value of a file as a cell: figures as everywhere in the page, `none` for null. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (typeof value === 'number') return figure(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return Array.isArray(value) ? list(value.map(shown)) : String(value)
}
