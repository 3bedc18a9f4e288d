import type { MeanInterval } from 'kwx/contracts'

import { figure, fixed, share, signed } from '../services/format.ts'

/** A hyphen before a digit as the sign that it stands for. */
const typeset = (text: string): string => text.replace(/^-(?=\d)/, '−')

/** Figures as file 06 shows them, typeset; `none` for null. */
export const plain = (value: number | null): string => typeset(fixed(value))
export const change = (value: number | null): string => typeset(signed(value))
export const count = (value: number | null): string => typeset(figure(value))

/** A share in percent, whole where it is. */
export const portion = (value: number | null): string => share(value).replace('.0 %', ' %')

/** The two ends of an interval, or why there are none. */
export const ends = ({ low, high, reason }: Omit<MeanInterval, 'mean'>): string =>
  low === null || high === null ? (reason ?? 'no interval') : `[${change(low)}, ${change(high)}]`

/** An e-value; e-values span many powers of ten. */
export const evidence = (e: number): string => (e >= 1e6 ? 'over a million' : e >= 100 ? e.toFixed(0) : plain(e))

/** A power of ten as the word of a tick. */
export function powerWord(value: number): string {
  const power = Math.round(Math.log10(value))
  if (power > -4 && power < 4) return String(Number(value.toPrecision(1)))
  return `10${[...String(power)].map((sign) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(sign)]).join('')}`
}

/** Words of the `count` ticks that `ticks` finds in a range: as many decimals as their step has. */
export function tickWords([low, high]: readonly [number, number], count = 5): (value: number) => string {
  const rough = (high - low) / count || 1
  const power = Math.floor(Math.log10(rough))
  const decimals = Math.min(8, Math.max(0, -(rough > 5 * 10 ** power ? power + 1 : power)))
  return (value) => {
    const text = value.toFixed(decimals)
    return Number(text) === 0 ? '0' : typeset(text)
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `2025-01-17` as `17 Jan`; any other text as it is. */
export function shortDay(day: string): string {
  const [, month, date] = /^\d{4}-(\d\d)-(\d\d)$/.exec(day) ?? []
  return month && date ? `${Number(date)} ${MONTHS[Number(month) - 1] ?? month}` : day
}

/** Last test day of a window by its name `win_<first day>_<last day>`. */
export function lastDayOf(window: string): string {
  const [, year, month, date] = /_(\d{4})(\d\d)(\d\d)$/.exec(window) ?? []
  return year ? `${year}-${month}-${date}` : window
}
