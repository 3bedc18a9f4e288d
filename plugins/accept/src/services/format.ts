/** How a report shows a figure to a person; files 01 to 05 hold it in full. */
export const fixed = (value: number | null): string => (value === null ? 'none' : unsigned(value.toFixed(4)))

/** With its sign, for differences. */
export const signed = (value: number | null): string =>
  value === null ? 'none' : fixed(value).replace(/^(?=\d)/, Number(fixed(value)) === 0 ? '' : '+')

export const share = (value: number | null): string =>
  value === null ? 'none' : `${unsigned((value * 100).toFixed(1))} %`

/** Integers as they are, everything else with four digits. */
export const figure = (value: number | null): string => (Number.isInteger(value) ? String(value) : fixed(value))

/** No minus before a zero. */
const unsigned = (text: string) => (/^-0(\.0*)?$/.test(text) ? text.slice(1) : text)
