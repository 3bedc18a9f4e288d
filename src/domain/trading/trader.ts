import type { Account } from './account.ts'
import type { Books } from './book.ts'
import { Desk } from './desk.ts'
import type { Journal } from './ledger.ts'
import type { Setting } from './setting.ts'

/** What a market pays, or why it pays nothing yet. */
export const PAYS_NO = 0
export const PAYS_YES = 1
export const UNSETTLED = -1
export const CONTRADICTORY = -2

/**
 * Trades on paper: told what happens in some markets, in the order of time, it rests, crosses, closes and settles as the
 * signals say. A backtest tells it a tape, the loop what it has just seen; the orders of both are made here.
 *
 * A signal is acted on at the first quote of its market that is later than the signal, or at the first such print where
 * prints imply the book, and crosses only a price that was seen after it. Resting orders meet each event before anything
 * new is decided, so that what a signal is about to cancel can still be hit.
 *
 * Of one instant settlements come first, then closes, prints, quotes and signals.
 *
 * @cost  some tens of nanoseconds an event; memory for the markets and for what traded
 */
export class Trader {
  readonly desk: Desk
  readonly #account: Account
  readonly #books: Books
  readonly #impliedBook: boolean
  readonly #done: Uint8Array
  /** Positions whose market has no settlement, or a contradictory one. */
  unsettled = 0
  contradictory = 0

  /** @param journal  takes the orders and fills; several traders may share it, the account and the books */
  constructor(setting: Setting, account: Account, books: Books, journal: Journal) {
    this.desk = new Desk(account, books, setting, journal)
    this.#account = account
    this.#books = books
    this.#impliedBook = setting.impliedBook
    this.#done = new Uint8Array(setting.event.length)
  }

  /**
   * @param price  of YES, cents 1 to 99
   * @param countCenti  1e-2 contracts
   * @param taker  1 bought YES, 0 bought NO, 2 unknown
   */
  print(m: number, at: number, price: number, countCenti: number, taker: number): void {
    if (this.#done[m]) return
    this.desk.meetPrint(m, at, price, countCenti, taker)
    this.#books.lastPrint[m] = countCenti
    if (!this.#impliedBook) return // the quote at hand is older than the print: a decision waits for the next one
    this.#books.implied(m, at, price, taker)
    this.desk.decide(m, at)
  }

  /** Best bid and ask of YES, cents, NO_BID and NO_ASK where there is none; sizes in 1e-2 contracts, -1 unknown. */
  quote(m: number, at: number, bid: number, ask: number, bidSize: number, askSize: number): void {
    if (this.#done[m]) return
    this.desk.meetQuote(m, at, bid, ask, bidSize, askSize)
    this.#books.quote(m, at, bid, ask, bidSize, askSize)
    this.desk.decide(m, at)
  }

  /** @param index  into the setting's `signalP` */
  signal(m: number, at: number, index: number): void {
    this.desk.signal(m, at, index, this.#done[m] === 1)
  }

  close(m: number): void {
    this.desk.close(m)
    this.#done[m] = 1
  }

  /** @param pays  PAYS_YES, PAYS_NO, or why not: UNSETTLED, CONTRADICTORY; the position then stays open at its cost */
  settle(m: number, pays: number): void {
    this.close(m)
    if (this.#account.countCenti[m]! <= 0) return
    if (pays === PAYS_YES || pays === PAYS_NO) this.#account.settle(m, pays === PAYS_YES ? 0 : 1)
    else if (pays === CONTRADICTORY) this.contradictory++
    else this.unsettled++
  }
}
