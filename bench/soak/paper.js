// The paper portfolio against its own rows, told by SQL that shares nothing with the loop.

/** By what they promise: statements that give a row for each portfolio, market or order where the promise is broken. */
const PROMISES = {
  'cash is the sum of the ledger': `
    select loop, cash, sum(amount) from paper_portfolios join paper_ledger using (portfolio_id)
    group by portfolio_id, loop, cash having cash <> sum(amount)`,
  'every balance is the one before it and the amount': `
    select portfolio_id, entry_no, balance from (
      select *, coalesce(lag(balance) over (partition by portfolio_id order by entry_no), 0) + amount as due from paper_ledger
    ) as entries where balance <> due`,
  'every fill is in the ledger once, at its price and with its fee': `
    select fill_no, action, price, count_centi, fee from paper_fills left join paper_ledger using (portfolio_id, fill_no)
    group by portfolio_id, fill_no, action, price, count_centi, fee
    having coalesce(sum(amount) filter (where kind = 'trade'), 0)
        <> case action when 'buy' then -1 else 1 end * price * count_centi / 100.0
      or coalesce(sum(amount) filter (where kind = 'fee'), 0) <> -fee
      or count(*) filter (where kind = 'trade') <> 1`,
  'every settlement is in the ledger once': `
    select s.market_id, paid from paper_settlements as s left join paper_ledger as l
      on l.portfolio_id = s.portfolio_id and l.market_id = s.market_id and kind = 'settlement'
    group by s.portfolio_id, s.market_id, paid having coalesce(sum(amount), 0) <> paid`,
  'an order is filled as far as its fills': `
    select order_no, filled_centi, coalesce(sum(count_centi), 0) from paper_orders
      left join paper_fills using (portfolio_id, order_no)
    group by portfolio_id, order_no, filled_centi having filled_centi <> coalesce(sum(count_centi), 0)`,
  'a position is what was bought and neither sold nor settled': `
    select market_id, held, count_centi from (
      select portfolio_id, market_id, sum(case action when 'buy' then count_centi else -count_centi end) as held
      from paper_fills group by 1, 2
    ) as net full join paper_positions using (portfolio_id, market_id)
    where coalesce(count_centi, 0) <>
      case when exists (select from paper_settlements as s
                        where s.portfolio_id = net.portfolio_id and s.market_id = net.market_id)
        then 0 else coalesce(held, 0) end`,
  'no portfolio found a mismatch of its own': 'select loop, mismatch from paper_portfolios where mismatch is not null',
}

/** Violations, and what was done on paper. */
export async function checkPaper(query) {
  const violations = []
  for (const [promise, statement] of Object.entries(PROMISES)) {
    const broken = await query(statement)
    if (broken.length > 0)
      violations.push(`paper: not "${promise}" in ${broken.length} cases, for example ${JSON.stringify(broken[0])}`)
  }
  const [counts] = await query(
    `select (select count(*)::integer from paper_orders) as orders, (select count(*)::integer from paper_fills) as fills,
       (select count(*)::integer from paper_settlements) as settlements, (select count(*)::integer from paper_ledger) as entries`,
  )
  return { violations, counts }
}
