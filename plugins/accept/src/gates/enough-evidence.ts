import type { ValidationSummary } from '../reports.ts'

/** Event days from which a verdict about skill is given: two weeks, as a week has one kind of weather. */
export const MINIMUM_TEST_DAYS = 14

/** Why the test rows cannot carry a verdict about skill, in one sentence; null when they can. */
export function whyNotEnough(
  summary: Pick<
    ValidationSummary,
    'n_windows' | 'n_windows_planned' | 'total_test_days' | 'total_test_rows' | 'yes_rows'
  >,
): string | null {
  const { n_windows, n_windows_planned, total_test_days, total_test_rows, yes_rows } = summary
  if (n_windows === 0) return `None of ${n_windows_planned} windows could be fitted.`
  if (2 * n_windows < n_windows_planned) {
    return `Only ${n_windows} of ${n_windows_planned} windows could be fitted; at least half are needed.`
  }
  if (total_test_days < MINIMUM_TEST_DAYS) {
    return `There are ${total_test_days} test event days; ${MINIMUM_TEST_DAYS} are needed.`
  }
  if (yes_rows === 0) return `None of the ${total_test_rows} test rows settled YES.`
  if (yes_rows === total_test_rows) return `All ${total_test_rows} test rows settled YES.`
  return null
}
