import type { Settlement } from 'kwx/database'

/** What decides which issuance of a day is used. */
type Issuance = Pick<Settlement, 'source' | 'product_id' | 'kind' | 'issued_ms' | 'tmax_f'>

/**
 * The issuance that pays, of all issuances of one day: the first final by issue time; without one the archive's value.
 * A preliminary value, a correction and a report without a temperature never pay, and neither does a cross-check.
 *
 * Written again from the rule, so that what the database marks as used has something to be held against.
 */
export function usedSettlement<Row extends Issuance>(issuances: readonly Row[]): Row | null {
  const paying = issuances.filter(({ kind, tmax_f }) => tmax_f !== null && (kind === 'final' || kind === 'archive'))
  return paying.toSorted(inOrder)[0] ?? null
}

const inOrder = (a: Issuance, b: Issuance): number =>
  Number(a.kind === 'archive') - Number(b.kind === 'archive') ||
  (a.issued_ms ?? Number.MAX_VALUE) - (b.issued_ms ?? Number.MAX_VALUE) ||
  compare(a.source, b.source) ||
  compare(a.product_id, b.product_id)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
