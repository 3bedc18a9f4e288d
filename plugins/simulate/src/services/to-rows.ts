import type { City } from 'kwx/cities'
import type { CandleRows, EventInput, ObservationInput, SettlementInput, TradeRows } from 'kwx/database'
import type { SimulatedDay, SimulatedMarket } from '../simulate-days.ts'
import type { TruthRows } from '../storage/simulated.ts'

/** Cents to 1e-4 dollars; an empty side or a minute without trades is -1. */
const stored = (cents: number | null | undefined): number => (cents == null ? -1 : cents * 100)

/** The events of some days as the database takes them. */
export function eventInputs(days: readonly SimulatedDay[], city: City): EventInput[] {
  return days.flatMap(({ day, event }) => {
    if (!event) return []
    const { ticker, tmax, markets } = event
    const inputs = markets.map(
      ({ strike_type, floor_strike, cap_strike, open_ms, close_ms, result, volume, ticker }) => {
        const strikes = { strike_type, floor_strike, cap_strike }
        const outcome = { status: 'finalized', result, expiration_value: tmax, volume_centi: volume * 100 }
        return { ticker, ...strikes, open_ms, close_ms, ...outcome }
      },
    )
    return [{ ticker, seriesTicker: city.series[0]!.ticker, city: city.id, day, origin: 'simulated', markets: inputs }]
  })
}

export function observationInputs(days: readonly SimulatedDay[], city: City): ObservationInput[] {
  const about = { station: city.station, source: 'simulated', forward_filled: false, origin: 'simulated' } as const
  return days.flatMap(({ reports }) => reports.map((report) => ({ ...report, ...about })))
}

export function settlementInputs(days: readonly SimulatedDay[], city: City): SettlementInput[] {
  const about = { city: city.id, source: 'simulated', kind: 'final', origin: 'simulated' } as const
  return days.flatMap(({ day, event }) => (event ? [{ ...about, day, ...event.settlement, tmax_f: event.tmax }] : []))
}

/** Candles of some markets as columns. */
export function candleRows(markets: readonly SimulatedMarket[], id: (ticker: string) => number): CandleRows {
  const bars = markets.flatMap(({ ticker, bars }) => bars.map((bar) => ({ ...bar, marketId: id(ticker) })))
  const sides = {
    price: bars.map(({ price }) => price),
    bid: bars.map(({ bid }) => bid),
    ask: bars.map(({ ask }) => ask),
  }
  const columns = (side: keyof typeof sides) => ({
    open: Int16Array.from(sides[side], (bar) => stored(bar?.open)),
    high: Int16Array.from(sides[side], (bar) => stored(bar?.high)),
    low: Int16Array.from(sides[side], (bar) => stored(bar?.low)),
    close: Int16Array.from(sides[side], (bar) => stored(bar?.close)),
  })
  return {
    marketId: Int32Array.from(bars, ({ marketId }) => marketId),
    endMinute: Int32Array.from(bars, ({ endMinute }) => endMinute),
    price: columns('price'),
    bid: columns('bid'),
    ask: columns('ask'),
    volumeCenti: Int32Array.from(bars, ({ volume }) => volume * 100),
    openInterestCenti: Int32Array.from(bars, ({ openInterest }) => openInterest * 100),
  }
}

export function truthRows(markets: readonly SimulatedMarket[], id: (ticker: string) => number): TruthRows {
  const bars = markets.flatMap(({ ticker, bars }) =>
    bars.map(({ endMinute, truth }) => ({ endMinute, truth, marketId: id(ticker) })),
  )
  return {
    marketId: Int32Array.from(bars, ({ marketId }) => marketId),
    endMinute: Int32Array.from(bars, ({ endMinute }) => endMinute),
    p: Float64Array.from(bars, ({ truth }) => truth),
  }
}

export function tradeRows(markets: readonly SimulatedMarket[], id: (ticker: string) => number): TradeRows {
  const prints = markets.flatMap(({ ticker, prints }) =>
    prints.map((print, ordinal) => ({ ...print, ordinal, marketId: id(ticker) })),
  )
  return {
    marketId: Int32Array.from(prints, ({ marketId }) => marketId),
    ordinal: Int32Array.from(prints, ({ ordinal }) => ordinal),
    tsMs: Float64Array.from(prints, ({ tsMs }) => tsMs),
    price: Int16Array.from(prints, ({ price }) => stored(price)),
    countCenti: Int32Array.from(prints, ({ count }) => count * 100),
    takerYes: Uint8Array.from(prints, ({ takerYes }) => (takerYes ? 1 : 0)),
  }
}
