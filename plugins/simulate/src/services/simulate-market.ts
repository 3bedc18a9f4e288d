import { EXIT, KwxError, type StepContext } from 'kwx'
import { canonicalJson, sha256 } from 'kwx/artefacts'
import type { City } from 'kwx/cities'
import {
  type Database,
  loadCandles,
  loadTrades,
  rowsOfOthers,
  saveCompleteness,
  saveMarkets,
  saveObservations,
  saveSettlements,
} from 'kwx/database'
import type { MarketParameters } from '../parameters.ts'
import { type SimulatedDay, simulateDays } from '../simulate-days.ts'
import { deleteSimulated, saveTruth } from '../storage/simulated.ts'
import { completenessOf, storedFigures } from './completeness.ts'
import { type DayFigures, figuresOf, type SimulationSummary, summaryOf } from './day-summary.ts'
import { candleRows, eventInputs, observationInputs, settlementInputs, tradeRows, truthRows } from './to-rows.ts'

/** Raise with every change of the rows that equal parameters give. */
const VERSION = 1
/** Days that are written at a time: some 10,000 candles, so that progress and Ctrl-C live. */
const CHUNK_DAYS = 20

/**
 * Fills the database with the simulated rows of a city, unless equal parameters filled it before.
 *
 * Other simulated rows of the city are replaced. The completeness rows, which carry the digest of the parameters, go
 * first and come back last: whatever the moment of a crash, the next run sees that something is missing and starts
 * over, and ends with the same rows.
 *
 * @throws KwxError SIMULATE_OVER_REAL (exit 2) when the city or its station has rows that were not simulated
 */
export async function simulateMarket(
  db: Database,
  city: City,
  params: MarketParameters,
  { clock, signal, progress }: Pick<StepContext, 'clock' | 'signal' | 'progress'>,
): Promise<SimulationSummary> {
  await refuseOverReal(db, city)
  const { id, station, standardOffset, series } = city
  const about = { id, station, standardOffset, series: series[0]!.ticker }
  const digest = sha256(canonicalJson({ version: VERSION, params: { ...params, city: id }, city: about }))
  const stored = await storedFigures(db, id, digest, params)
  if (stored) return summaryOf(id, stored, false)

  await deleteSimulated(db, id, station)
  const made: { day: SimulatedDay; figures: DayFigures }[] = []
  let chunk: SimulatedDay[] = []
  for (const day of simulateDays(params, city)) {
    chunk.push(day)
    // Only what completeness needs is kept: the tapes of a long simulation do not fit in memory twice.
    made.push({ day: { ...day, event: day.event && { ...day.event, markets: [] } }, figures: figuresOf(day) })
    if (chunk.length < CHUNK_DAYS && made.length <= params.days) continue
    signal.throwIfAborted()
    await write(db, city, chunk)
    chunk = []
    progress(made.length - 1, params.days, 'days')
  }
  await saveCompleteness(db, completenessOf(id, made, digest, clock.now()))
  const figures = made.flatMap(({ day, figures }) => (day.event ? [figures] : []))
  return summaryOf(id, figures, true)
}

async function write(db: Database, city: City, days: readonly SimulatedDay[]): Promise<void> {
  const ids = await saveMarkets(db, eventInputs(days, city))
  const id = (ticker: string) => ids.get(ticker)!
  const markets = days.flatMap(({ event }) => event?.markets ?? [])
  await loadCandles(db, candleRows(markets, id))
  await loadTrades(db, tradeRows(markets, id))
  await saveTruth(db, truthRows(markets, id))
  await saveObservations(db, observationInputs(days, city))
  await saveSettlements(db, settlementInputs(days, city))
}

async function refuseOverReal(db: Database, city: City): Promise<void> {
  const others = await rowsOfOthers(db, { city: city.id, stations: [city.station] }, 'simulated')
  if (others.length === 0) return
  const found = others.map(({ table, origin }) => `${origin} ${table}`).join(', ')
  throw new KwxError(`The database holds ${found} of ${city.id}; a simulation would mix with them.`, {
    code: 'SIMULATE_OVER_REAL',
    exit: EXIT.usage,
    hint: 'Simulate a fictional city (kwx cities), or point DATABASE_URL at another database.',
    details: { city: city.id, station: city.station, found: others },
  })
}
