import type { DayMembership, TimeAuditFile } from 'kwx/contracts'

const thousands = (value: number): string => value.toLocaleString('en-US')

/** Most faults that a person is shown; the file has all. */
const SHOWN = 10

/** File 09 as lines for a person: the verdict, rows by kind and rule, closes, days of the wall clock's changes, faults. */
export function* timeLines(report: TimeAuditFile): Generator<string> {
  const { city, bracket, span, zone, standard_offset, origin, verdict, rows, counts, dst_days, faults } = report
  yield `${city}${bracket === null ? '' : ` ${bracket}`}, ${span.from} to ${span.to}, ${zone}, climate day at UTC ${standard_offset / 60} h, ${origin} rows: ${verdict.outcome}`
  yield `  ${verdict.sentence}`
  const columns = ['rows', 'day before', 'own day', 'day after', 'civil moves', 'UTC moves', '6 a.m. moves']
  yield `  ${''.padEnd(14)}${columns.map((name) => name.padStart(13)).join('')}`
  const line = (name: string, { rows, before, own_day, after, would_change: other }: DayMembership) =>
    `  ${name.padEnd(14)}${[rows, before, own_day, after, other.civil_midnight, other.utc, other.before_6am]
      .map((value) => thousands(value).padStart(13))
      .join('')}`
  if (bracket !== null) yield line('built', rows.built)
  yield line(report.price_source, rows.prices)
  yield line(`${report.station} reports`, rows.observations)
  const { events, refused, close_agrees, close_differs, close_unknown } = counts
  yield `  ${events} events, ${refused} refused; closes: ${close_agrees} by the rule, ${close_differs} otherwise, ${close_unknown} not stored`
  for (const { event, event_day, minutes_off } of report.close_differences.slice(0, SHOWN)) {
    yield `  ${event} of ${event_day} closes ${Math.abs(minutes_off)} minutes ${minutes_off < 0 ? 'before' : 'after'} its rule's close`
  }
  for (const { event_day, clock, at, offset_before, offset_after, rows: moved } of dst_days) {
    yield `  ${event_day} ${clock} at ${at}, UTC ${offset_before / 60} h to ${offset_after / 60} h, ${thousands(moved)} rows`
  }
  for (const { kind, sentence } of faults.slice(0, SHOWN)) yield `  ${kind.padEnd(28)}${sentence}`
  if (faults.length > SHOWN) yield `  and ${faults.length - SHOWN} more faults, in --json`
}
