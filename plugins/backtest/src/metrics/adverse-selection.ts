import type { AdverseSelection } from 'kwx/contracts'

import { type JudgedOrder, realisedEdge } from './opening-orders.ts'

/**
 * Claimed against realised edge of opening orders by group, and what the unfilled contracts would have earned.
 *
 * Realised below claimed is overconfidence or bad luck; filled below unfilled is adverse selection: we were given what
 * others knew to be bad.
 *
 * @param groupOf  its label
 * @param order  labels in the order of the answer; groups without an order are left out
 */
export function adverseSelection(
  judged: readonly JudgedOrder[],
  groupOf: (one: JudgedOrder) => string,
  order: readonly string[],
): AdverseSelection[] {
  const groups = Map.groupBy(judged, groupOf)
  return order.flatMap((group) => {
    const members = groups.get(group)
    return members ? [summary(group, members)] : []
  })
}

function summary(group: string, members: readonly JudgedOrder[]): AdverseSelection {
  let [wanted, filled, claimed, realised, unfilled] = [0, 0, 0, 0, 0]
  for (const one of members) {
    const { order, filledCenti, paid } = one
    wanted += order.wantCenti
    filled += filledCenti
    claimed += filledCenti * order.edge
    if (filledCenti > 0) realised += filledCenti * realisedEdge(one)
    unfilled += (order.wantCenti - filledCenti) * (paid - order.price)
  }
  const per = (sum: number, count: number) => (count > 0 ? sum / count : null)
  return {
    group,
    orders: members.length,
    wanted: wanted / 100,
    filled: filled / 100,
    claimed_edge: per(claimed, filled),
    realised_edge: per(realised, filled),
    unfilled_edge: per(unfilled, wanted - filled),
  }
}
