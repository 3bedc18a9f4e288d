import type { ShownPortfolio } from './show-portfolio.ts'

const money = (dollars: number) => dollars.toFixed(2)

/** A portfolio for a person: sums, then tables. */
export function portfolioLines(shown: ShownPortfolio): string[] {
  const { loop, through, positions, resting, fills, days, day, reconciliation } = shown
  return [
    `${loop}, on paper, through ${through}`,
    `cash ${money(shown.cash_dollars)} (${money(shown.reserved_dollars)} for resting orders), positions ${money(shown.locked_dollars)} at cost, equity ${money(shown.equity_dollars)} dollars: ${signed(shown.pnl_dollars)} since ${money(shown.bankroll_dollars)}`,
    reconciliation.adds_up
      ? 'Everything adds up: cash, ledger, fills, fees, settlements, positions, resting orders.'
      : `DOES NOT ADD UP: ${reconciliation.mismatch}`,
    ...table(
      'Positions',
      ['market', 'event', 'side', 'contracts', 'cost', 'settlement'],
      positions.map((p) => [
        p.ticker,
        p.event_day,
        p.side,
        p.contracts.toFixed(2),
        money(p.cost_dollars),
        p.settlement ?? 'trading',
      ]),
    ),
    ...table(
      'Resting orders',
      ['order', 'market', 'side', 'price', 'contracts', 'filled', 'edge, cents', 'since'],
      resting.map((r) => [
        ...[String(r.order), r.ticker, r.side, money(r.price_dollars), r.contracts.toFixed(2)],
        ...[r.filled_contracts.toFixed(2), r.edge_cents.toFixed(2), r.since],
      ]),
    ),
    ...table(
      `Fills of ${day} (UTC), ${signed(shown.realised_today_dollars)} dollars realised`,
      ['at', 'market', 'action', 'side', 'role', 'price', 'contracts', 'fee'],
      fills.map((f) => [
        ...[f.at, f.ticker, f.action, f.side, f.role, money(f.price_dollars)],
        ...[f.contracts.toFixed(2), f.fee_dollars.toFixed(4)],
      ]),
    ),
    ...table(
      'By event day',
      ['event', 'fills', 'fees', 'P&L', 'still open'],
      days.map((d) => [
        d.event_day,
        String(d.fills),
        money(d.fees_dollars),
        signed(d.pnl_dollars),
        money(d.open_cost_dollars),
      ]),
    ),
  ]
}

const signed = (dollars: number) => `${dollars < 0 ? '' : '+'}${money(dollars)}`

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return ['', `${title}: none`]
  const widths = head.map((name, k) => Math.max(name.length, ...rows.map((row) => row[k]!.length)))
  const line = (cells: readonly string[]) => `  ${cells.map((cell, k) => cell.padEnd(widths[k]!)).join('  ')}`.trimEnd()
  return ['', title, line(head), ...rows.map(line)]
}
