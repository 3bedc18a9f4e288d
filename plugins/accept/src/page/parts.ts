import { type DrawingSize, escapeHtml, htmlTable } from 'kwx/svg'

/** The sizes in which a drawing is made: for a panel of a wide page, and for a phone. */
const SIZES = {
  wd: { width: 552, height: 300, left: 62 },
  ph: { width: 336, height: 280, left: 60 },
} as const satisfies Record<string, DrawingSize>

/**
 * A drawing in both sizes, of which the page shows one.
 *
 * @param draw  makes it from a size and an id of its own
 * @param height  pixels of both, where the usual ones do not fit
 */
export function twins(id: string, draw: (size: DrawingSize, id: string) => string, height?: number): string {
  const of = (name: keyof typeof SIZES) =>
    `<div class="${name}">${draw({ ...SIZES[name], ...(height === undefined ? {} : { height }) }, `${id}-${name}`)}</div>`
  return `<figure>${of('wd')}\n${of('ph')}</figure>`
}

/** A part of the page; texts are escaped, `body` is HTML. */
export const panel = (title: string, sub: string, body: readonly string[], wide = false): string =>
  `<section class="panel${wide ? ' all' : ''}">
<header><h2>${escapeHtml(title)}</h2><p class="sub">${escapeHtml(sub)}</p></header>
${body.filter((part) => part !== '').join('\n')}
</section>`

export const note = (text: string): string => `<p class="note">${escapeHtml(text)}</p>`

/** The figures of a drawing beneath it. */
export const figures = (caption: string, head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<details><summary>As numbers: ${escapeHtml(caption)}</summary>${htmlTable(caption, head, rows)}</details>`

/** A table whose rows are cards on a phone: each cell has its heading beside it. The first cell heads the row. */
export function cards(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const names = head.map(escapeHtml)
  const row = ([first = '', ...cells]: readonly string[]) =>
    `<tr role="row"><th role="rowheader" scope="row">${first}</th>${cells.map((cell, k) => `<td role="cell" data-l="${names[k + 1]}">${cell}</td>`).join('')}</tr>`
  return `<table class="cards" role="table"><caption>${escapeHtml(caption)}</caption>
<thead role="rowgroup"><tr role="row">${names.map((name) => `<th role="columnheader" scope="col">${name}</th>`).join('')}</tr></thead>
<tbody role="rowgroup">
${rows.map(row).join('\n')}
</tbody></table>`
}

const STATES: Readonly<Record<string, readonly [sign: string, word: string]>> = {
  pass: ['●', 'pass'],
  fail: ['■', 'fail'],
  stale: ['◐', 'stale'],
  'not-enough-evidence': ['○', 'not enough evidence'],
  'not-applicable': ['–', 'not applicable'],
}

/** An outcome by sign, word and colour. */
export function state(outcome: string): string {
  const [sign, word] = STATES[outcome] ?? ['–', outcome]
  return `<span class="st ${outcome in STATES ? outcome : ''}">${sign} ${escapeHtml(word)}</span>`
}
