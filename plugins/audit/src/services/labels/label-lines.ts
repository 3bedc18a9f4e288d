import type { LabelAudit } from './label-audit.ts'

/** A label audit as lines for a person: the verdict, the counts, a line for each finding. */
export function* labelLines({ city, bracket, span, origin, verdict, counts, findings }: LabelAudit): Generator<string> {
  yield `${city}${bracket === null ? '' : ` ${bracket}`}, ${span.from} to ${span.to}, ${origin} rows: ${verdict.outcome}`
  yield `  ${verdict.sentence}`
  const { events, settled, open, missing, refused, issuances, labels } = counts
  yield `  ${events} events: ${settled} settled, ${open} open, ${missing} without settlement, ${refused} refused; ${issuances} issuances`
  yield `  ${labels.markets} markets: ${labels.exchange} labelled by the exchange, ${labels.derived} derived, ${labels.quarantined} quarantined, ${labels.missing} without`
  for (const { kind, sentence } of findings) yield `  ${kind.padEnd(28)}${sentence}`
}
