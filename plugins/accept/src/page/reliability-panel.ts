import { type ChartBin, reliabilityChart } from 'kwx/svg'

import type { BinBand, CalibrationAnalysis, CalibrationBin } from '../reports.ts'
import { count, plain, portion } from './numbers.ts'
import { figures, note, panel, twins } from './parts.ts'

/** What was promised and what happened, with the bands of a perfect forecaster on the same rows. */
export function reliabilityPanel(calibration: CalibrationAnalysis): string {
  const { bins, market, consistency, test } = calibration
  const drawn = bins.map((bin, k) => chartBin(bin, k, bins.length, consistency.model[k]!))
  const beside = market.bins.map((bin, k) => chartBin(bin, k, bins.length, consistency.market[k]!))
  const outside = (list: readonly ChartBin[]) =>
    list.filter((bin) => bin.count > 0 && (bin.observed < bin.expectedLow || bin.observed > bin.expectedHigh)).length
  const words = `${outside(drawn)} bins of the model and ${outside(beside)} of the market lie outside the band of a perfect forecaster.`
  return panel('Reliability', `calibration tests: ${test.outcome}`, [
    '<p class="legend"><span>● model, size by rows</span> <span>□ market</span> <span>shaded: band of a perfect forecaster</span></p>',
    twins(
      'reliability',
      (size, id) =>
        reliabilityChart(id, 'Reliability of model and market', drawn, { level: consistency.level, beside, size }),
      330,
    ),
    note(
      `${words} Bands hold ${portion(consistency.level)} of ${count(consistency.draws)} redraws of the outcomes from the probabilities, rows of one market sharing one outcome, seed ${count(consistency.seed)}; each bin by itself.`,
    ),
    note(test.sentence),
    figures(
      'Reliability by bin, model and market',
      ['bin', 'rows', 'days', 'model', 'YES', 'from', 'to', 'market rows', 'market', 'YES', 'from', 'to'],
      bins.map((bin, k) => {
        const other = market.bins[k]!
        return [
          bin.bin_range,
          ...[bin.count, bin.event_days].map(count),
          ...cells(bin, consistency.model[k]!),
          count(other.count),
          ...cells(other, consistency.market[k]!),
        ]
      }),
    ),
  ])
}

const cells = ({ mean_pred, observed_freq }: CalibrationBin, { low, high }: BinBand) =>
  [mean_pred, observed_freq, low, high].map(plain)

/** A bin as the chart takes it; an empty bin has NaN figures, which are not drawn. */
function chartBin(
  { count, mean_pred, observed_freq }: CalibrationBin,
  k: number,
  bins: number,
  band: BinBand,
): ChartBin {
  return {
    ...{ low: k / bins, high: (k + 1) / bins, count },
    ...{ meanP: mean_pred ?? Number.NaN, observed: observed_freq ?? Number.NaN },
    ...{ expectedLow: band.low ?? Number.NaN, expectedHigh: band.high ?? Number.NaN },
  }
}
