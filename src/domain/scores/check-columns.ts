import { EXIT, KwxError } from '../../base/errors.ts'

/** Columns of equal length, by name. */
type Columns = Readonly<Record<string, ArrayLike<number>>>

/** Throws SCORE_SHAPE unless all columns have one length. */
export function checkShape(columns: Columns): void {
  const lengths = Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.length]))
  if (new Set(Object.values(lengths)).size <= 1) return
  const found = Object.entries(lengths).map(([name, length]) => `${length} of ${name}`)
  throw new KwxError(`Columns of scored rows differ in length: ${found.join(', ')}; expected one length.`, {
    code: 'SCORE_SHAPE',
    exit: EXIT.error,
    hint: 'Report this with the command that failed: the caller passed columns of different tables.',
    details: { lengths },
  })
}

/** Throws SCORE_VALUE unless `accepts` holds for each value; `expected` completes "expected ...". */
export function checkValues(
  name: string,
  values: ArrayLike<number>,
  accepts: (value: number) => boolean,
  expected: string,
): void {
  for (let i = 0; i < values.length; i++) {
    if (accepts(values[i]!)) continue
    throw new KwxError(`${name} is ${values[i]} in row ${i}; expected ${expected}.`, {
      code: 'SCORE_VALUE',
      exit: EXIT.error,
      hint: 'Build the table of these rows again.',
      details: { column: name, row: i, value: String(values[i]) },
    })
  }
}

/** Throws SCORE_SETTING unless `accepted`; `expected` completes "expected ...". */
export function checkSetting(name: string, value: number, accepted: boolean, expected: string): void {
  if (accepted) return
  throw new KwxError(`${name} is ${value}; expected ${expected}.`, {
    code: 'SCORE_SETTING',
    exit: EXIT.usage,
    hint: `Set ${name} to ${expected}.`,
    details: { setting: name, value: String(value) },
  })
}

/** True for probabilities. */
export const isProbability = (value: number): boolean => value >= 0 && value <= 1

/** True for outcomes. */
export const isOutcome = (value: number): boolean => value === 0 || value === 1
