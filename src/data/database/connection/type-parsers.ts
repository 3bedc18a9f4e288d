import pg from 'pg'

const INT8 = 20
const DATE = 1082

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`The database holds ${text}; kwx reads integers up to 2^53.`)
  return value
}

const asIs = (text: string): string => text

/**
 * How values become JavaScript: 64-bit integers are numbers (beyond 2^53 is an error, never a rounded value) and a
 * `date` stays text, because the driver's own parser makes it midnight of the local zone.
 */
export const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8) return safeInteger
    if (oid === DATE) return asIs
    return pg.types.getTypeParser(oid, format as 'text')
  }) as typeof pg.types.getTypeParser,
}
