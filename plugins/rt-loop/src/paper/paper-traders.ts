import { isKwxError } from 'kwx'
import { bracketOf } from 'kwx/features'
import { climateDayAtMs } from 'kwx/time'
import {
  Account,
  Books,
  type DatedFees,
  feeCalendar,
  type Journal,
  type LiveOrder,
  type SignalOutcome,
  Trader,
} from 'kwx/trading'
import type { Pair } from '../signals/pair.ts'
import type { PaperMarket, PaperPortfolio } from '../storage/opened-portfolio.ts'
import type { PaperOrder, PaperPosition } from '../storage/paper-step.ts'

/** What a portfolio holds, as its tables have it. */
export interface PaperHoldings {
  readonly portfolio: PaperPortfolio
  readonly markets: readonly PaperMarket[]
  readonly positions: readonly PaperPosition[]
  readonly resting: readonly PaperOrder[]
}

/** The backtest's traders, one for each configuration, on one account, with everything put back where it stood. */
export interface PaperTraders {
  readonly account: Account
  readonly books: Books
  /** Restored orders come first, in the order of `resting`. */
  readonly journal: Journal
  readonly traders: readonly Trader[]
  readonly traderOf: readonly MarketTrader[]
  /** Index of the signal of a market that waits, and of the newest one: into `signalP` and the minutes. */
  readonly signalMinute: readonly (number | null)[]
}

/** Who trades a market. */
interface MarketTrader {
  readonly trader: Trader
  /** False where nobody knows what the days at hand charge: nothing is told to it, and what rests is withdrawn. */
  readonly hasFees: boolean
  readonly standardOffset: number
}

/** Two signals of each market: the one that waits for a book, and the newest. */
export const WAITING = 0
export const NEWEST = 1
export const signalIndex = (market: number, which: 0 | 1): number => 2 * market + which

/**
 * Puts a portfolio back as the last minute left it.
 *
 * @param pairs  the loop's configurations; one of them trades each market
 * @param span  of the events to come, epoch ms: the fees that hold within
 */
export function restoreTraders(
  { portfolio, markets, positions, resting }: PaperHoldings,
  pairs: readonly Pair[],
  span: readonly [fromMs: number, toMs: number],
): PaperTraders {
  const eventKeys = [...new Set(markets.map(({ city, day }) => `${city} ${day}`))]
  const event = Int32Array.from(markets, ({ city, day }) => eventKeys.indexOf(`${city} ${day}`))
  const at = new Map(markets.map(({ market_id }, m) => [market_id, m]))
  const account = new Account(portfolio.cash, event, eventKeys.length)
  const books = new Books(markets.length)
  const journal: Journal = { orders: resting.map(orderOf(at)), fills: [] }
  const signalMinute: (number | null)[] = markets.flatMap(({ state }) => [
    state?.waiting_minute ?? null,
    state?.next_minute ?? null,
  ])
  const setting = {
    event,
    events: eventKeys.length,
    signalP: Float64Array.from(markets.flatMap(({ state }) => [state?.waiting_p ?? 0, state?.next_p ?? 0])),
    hasView: Uint8Array.from(
      markets.flatMap(({ state }) => [Number(state?.waiting_view ?? false), Number(state?.next_view ?? false)]),
    ),
    rule: 'through' as const,
  }
  const byPair = new Map(
    pairs.map((pair) => {
      const fees = knownFees(pair, span)
      const { risk: limits, price_source } = pair.loaded.config
      const own = { ...setting, fees: fees ?? [], limits, impliedBook: price_source === 'trades' }
      const { standardOffset } = pair.city
      return [pair, { trader: new Trader(own, account, books, journal), hasFees: fees !== null, standardOffset }]
    }),
  )
  const traderOf = markets.map((market) => byPair.get(pairOf(pairs, market)!)!)
  for (const { market_id, side, count_centi, cost } of positions) {
    account.hold(at.get(market_id)!, side === 'yes' ? 0 : 1, count_centi, cost)
  }
  markets.forEach(({ state }, m) => {
    if (!state) return
    const { bid, ask, bid_size, ask_size, last_print, bid_ms, ask_ms } = state
    books.restore(m, {
      bid,
      ask,
      bidSize: bid_size,
      askSize: ask_size,
      lastPrint: last_print,
      bidAt: bid_ms,
      askAt: ask_ms,
    })
    const waiting =
      state.waiting_minute === null
        ? null
        : {
            index: signalIndex(m, WAITING),
            at: actedFromMs(state.waiting_minute),
            obstacle: state.obstacle as SignalOutcome,
          }
    const { trader } = traderOf[m]!
    if (state.stage !== 'trading') trader.close(m)
    trader.desk.restore(m, liveOf(resting, journal, state.market_id), waiting)
  })
  const traders = [...byPair.values()].map(({ trader }) => trader)
  return { account, books, journal, traders, traderOf, signalMinute }
}

/**
 * A signal is acted on from this long after the end of its minute, whatever the loop's own speed: prices are settled after
 * three seconds and a loop that asks for them looks every nine.
 */
export const ACTED_AFTER_MS = 12_000
export const actedFromMs = (minute: number): number => minute * 60_000 + ACTED_AFTER_MS

/** The configuration that trades a market. */
export const pairOf = (
  pairs: readonly Pair[],
  { city, strike_type }: Pick<PaperMarket, 'city' | 'strike_type'>,
): Pair | undefined =>
  pairs.find((pair) => pair.city.id === city && pair.loaded.config.bracket === bracketOf(strike_type))

function knownFees({ city }: Pair, [fromMs, toMs]: readonly [number, number]): readonly DatedFees[] | null {
  const day = (ms: number) => climateDayAtMs(ms, city.standardOffset)
  try {
    return feeCalendar(city.regimes.fee, day(fromMs), day(toMs), city.standardOffset).dated
  } catch (error) {
    if (isKwxError(error) && error.code === 'FEE_REGIME_UNKNOWN') return null
    throw error
  }
}

const orderOf = (at: ReadonlyMap<number, number>) => (row: PaperOrder) => ({
  timeMs: row.at_ms,
  market: at.get(row.market_id)!,
  side: row.side === 'yes' ? (0 as const) : (1 as const),
  opens: row.action === 'buy',
  maker: row.role === 'maker',
  price: row.price / 100,
  wantCenti: row.want_centi,
  filledCenti: row.filled_centi,
  edge: row.edge_cents,
  signal: -1,
  end: 'resting' as const,
})

function liveOf(resting: readonly PaperOrder[], { orders }: Journal, marketId: number): LiveOrder | null {
  const id = resting.findIndex(({ market_id }) => market_id === marketId)
  if (id < 0) return null
  const { queue_centi, confirmed_ms, fee } = resting[id]!
  const order = orders[id]!
  return {
    order,
    id,
    side: order.side,
    limit: order.price,
    leftCenti: order.wantCenti - order.filledCenti,
    queueCenti: queue_centi,
    confirmedMs: confirmed_ms,
    fee,
  }
}
