import type { Ledger, Order } from 'kwx/trading'

/** An order to open, judged at its market's settlement. */
export interface JudgedOrder {
  readonly order: Order
  /** Contracts filled, 1e-2. */
  readonly filledCenti: number
  /** 1e-4 dollars charged for them. */
  readonly fee: number
  /** 100 or 0 cents. */
  readonly paid: number
}

/**
 * The orders that wanted to open a position in a market that settled, with what their contracts paid.
 *
 * They are judged at the settlement and never by a price some time after the fill: what was sold on the way belongs to
 * the sale.
 *
 * @param label  1 YES, 0 NO, negative where nothing was paid; by market
 */
export function openingOrders({ orders, fills }: Ledger, label: Int8Array): JudgedOrder[] {
  const fees = new Float64Array(orders.length)
  for (const { order, fee } of fills) fees[order]! += fee
  return orders.flatMap((order, i) => {
    const outcome = label[order.market]!
    if (!order.opens || outcome < 0) return []
    const paid = (outcome === 1) === (order.side === 0) ? 100 : 0
    return [{ order, filledCenti: order.filledCenti, fee: fees[i]!, paid }]
  })
}

/** Cents per contract that an order earned on what was filled: payment less price and fee. */
export const realisedEdge = ({ order, filledCenti, fee, paid }: JudgedOrder): number =>
  paid - order.price - fee / filledCenti
