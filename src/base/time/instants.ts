const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/

/** Milliseconds since the epoch of an ISO instant; a RangeError without a zone, because a naive time is a guess. */
export function parseInstant(text: string): number {
  const ms = INSTANT.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms)) {
    throw new RangeError(`"${text}" is not an instant; expected ISO 8601 with a zone, like 2025-02-20T18:00:00Z.`)
  }
  return ms
}

/** ISO instant in UTC with milliseconds. */
export const formatInstant = (ms: number): string => new Date(ms).toISOString()
