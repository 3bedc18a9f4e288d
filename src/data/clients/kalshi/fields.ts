import { EXIT, KwxError } from '../../../base/errors.ts'
import { parseDecimal } from '../decimal.ts'
import { utcMs } from '../utc-ms.ts'

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
