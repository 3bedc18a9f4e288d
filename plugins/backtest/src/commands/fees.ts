import { Flags, KwxCommand } from 'kwx/command'

import type { FeeAnswer } from '../services/quote-fee.ts'

export default class Fees extends KwxCommand<FeeAnswer> {
  static override summary = "Tell an order's fee, exactly, under the schedule of its series and day."
  static override description =
    'Prices and counts are decimals and never become floats. Without --series: the schedule of the weather series.'
  static override flags = {
    price: Flags.string({ required: true, helpValue: 'DOLLARS', description: 'Price, in whole cents: 0.35.' }),
    count: Flags.string({ required: true, helpValue: 'CONTRACTS', description: 'Contracts, to a hundredth: 12.5.' }),
    series: Flags.string({ helpValue: 'TICKER', description: 'Series whose dated schedule to take, like KXHIGHMIA.' }),
    at: Flags.string({ helpValue: 'DATE', description: 'Day of the fill; today unless told.' }),
    maker: Flags.boolean({ description: 'The order rested; else it took.' }),
    grain: Flags.option({
      options: ['cent', 'centicent'] as const,
      description: "Round up to this instead of the schedule's grain (an intermediary's customers pay whole cents).",
    })(),
  }
  static override examples = [
    '<%= config.bin %> fees --price 0.35 --count 100',
    '<%= config.bin %> fees --price 0.35 --count 12.5 --series KXHIGHMIA --at 2026-06-01 --json',
  ]

  async run(): Promise<FeeAnswer> {
    const { flags } = await this.parse(Fees)
    const [{ quoteFee, renderFee }, { loadCities }, { MS_PER_DAY }] = await Promise.all([
      import('../services/quote-fee.ts'),
      import('kwx/cities'),
      import('kwx/time'),
    ])
    const cities = flags.series === undefined ? [] : await loadCities(await this.contributions())
    const today = await this.withEnvironment({ offline: true }, async ({ clock }) =>
      Math.floor(clock.now() / MS_PER_DAY),
    )
    const { price, count, series, at, maker, grain } = flags
    const answer = quoteFee({ price, count, series, at, maker, grain }, cities, today)
    for (const line of renderFee(answer)) this.log(line)
    return answer
  }
}
