/** Text as it may stand in HTML or SVG, in an attribute too: `&`, `<`, `>` and both quotes become references. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

/**
 * A table with a caption, in a box of its own that scrolls sideways: the first cell of a row is its heading, the rest are
 * numbers or short words. All texts are escaped.
 */
export function htmlTable(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[]) =>
    row
      .map((cell, k) => (k === 0 ? `<th scope="row">${escapeHtml(cell)}</th>` : `<td>${escapeHtml(cell)}</td>`))
      .join('')
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(caption)}"><table><caption>${escapeHtml(caption)}</caption>
<thead><tr>${head.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('')}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n')}
</tbody></table></div>`
}

/** A number with some decimals; a dash where there is none. */
export const figure = (value: number | null | undefined, decimals = 2): string =>
  value === null || value === undefined || !Number.isFinite(value)
    ? '–'
    : (Math.abs(value) < 0.5 / 10 ** decimals ? 0 : value).toFixed(decimals)

/** A share in [0, 1] as a percentage; a dash where there is none. */
export const percent = (share: number | null | undefined, decimals = 1): string =>
  share === null || share === undefined || !Number.isFinite(share) ? '–' : `${figure(100 * share, decimals)} %`
