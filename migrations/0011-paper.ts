import { type Kysely, sql } from 'kysely'

// The paper portfolio of each loop. What happened (fills, settlements, cash) only grows; what is true now (markets,
// orders, positions, the balances) is kept beside it in the same transaction and held against it again and again.
// Prices are 1e-4 dollars of the side that is bought or sold, money is 1e-4 dollars, counts are 1e-2 contracts.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table paper_portfolios (
      portfolio_id integer generated always as identity primary key,
      loop text not null unique,
      bankroll bigint not null check (bankroll > 0),
      first_minute integer not null,
      through_minute integer not null,
      cash bigint not null,
      locked bigint not null check (locked >= 0),
      reserved bigint not null check (reserved >= 0),
      mismatch text,
      check (through_minute >= first_minute - 1)
    )`.execute(db)
  await sql`
    create table paper_markets (
      portfolio_id integer not null references paper_portfolios,
      market_id integer not null references markets,
      next_ordinal integer not null,
      next_candle integer not null,
      next_quote_ms bigint not null,
      bid smallint not null,
      ask smallint not null,
      bid_size integer not null,
      ask_size integer not null,
      last_print integer not null,
      bid_ms bigint not null,
      ask_ms bigint not null,
      waiting_minute integer,
      waiting_p double precision,
      waiting_view boolean,
      obstacle text,
      next_minute integer,
      next_p double precision,
      next_view boolean,
      stage text not null check (stage in ('trading', 'closed', 'over')),
      settlement text check (settlement in ('awaited', 'blank', 'contradictory', 'missing', 'paid')),
      total_cash bigint,
      primary key (portfolio_id, market_id),
      check ((waiting_minute is null) = (waiting_p is null) and (waiting_minute is null) = (waiting_view is null)
        and (waiting_minute is null) = (obstacle is null)),
      check ((next_minute is null) = (next_p is null) and (next_minute is null) = (next_view is null))
    )`.execute(db)
  await sql`create index paper_markets_not_over on paper_markets (portfolio_id) where stage <> 'over'`.execute(db)
  await sql`
    create table paper_orders (
      portfolio_id integer not null,
      order_no integer not null check (order_no > 0),
      market_id integer not null,
      at_ms bigint not null,
      signal_minute integer not null,
      side text not null check (side in ('yes', 'no')),
      action text not null check (action in ('buy', 'sell')),
      role text not null check (role in ('maker', 'taker')),
      price integer not null check (price between 1 and 9999),
      want_centi integer not null check (want_centi > 0),
      filled_centi integer not null check (filled_centi between 0 and want_centi),
      fee bigint not null check (fee >= 0),
      edge_cents double precision not null,
      state text not null check (state in ('resting', 'filled', 'replaced', 'no-edge', 'crossed-instead', 'expired',
        'closed', 'partly', 'withdrawn')),
      queue_centi integer not null,
      confirmed_ms bigint not null,
      primary key (portfolio_id, order_no),
      foreign key (portfolio_id, market_id) references paper_markets
    )`.execute(db)
  await sql`create unique index paper_orders_resting on paper_orders (portfolio_id, market_id) where state = 'resting'`.execute(
    db,
  )
  await sql`create index paper_orders_market on paper_orders (portfolio_id, market_id)`.execute(db)
  await sql`
    create table paper_fills (
      portfolio_id integer not null,
      fill_no integer not null check (fill_no > 0),
      order_no integer not null,
      market_id integer not null,
      end_minute integer not null,
      at_ms bigint not null,
      side text not null check (side in ('yes', 'no')),
      action text not null check (action in ('buy', 'sell')),
      role text not null check (role in ('maker', 'taker')),
      price integer not null check (price between 1 and 9999),
      count_centi integer not null check (count_centi > 0),
      fee bigint not null check (fee >= 0),
      cost bigint not null,
      primary key (portfolio_id, fill_no),
      foreign key (portfolio_id, order_no) references paper_orders,
      check ((action = 'buy') = (cost > 0))
    )`.execute(db)
  await sql`create index paper_fills_at on paper_fills (portfolio_id, at_ms)`.execute(db)
  await sql`create index paper_fills_market on paper_fills (portfolio_id, market_id)`.execute(db)
  await sql`
    create table paper_positions (
      portfolio_id integer not null,
      market_id integer not null,
      side text not null check (side in ('yes', 'no')),
      count_centi integer not null check (count_centi > 0),
      cost bigint not null check (cost >= 0),
      primary key (portfolio_id, market_id),
      foreign key (portfolio_id, market_id) references paper_markets
    )`.execute(db)
  await sql`
    create table paper_settlements (
      portfolio_id integer not null,
      market_id integer not null,
      end_minute integer not null,
      at_ms bigint not null,
      result text not null check (result in ('yes', 'no')),
      side text not null check (side in ('yes', 'no')),
      count_centi integer not null check (count_centi > 0),
      cost bigint not null,
      paid bigint not null check (paid >= 0),
      primary key (portfolio_id, market_id),
      foreign key (portfolio_id, market_id) references paper_markets,
      check ((result = side) = (paid > 0))
    )`.execute(db)
  await sql`
    create table paper_ledger (
      portfolio_id integer not null references paper_portfolios,
      entry_no integer not null check (entry_no > 0),
      end_minute integer not null,
      at_ms bigint not null,
      kind text not null check (kind in ('bankroll', 'trade', 'fee', 'settlement')),
      market_id integer,
      fill_no integer,
      amount bigint not null,
      balance bigint not null,
      primary key (portfolio_id, entry_no),
      foreign key (portfolio_id, fill_no) references paper_fills,
      check ((kind in ('trade', 'fee')) = (fill_no is not null)),
      check ((kind = 'bankroll') = (market_id is null))
    )`.execute(db)
  await sql`create index paper_ledger_market on paper_ledger (portfolio_id, market_id)`.execute(db)
  for (const table of ['paper_fills', 'paper_settlements', 'paper_ledger']) {
    await sql`
      create trigger ${sql.id(`${table}_only_grows`)} before update or delete on ${sql.id(table)}
      for each statement execute function refuse_change()`.execute(db)
  }
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table paper_ledger, paper_settlements, paper_positions, paper_fills, paper_orders, paper_markets,
    paper_portfolios`.execute(db)
}
