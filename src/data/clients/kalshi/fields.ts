import { EXIT, KwxError } from '../../../base/errors.ts'

/** Where a field stood, for a message; a function where making the text would cost every row of a long answer. */
export type Where = string | (() => string)

const said = (where: Where): string => (typeof where === 'string' ? where : where())

/** A JSON object whose fields are not checked yet. */
export type Fields = Readonly<Record<string, unknown>>

const shown = (value: unknown): string => {
  const text = JSON.stringify(value)
  return text === undefined ? 'nothing' : text.length > 60 ? `${text.slice(0, 60)}...` : text
}

/** What a field should have been; says where it stood and what was there. */
export function badField(place: Where, name: string, value: unknown, expected: string): KwxError {
  const where = said(place)
  return new KwxError(`kalshi: "${name}" of ${where} is ${shown(value)}; expected ${expected}.`, {
    code: 'KALSHI_FIELD',
    exit: EXIT.error,
    hint: 'The exchange may have changed its answers: look for a newer kwx, and report this message.',
    details: { where, field: name },
  })
}

/** @throws KwxError KALSHI_FIELD (exit 1) for anything but an object, as the following functions for what they read */
export function objectOf(value: unknown, where: Where): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badField(where, 'body', value, 'an object')
  return value as Fields
}

/** A list; the exchange writes null for an empty one. A missing list is an error. */
export function listOf(from: Fields, name: string, where: Where): Fields[] {
  const value = from[name]
  if (value === null) return []
  if (!Array.isArray(value)) throw badField(where, name, value, 'a list')
  return value.map((item) => objectOf(item, () => `${said(where)}, in "${name}"`))
}

/** A text that must be there and not blank. */
export function textOf(from: Fields, name: string, where: Where): string {
  const value = from[name]
  if (typeof value !== 'string' || value === '') throw badField(where, name, value, 'text')
  return value
}

/** Null for a missing, null or blank text. */
export function optionalText(from: Fields, name: string, where: Where): string | null {
  const value = from[name]
  if (value === undefined || value === null || value === '') return null
  if (typeof value !== 'string') throw badField(where, name, value, 'text')
  return value
}

const INSTANT = /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/

/** Milliseconds since the epoch of an RFC 3339 instant, fractions cut to the millisecond. */
export function instantOf(from: Fields, name: string, where: Where): number {
  const text = textOf(from, name, where)
  const ms = utcMs(text) ?? (INSTANT.test(text) ? Date.parse(text) : Number.NaN)
  if (Number.isNaN(ms)) throw badField(where, name, text, 'an instant with its zone')
  return Math.floor(ms)
}

/** Null where `optionalText` is, else as `instantOf`. */
export const optionalInstant = (from: Fields, name: string, where: Where): number | null =>
  optionalText(from, name, where) === null ? null : instantOf(from, name, where)

/** 1e-4 dollars, 0 to 10,000, of a decimal text like "0.4100". */
export function priceOf(from: Fields, name: string, where: Where): number {
  const value = from[name]
  const units = typeof value === 'string' ? parseDecimal(value, 4) : null
  if (units === null || units < 0 || units > 10_000) {
    throw badField(where, name, value, 'dollars as a decimal text from "0.0000" to "1.0000", to a hundredth of a cent')
  }
  return units
}

/** 1e-2 contracts of a decimal text like "11.77". */
export function countOf(from: Fields, name: string, where: Where): number {
  const value = from[name]
  const units = typeof value === 'string' ? parseDecimal(value, 2) : null
  if (units === null || units < 0)
    throw badField(where, name, value, 'a count of contracts as a decimal text like "11.77"')
  return units
}

const [ZERO, NINE, POINT, MINUS] = [48, 57, 46, 45]
/** Digits before and after the point that are read at all. */
const [MOST_WHOLE, MOST_FRACTION] = [15, 12]

/**
 * A decimal text as an integer number of 10^-places, without ever being a float; null when it is no plain decimal, is
 * finer than that, or passes 2^53.
 *
 * `parseDecimal('0.4100', 4)` is 4100, `parseDecimal('11.77', 2)` is 1177, `parseDecimal('0.00005', 4)` is null. Digit by
 * digit, because a candle holds fourteen of them: a regular expression takes five times as long.
 */
export function parseDecimal(text: string, places: number): number | null {
  const negative = text.charCodeAt(0) === MINUS
  let at = negative ? 1 : 0
  const first = at
  let units = 0
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < ZERO || code > NINE) break
    units = units * 10 + (code - ZERO)
  }
  if (at === first || at - first > MOST_WHOLE) return null
  let read = 0
  if (at < text.length) {
    if (text.charCodeAt(at++) !== POINT) return null
    if (at === text.length || text.length - at > MOST_FRACTION) return null
    for (; at < text.length; at++) {
      const digit = text.charCodeAt(at) - ZERO
      if (digit < 0 || digit > 9) return null
      if (read < places) {
        units = units * 10 + digit
        read++
      } else if (digit !== 0) return null
    }
  }
  for (; read < places; read++) units *= 10
  if (!Number.isSafeInteger(units)) return null
  return negative && units !== 0 ? -units : units
}

/**
 * Milliseconds since the epoch of `2025-02-01T18:22:33.123456Z`, digits beyond the millisecond cut off; null for
 * whatever is written otherwise, which is for `Date.parse` to judge.
 *
 * For answers of many thousand rows: several times as fast.
 */
export function utcMs(text: string): number | null {
  const end = text.length - 1
  if (end < 19 || text.charCodeAt(end) !== 90) return null
  for (const [at, mark] of MARKS) if (text.charCodeAt(at) !== mark) return null
  const year = digits(text, 0, 4)
  const [month, day] = [digits(text, 5, 7), digits(text, 8, 10)]
  const [hour, minute, second] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)]
  let milli = 0
  if (end > 19) {
    if (text.charCodeAt(19) !== 46 || end === 20 || digits(text, 20, end) < 0) return null
    milli = digits(text, 20, Math.min(23, end)) * [1, 100, 10, 1][Math.min(3, end - 20)]!
  }
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 28) return null
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return null
  return Date.UTC(year, month - 1, day, hour, minute, second, milli)
}

const MARKS = [
  [4, 45],
  [7, 45],
  [10, 84],
  [13, 58],
  [16, 58],
] as const

/** The number of some digits, or -1 where one is none. */
function digits(text: string, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}
