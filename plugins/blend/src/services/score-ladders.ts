import type { BlendLadders } from 'kwx/contracts'
import { type BlendP, type PoolChoice, pooledLadder, unifiedHead } from 'kwx/model'
import { type LadderForecast, meanRankedProbabilityScore, multiclassLogLoss } from 'kwx/scores'

import type { PilotRows } from './pilot-rows.ts'
import { ladderAt } from './pooled-ladder.ts'
import { orNull } from './scores.ts'

/**
 * Scores whole ladders: the market's and the pooled one, both coupled so that they are laws.
 *
 * One ladder for each event and minute at which every rung has a fresh price and the event's outcome is known. The
 * market's is divided by its sum; the pooled one takes the window's head, or softmax at temperature 1 where there is
 * none.
 *
 * @param choices  of each window
 */
export function scoreLadders(pilot: PilotRows, choices: readonly PoolChoice[]): BlendLadders | null {
  const { ladders, rows, windows } = pilot
  if (!ladders) return null
  const market: LadderForecast[] = []
  const pooled: LadderForecast[] = []
  const days = new Set<number>()
  const unknown = new Set<number>()
  windows.forEach(({ from, to }, w) => {
    const seen = new Set<string>()
    const choice = choices[w]!
    for (let i = from; i < to; i++) {
      const key = `${ladders.event[i]}/${rows.endMinute[i]}`
      if (seen.has(key)) continue
      const ladder = ladderAt(pilot, i)
      const prices = ladder && pooledLadder(ladder, { weight: 0, devig: 'none' })
      const blend = ladder && pooledLadder(ladder, choice)
      if (!prices || !blend) continue
      seen.add(key)
      const outcome = ladders.outcome[i]!
      if (outcome < 0) {
        unknown.add(ladders.event[i]!)
        continue
      }
      const { method, temperature } = choice.head
      const law = couple(blend, method === 'none' ? 'softmax' : method, temperature ?? 1)
      const priced = couple(prices, 'softmax', 1)
      if (!law || !priced) continue
      market.push({ p: priced, outcome })
      pooled.push({ p: law, outcome })
      days.add(rows.day[i]!)
    }
  })
  const scores = (forecasts: readonly LadderForecast[]) => ({
    rps: orNull(meanRankedProbabilityScore(forecasts)),
    log_loss: orNull(multiclassLogLoss(forecasts)),
  })
  return {
    ladders: market.length,
    days: days.size,
    events_without_outcome: unknown.size,
    market: scores(market),
    delivered: scores(pooled),
  }
}

function couple(p: readonly BlendP[], method: 'softmax' | 'cumulative', temperature: number): Float64Array | null {
  const coupled = unifiedHead(p, { method, temperature, missing: 'refuse' })
  return coupled.outcome === 'coupled' ? coupled.p : null
}
