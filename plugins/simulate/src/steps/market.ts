import { defineStep } from 'kwx'
import { loadCity } from 'kwx/cities'

import { type MarketParameters, marketParameters } from '../parameters.ts'
import { describeSimulation } from '../services/day-summary.ts'
import { simulateMarket } from '../services/simulate-market.ts'

export default defineStep<MarketParameters>({
  title: 'simulate a market with a known truth',
  version: '1',
  params: marketParameters,
  consumes: {},
  produces: {},
  always: true,
  async run(ctx, params) {
    const city = await loadCity(ctx.contributions, params.city)
    const made = await simulateMarket(await ctx.database(), city, params, ctx)
    return { artefacts: {}, summary: describeSimulation(made) }
  },
})
