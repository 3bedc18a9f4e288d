// What must be true of the database after a soak, told by SQL that shares nothing with the loop.
import { readFile } from 'node:fs/promises'

/**
 * Price rows by market and minute, as the loop's own tables do not know them: what was there in time. A row that came
 * after its minute had been worked through could not be seen by that minute; those are counted apart.
 */
const PRICED = {
  trades: `
    select market_id, (ms / 60000 + 1)::integer as end_minute, sum(sign) as n
    from (select market_id, ts_ms as ms, 1 as sign from trades
          union all select market_id, at_ms, -1 from rt_late_rows where kind = 'print') as told
    group by 1, 2`,
  candles: `
    select market_id, end_minute, sum(sign) as n
    from (select market_id, end_minute, 1 as sign from candles where period_minutes = 1
          union all select market_id, (at_ms / 60000)::integer, -1 from rt_late_rows where kind = 'candle' and was is null) as told
    group by 1, 2`,
}

/**
 * Violations of what a loop promises, over the minutes that it worked through.
 *
 * @param query  `(text, parameters) => rows`
 * @param configs  `{ city, bracket, price_source }` of each configuration; a city by its id
 */
export async function checkDatabase(query, configs) {
  const violations = []
  const [{ from, to, n, told }] = await query(
    `select min(end_minute) as from, max(end_minute) as to, count(*)::integer as n, coalesce(sum(signals), 0)::integer as told
     from rt_minutes`,
  )
  if (from === null) return { span: null, violations: ['no minute was worked through'], minutes: 0, signals: 0 }
  if (n !== to - from + 1) violations.push(`${to - from + 1 - n} of ${to - from + 1} minutes were not worked through`)
  let [expected, missing, surplus] = [0, 0, 0]
  for (const { city, bracket, price_source = 'candles' } of configs) {
    const [counts] = await query(
      `with expected as (
         select markets.ticker, end_minute from (${PRICED[price_source]}) as priced
         join markets using (market_id) join events using (event_id)
         where n > 0 and city = $1 and end_minute between $3 and $4
           and case strike_type when 'between' then 'between' when 'greater' then 'greater' when 'less' then 'less' end = $2
           and (close_ms is null or end_minute <= ceil(close_ms / 60000.0))
       ), found as (
         select market_ticker as ticker, (extract(epoch from ts_utc) / 60)::integer as end_minute
         from rt_signals where city = $1 and bracket = $2
       )
       select count(expected.ticker)::integer as expected, count(*) filter (where found.ticker is null)::integer as missing,
         count(*) filter (where expected.ticker is null)::integer as surplus,
         min(coalesce(expected.ticker, found.ticker) || ' ' || to_timestamp(coalesce(expected.end_minute, found.end_minute) * 60.0))
           filter (where found.ticker is null or expected.ticker is null) as example
       from expected full join found using (ticker, end_minute)`,
      [city, bracket, from, to],
    )
    expected += counts.expected
    missing += counts.missing
    surplus += counts.surplus
    if (counts.missing + counts.surplus > 0)
      violations.push(
        `${city} ${bracket}: ${counts.missing} signals lost, ${counts.surplus} without a price row, for example ${counts.example}`,
      )
  }
  const [{ signals, twice }] = await query(
    `select count(*)::integer as signals, (count(*) - count(distinct (ts_utc, market_ticker)))::integer as twice from rt_signals`,
  )
  if (twice > 0) violations.push(`${twice} signals are there twice`)
  if (signals !== told) violations.push(`the minutes tell of ${told} signals, ${signals} are there`)
  const [{ late }] = await query('select count(*)::integer as late from rt_late_rows')
  const standDowns = await query(
    `select coalesce(stand_down, 'act') as outcome, count(*)::integer as n from rt_signals group by 1 order by 2 desc`,
  )
  return {
    span: { from, to },
    violations,
    minutes: n,
    signals,
    expected,
    missing,
    surplus,
    late_rows: late,
    outcomes: Object.fromEntries(standDowns.map(({ outcome, n }) => [outcome, n])),
  }
}

/** Files that hold one of the secrets, whole or a part of it that would be enough to know it by. */
export async function secretsIn(files, secrets) {
  const parts = secrets.flatMap((secret) =>
    secret.split('\n').filter((line) => line.length >= 12 && !line.startsWith('-----')),
  )
  const found = []
  for (const file of files) {
    const text = await readFile(file, 'utf8')
    if (parts.some((part) => text.includes(part))) found.push(`${file} holds a key`)
  }
  return found
}
