import type { CliReport } from './iem/cli-text.ts'
import type { FeedMaximum } from './source.ts'

/** Issuances of the climate report about the days in [fromDay, toDay], as a feed gives them. */
export const maximaOf = (reports: readonly CliReport[], fromDay: number, toDay: number): FeedMaximum[] =>
  reports
    .filter(({ day }) => day >= fromDay && day <= toDay)
    .map(({ day, productId, kind, issuedMs, tmaxF }) => ({
      day,
      product_id: productId,
      kind,
      issued_ms: issuedMs,
      tmax_f: tmaxF,
    }))
