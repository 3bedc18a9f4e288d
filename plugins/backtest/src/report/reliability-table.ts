import { figure, htmlTable } from 'kwx/svg'

import type { ConsistentBin } from '../metrics/reliability.ts'

/** A reliability diagram as numbers. */
export const reliabilityTable = (caption: string, bins: readonly ConsistentBin[]): string =>
  htmlTable(
    caption,
    ['bin', 'rows', 'mean probability', 'share of YES', 'expected from', 'to'],
    bins.map(({ low, high, count, meanP, observed, expectedLow, expectedHigh }) => [
      `${low.toFixed(1)}–${high.toFixed(1)}`,
      String(count),
      figure(meanP, 3),
      figure(observed, 3),
      figure(expectedLow, 3),
      figure(expectedHigh, 3),
    ]),
  )
