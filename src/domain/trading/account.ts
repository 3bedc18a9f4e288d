/** Money and positions. All money is 1e-4 dollars: cents times hundredths of contracts, exactly. */
export class Account {
  /** Free and reserved cash. */
  cash: number
  /** Part of the cash that resting orders would spend. */
  reserved = 0
  /** What open positions cost; locked until they are sold or their market pays. */
  locked = 0
  /** By market: 0 YES, 1 NO, -1 nothing. */
  readonly side: Int8Array
  readonly countCenti: Float64Array
  readonly cost: Float64Array
  /** By event and side: cost of positions and of resting orders. */
  readonly exposure: Float64Array
  readonly marketCash: Float64Array
  readonly marketFees: Float64Array
  readonly #event: Int32Array

  /** @param event  index of each market's event: one city and climate day */
  constructor(bankroll: number, event: Int32Array, events: number) {
    this.cash = bankroll
    this.#event = event
    this.side = new Int8Array(event.length).fill(-1)
    this.countCenti = new Float64Array(event.length)
    this.cost = new Float64Array(event.length)
    this.exposure = new Float64Array(2 * events)
    this.marketCash = new Float64Array(event.length)
    this.marketFees = new Float64Array(event.length)
  }

  get free(): number {
    return this.cash - this.reserved
  }

  /** Cash and positions at what they cost: what stakes are a share of. */
  get equity(): number {
    return this.cash + this.locked
  }

  exposureOf(m: number, side: number): number {
    return this.exposure[2 * this.#event[m]! + side]!
  }

  reserve(m: number, side: number, amount: number): void {
    this.reserved += amount
    this.exposure[2 * this.#event[m]! + side]! += amount
  }

  release(m: number, side: number, amount: number): void {
    this.reserve(m, side, -amount)
  }

  /** Takes over a position that was bought before: no cash moves. */
  hold(m: number, side: 0 | 1, countCenti: number, cost: number): void {
    this.side[m] = side
    this.countCenti[m]! += countCenti
    this.cost[m]! += cost
    this.locked += cost
    this.exposure[2 * this.#event[m]! + side]! += cost
  }

  buy(m: number, side: 0 | 1, price: number, countCenti: number, fee: number): void {
    const cost = price * countCenti
    this.hold(m, side, countCenti, cost)
    this.#move(m, -cost - fee, fee)
  }

  /** @returns  what the sold contracts had cost, 1e-4 dollars */
  sell(m: number, price: number, countCenti: number, fee: number): number {
    // The part of the cost that leaves with them; whole units, so that nothing is lost: the last sale takes the rest.
    const share = Math.floor((this.cost[m]! * countCenti) / this.countCenti[m]!)
    const gone = countCenti === this.countCenti[m] ? this.cost[m]! : share
    this.#forget(m, countCenti, gone)
    this.#move(m, price * countCenti - fee, fee)
    return gone
  }

  /** Pays 100 cents for each contract of the side that won. There is no fee for it. */
  settle(m: number, winner: 0 | 1): void {
    const paid = this.side[m] === winner ? 100 * this.countCenti[m]! : 0
    this.#forget(m, this.countCenti[m]!, this.cost[m]!)
    this.#move(m, paid, 0)
  }

  #forget(m: number, countCenti: number, cost: number): void {
    this.exposure[2 * this.#event[m]! + this.side[m]!]! -= cost
    this.locked -= cost
    this.cost[m]! -= cost
    this.countCenti[m]! -= countCenti
    if (this.countCenti[m] === 0) this.side[m] = -1
  }

  #move(m: number, amount: number, fee: number): void {
    this.cash += amount
    this.marketCash[m]! += amount
    this.marketFees[m]! += fee
  }
}
