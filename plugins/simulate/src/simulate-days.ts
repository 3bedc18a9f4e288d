import type { City } from 'kwx/cities'
import type { MarketsTable, Settlement } from 'kwx/database'
import { climateDayStart, parseDay } from 'kwx/time'

import { forecastHigh, type Ladder, ladderOf, officialMaximum, type Rung } from './market/ladder.ts'
import { type Tape, tapeOf } from './market/tape.ts'
import type { MarketParameters } from './parameters.ts'
import { STEP_MINUTES, STEPS_PER_DAY } from './weather/climate.ts'
import { maximumLaw, runningMaximum } from './weather/maximum-law.ts'
import { type Report, reportsOf } from './weather/reports.ts'
import { randomOf, simulateWeather, type WeatherPath } from './weather/weather-path.ts'

export interface SimulatedMarket extends Rung, Tape, Pick<MarketsTable, 'open_ms' | 'close_ms'> {
  readonly result: 'yes' | 'no'
}

/** One climate day with its event; the day before the first has reports only. */
export interface SimulatedDay {
  readonly day: number
  readonly reports: Report[]
  readonly event: {
    readonly ticker: string
    readonly markets: SimulatedMarket[]
    readonly tmax: number
    readonly settlement: Pick<Settlement, 'product_id' | 'issued_ms'>
  } | null
}

/** Markets open 10 hours before their climate day. */
const LEAD_MINUTES = 600
/** The report of the official maximum comes out between 1:30 and 2:30 at night. */
const ISSUE_MINUTES = 90

/**
 * The simulation, day by day: first the day before `start_date` (weather only), then `days` days with markets.
 *
 * Pure and seeded; days must be taken in order only because the weather runs on from one to the next.
 */
export function* simulateDays(params: MarketParameters, city: City): Generator<SimulatedDay> {
  const firstDay = parseDay(params.start_date) - 1
  const path = simulateWeather(params.seed, city.id, firstDay, params.days + 1)
  for (let index = 0; index <= params.days; index++) {
    const day = firstDay + index
    const dayStart = climateDayStart(day, city.standardOffset)
    const reports = reportsOf(path, index, dayStart, params.seed, city.id)
    yield { day, reports, event: index === 0 ? null : simulateEvent(params, city, path, index) }
  }
}

function simulateEvent(params: MarketParameters, city: City, path: WeatherPath, index: number) {
  const day = path.firstDay + index
  const dayStart = climateDayStart(day, city.standardOffset)
  const midnight = index * STEPS_PER_DAY
  const random = randomOf(params.seed, city.id, day, 'event')
  // The exchange's forecast is off by up to a degree, so that the ladder's middle does not give the maximum away.
  const ladder = ladderOf(city.series[0]!.ticker, day, forecastHigh(path, index) + random.integer(3) - 1)
  const firstStep = midnight - LEAD_MINUTES / STEP_MINUTES
  const law = maximumLaw(path, index, firstStep, ladder.edges)
  const max = runningMaximum(path, midnight, midnight + STEPS_PER_DAY).at(-1)!
  const tmax = officialMaximum(max)
  const openMinute = dayStart - LEAD_MINUTES
  const closeMinute = dayStart + 1440
  const markets = ladder.rungs.map((rung, k): SimulatedMarket => {
    const truthAt = (minute: number) =>
      rungProbability(law, ladder, k, Math.floor((minute - openMinute) / STEP_MINUTES))
    const tape = tapeOf(
      params,
      truthAt,
      { openMinute, closeMinute, dayStart },
      randomOf(params.seed, city.id, day, `market/${k}`),
    )
    const won = max >= (ladder.edges[k - 1] ?? -Infinity) && max < (ladder.edges[k] ?? Infinity)
    return {
      ...rung,
      ...tape,
      open_ms: (openMinute - 1) * 60_000,
      close_ms: closeMinute * 60_000,
      result: won ? 'yes' : 'no',
    }
  })
  const issued_ms = (closeMinute + ISSUE_MINUTES + random.integer(60)) * 60_000
  return { ticker: ladder.event, markets, tmax, settlement: { product_id: ladder.event, issued_ms } }
}

/** P(rung k wins | what is known at a step after the opening), from the law of the maximum at the edges. */
function rungProbability(law: Float64Array, { edges }: Ladder, k: number, step: number): number {
  const below = (edge: number) => law[step * edges.length + edge]!
  if (k === 0) return below(0)
  return k === edges.length ? 1 - below(k - 1) : below(k) - below(k - 1)
}
