import { parseDay, parseInstant } from 'kwx/time'

const DECIMAL = /^-?\d+(\.\d+)?$/

/** A number within bounds. @throws RangeError for anything else, an empty cell included */
export function decimal(name: string, text: string, low: number, high: number): number {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN
  if (value >= low && value <= high) return value
  throw new RangeError(`${name} is "${text}"; expected a number from ${low} to ${high}`)
}

/** A number that is whole once multiplied by `scale`, in units of 1/scale. */
function scaled(name: string, text: string, scale: number, low: number, high: number): number {
  const units = decimal(name, text, low, high) * scale
  const whole = Math.round(units)
  if (Math.abs(units - whole) < 1e-6) return whole
  throw new RangeError(`${name} is "${text}"; expected a multiple of ${1 / scale}`)
}

/** Cents of the YES side, 0 to 100, as 1e-4 dollars. */
export const price = (name: string, text: string): number => scaled(name, text, 100, 0, 100)

/** Contracts as 1e-2 contracts. */
export const contracts = (name: string, text: string): number => scaled(name, text, 100, 0, 20_000_000)

/** Whole degrees F of a strike. */
export const strike = (name: string, text: string): number => scaled(name, text, 1, -100, 200)

export const orNull = <Value>(text: string, read: (text: string) => Value): Value | null =>
  text === '' ? null : read(text)

export function oneOf<Word extends string>(name: string, text: string, words: readonly Word[]): Word {
  if ((words as readonly string[]).includes(text)) return text as Word
  throw new RangeError(`${name} is "${text}"; expected ${words.join(', ')}`)
}

export function instant(name: string, text: string): number {
  try {
    return parseInstant(text)
  } catch {
    throw new RangeError(`${name} is "${text}"; expected an instant with its zone, like 2025-02-20T18:00:00Z`)
  }
}

export function day(name: string, text: string): number {
  try {
    return parseDay(text)
  } catch {
    throw new RangeError(`${name} is "${text}"; expected YYYY-MM-DD`)
  }
}

export function nonEmpty(name: string, text: string): string {
  if (text !== '') return text
  throw new RangeError(`${name} is empty`)
}
