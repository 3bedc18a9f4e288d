/** What the database says where a row is there already (SQLSTATE). */
const UNIQUE_VIOLATION = '23505'

/** Whether a statement failed because a row was there already. @param key  of this constraint; absent: of any */
export function isUniqueViolation(error: unknown, key?: string): boolean {
  const { code, constraint } = (error ?? {}) as { readonly code?: string; readonly constraint?: string }
  return code === UNIQUE_VIOLATION && (key === undefined || constraint === key)
}
