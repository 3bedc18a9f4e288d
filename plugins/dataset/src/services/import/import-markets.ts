import { type Database, type EventInput, type MarketInput, saveMarkets } from 'kwx/database'

import type { ImportedMarket } from '../../storage/imported-market.ts'
import { contracts, day, decimal, instant, nonEmpty, oneOf, orNull, strike } from './fields.ts'
import { cityNamed, type FileReport, type ImportOptions, isWanted, Tally } from './options.ts'
import { type CsvFile, readCsv } from './read-csv.ts'

const COLUMNS = [
  'ticker',
  'event_ticker',
  'series_ticker',
  'city',
  'event_date',
  'strike_type',
  'floor_strike',
  'cap_strike',
  'open_time',
  'close_time',
  'result',
  'settlement_value',
  'metadata_source',
]

export interface MarketsResult {
  readonly report: FileReport
  readonly sha256: string
  /** Markets that are wanted, by ticker. */
  readonly markets: Map<string, ImportedMarket>
  /** Tickers of the file that were not asked for: their prices are left out without a complaint. */
  readonly unwanted: Set<string>
}

interface MarketLine {
  readonly city: string
  readonly day: number
  readonly eventTicker: string
  readonly seriesTicker: string
  readonly market: MarketInput
}

/**
 * Markets of one file into the database.
 *
 * Only rows that come from the exchange's own metadata carry its result, settlement value and volume; those derived
 * from tickers or from archives leave them null, so that a label says truly where it is from.
 *
 * @param settled  the exchange's settlement temperature by city and day, from `expiration_values.csv.gz`
 */
export async function importMarkets(
  db: Database,
  options: ImportOptions,
  file: CsvFile,
  { hasVolume, settled }: { hasVolume: boolean; settled: ReadonlyMap<string, number> },
): Promise<MarketsResult> {
  const seen = new Map<string, string>()
  const events = new Map<string, Omit<EventInput, 'markets'> & { markets: MarketInput[] }>()
  const lines = new Map<string, MarketLine>()
  const unwanted = new Set<string>()
  const tally = new Tally()
  const reading = readCsv(file, hasVolume ? [...COLUMNS, 'volume'] : COLUMNS, (cells) => {
    const ticker = nonEmpty('ticker', cells[0]!)
    const text = JSON.stringify(cells)
    const before = seen.get(ticker)
    if (before !== undefined && before !== text)
      throw new RangeError(`${ticker} stands in the file twice with different values`)
    seen.set(ticker, text)
    return before === undefined ? parseMarket(cells, options, settled) : null
  })
  let end = await reading.next()
  while (!end.done) {
    for (const line of end.value) {
      if (!line) tally.add('repeated')
      else if (!isWanted(options, line.city, line.day)) {
        unwanted.add(line.market.ticker)
        tally.add('not asked for')
      } else {
        lines.set(line.market.ticker, line)
        const { city, day, eventTicker, seriesTicker, market } = line
        const event = events.get(eventTicker) ?? {
          ticker: eventTicker,
          seriesTicker,
          city,
          day,
          origin: 'real',
          markets: [],
        }
        event.markets.push(market)
        events.set(eventTicker, event)
      }
    }
    end = await reading.next()
  }
  const ids = await saveMarkets(db, [...events.values()])
  const markets = new Map(
    [...lines].map(([ticker, { city, day, market }]) => [
      ticker,
      { id: ids.get(ticker)!, ticker, city, day, volumeCenti: market.volume_centi },
    ]),
  )
  const { rows, sha256 } = end.value
  return {
    report: { file: file.name, state: 'loaded', rows, loaded: markets.size, left_out: tally.counts },
    sha256,
    markets,
    unwanted,
  }
}

function parseMarket(
  cells: readonly string[],
  options: ImportOptions,
  settled: ReadonlyMap<string, number>,
): MarketLine {
  const [
    ticker,
    eventTicker,
    seriesTicker,
    cityName,
    date,
    type,
    floor,
    cap,
    open,
    close,
    result,
    value,
    source,
    volume,
  ] = cells as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string?,
  ]
  const city = cityNamed(options.cities, cityName)
  if (!city.series.some(({ ticker }) => ticker === seriesTicker)) {
    const known = city.series.map(({ ticker }) => ticker).join(', ')
    throw new RangeError(`series_ticker is "${seriesTicker}"; ${city.id} has ${known}`)
  }
  const eventDay = day('event_date', date)
  const fromExchange = source.startsWith('kalshi_event_json')
  const strikeType = oneOf('strike_type', type, ['between', 'greater', 'less'])
  const market: MarketInput = {
    ticker,
    strike_type: strikeType,
    floor_strike: strikeType === 'less' ? null : strike('floor_strike', floor),
    cap_strike: strikeType === 'greater' ? null : strike('cap_strike', cap),
    open_ms: orNull(open, (text) => instant('open_time', text)),
    close_ms: orNull(close, (text) => instant('close_time', text)),
    status: fromExchange ? 'finalized' : 'closed',
    result: orNull(result, (text) => oneOf('result', text, ['yes', 'no'])),
    expiration_value: settled.get(`${city.id} ${eventDay}`) ?? plainDegrees(value),
    volume_centi: orNull(volume ?? '', (text) => contracts('volume', text)),
  }
  if (!fromExchange) Object.assign(market, { result: null, expiration_value: null, volume_centi: null })
  return { city: city.id, day: eventDay, eventTicker: nonEmpty('event_ticker', eventTicker), seriesTicker, market }
}

/** The exchange once wrote a sentence into the field (Miami, 2024-11-05): no number, and the file of values has it. */
const plainDegrees = (text: string): number | null => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null)

/** `expiration_values.csv.gz` by `<city> <day>`. */
export async function readSettlementValues(
  options: ImportOptions,
  file: CsvFile,
): Promise<{ values: Map<string, number>; report: FileReport }> {
  const values = new Map<string, number>()
  const reading = readCsv(file, ['city', 'event_date', 'tmax_f'], ([cityName, date, tmax]) => {
    const key = `${cityNamed(options.cities, cityName!).id} ${day('event_date', date!)}`
    const degrees = decimal('tmax_f', tmax!, -100, 150)
    if (values.has(key) && values.get(key) !== degrees) throw new RangeError(`${key} has two values`)
    values.set(key, degrees)
  })
  let end = await reading.next()
  while (!end.done) end = await reading.next()
  return {
    values,
    report: { file: file.name, state: 'loaded', rows: end.value.rows, loaded: values.size, left_out: {} },
  }
}
