import { type Kysely, sql } from 'kysely'

// The e-process of each promotion of a champion, and its days. Days only grow, in rising order; of a process only its end
// is written later, once. One process of a city and bracket is live. A champion that is live when the tables are made gets
// a process that begins two days after its promotion in UTC: in no zone is that before the day after it.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table e_processes (
      promotion_id bigint primary key,
      city text not null,
      bracket text not null check (bracket in ('between', 'greater', 'less')),
      version text not null,
      model_ids jsonb not null check (jsonb_typeof(model_ids) = 'array'),
      first_day integer not null,
      clip double precision not null check (clip > 0 and clip < 'infinity'),
      started_ms bigint not null,
      ended_ms bigint check (ended_ms >= started_ms)
    )`.execute(db)
  await sql`create unique index e_processes_live on e_processes (city, bracket) where ended_ms is null`.execute(db)
  await sql`
    create table e_process_days (
      promotion_id bigint not null references e_processes,
      day integer not null,
      difference double precision not null check (abs(difference) < 1e300),
      market_hours integer not null check (market_hours > 0),
      e_for double precision not null check (e_for >= 0 and e_for <= 1e300),
      e_against double precision not null check (e_against >= 0 and e_against <= 1e300),
      clipped boolean not null,
      yes_markets text not null,
      added_ms bigint not null,
      primary key (promotion_id, day)
    )`.execute(db)
  await sql`
    create function refuse_falling_day() returns trigger language plpgsql as $$
    begin
      if exists (
        select from e_process_days as known
        where known.promotion_id = new.promotion_id and (known.day > new.day or known.added_ms > new.added_ms)
      ) or new.day < (select first_day from e_processes where promotion_id = new.promotion_id) then
        raise exception 'days of an e-process rise: day % is refused', new.day using errcode = 'check_violation';
      end if;
      return new;
    end $$`.execute(db)
  await sql`
    create trigger e_process_days_rise before insert on e_process_days
    for each row execute function refuse_falling_day()`.execute(db)
  await sql`
    create function refuse_all_but_an_end() returns trigger language plpgsql as $$
    begin
      if old.ended_ms is not null or to_jsonb(old) - 'ended_ms' is distinct from to_jsonb(new) - 'ended_ms' then
        raise exception 'the table % only grows: only the end of a live process is written', tg_table_name
          using errcode = 'restrict_violation';
      end if;
      return new;
    end $$`.execute(db)
  await sql`
    create trigger e_processes_only_end before update on e_processes
    for each row execute function refuse_all_but_an_end()`.execute(db)
  await sql`
    create trigger e_processes_only_grow before delete or truncate on e_processes
    for each statement execute function refuse_change()`.execute(db)
  await sql`
    create trigger e_process_days_only_grow before update or delete or truncate on e_process_days
    for each statement execute function refuse_change()`.execute(db)
  await sql`
    insert into e_processes (promotion_id, city, bracket, version, model_ids, first_day, clip, started_ms)
    select promotion_id, city, bracket, version,
      (select coalesce(jsonb_agg(model_id order by wf_window), '[]') from models where models.version = latest.version),
      (at_ms / 86400000)::integer + 2, 0.5, at_ms
    from (
      select distinct on (city, bracket) * from promotions where role = 'champion' order by city, bracket, sequence desc
    ) as latest
    where version is not null
    order by promotion_id`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table e_process_days, e_processes`.execute(db)
  await sql`drop function refuse_falling_day(), refuse_all_but_an_end()`.execute(db)
}
