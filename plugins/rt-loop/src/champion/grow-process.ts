import { isKwxError } from 'kwx'
import type { City } from 'kwx/cities'
import type { Bracket } from 'kwx/config'
import { addEProcessDay, type Database, type EProcessStanding, type MarketRow, readMarkets } from 'kwx/database'
import { climateDayAtMs, climateDayStart, formatDay, formatInstant } from 'kwx/time'
import { readScoredSignals } from '../storage/champion-signals.ts'
import type { ChampionNews, ChampionOutcome } from './champion-news.ts'
import { dayDifference } from './day-difference.ts'
import { type EventDay, eventDay, yesTickers } from './settled-day.ts'

/** What a champion's process became. */
interface Grown {
  readonly standing: EProcessStanding
  readonly news: readonly ChampionNews[]
  /** Markets whose final results the next day waits for. */
  readonly awaited: readonly MarketRow[]
  /** The first day that was not looked at to its end. */
  readonly nextDay: number
  /** There is more to do at once. */
  readonly more: boolean
}

interface Growth {
  readonly city: City
  readonly bracket: Bracket
  /** Days before it were looked at. */
  readonly fromDay: number
  /** The last minute that the loop worked through; null before the first. */
  readonly worked: number | null
  readonly nowMs: number
}

/** Days that one call adds: a tick has to end. */
const MOST_DAYS = 3
/** A result is held against its day for so many days that were added. */
const WATCHED_DAYS = 14

/**
 * Adds settled days to the process of a champion, the oldest first, three at most.
 *
 * A day counts once every market of the bracket has its final result and the loop has worked through its last minute. It is
 * scored on the recorded signals of the promoted version from the first day of the process on; a day without any is left
 * out. Until a day is settled the later ones wait, as days rise.
 *
 * @throws KwxError E_PROCESS_VALUE and what the database throws
 * @cost  a day of six markets: ten statements, 10,000 rows in pieces
 */
export async function growProcess(db: Database, before: EProcessStanding, growth: Growth): Promise<Grown> {
  const { city, bracket, fromDay, worked, nowMs } = growth
  const { process } = before
  const news: ChampionNews[] = []
  const tell = (outcome: ChampionOutcome, day: number | null, sentence: string) =>
    news.push({ outcome, promotion: process.promotion_id, city: city.id, bracket, day, sentence })
  let standing = before
  let day = Math.max(fromDay, process.first_day, (before.state.last_day ?? process.first_day - 1) + 1)
  const grown = (awaited: readonly MarketRow[] = [], more = false): Grown => ({
    ...{ standing, news, awaited, nextDay: day, more },
  })
  const writtenMs = before.days.at(-1)?.added_ms ?? process.started_ms
  if (nowMs < writtenMs) {
    const both = `${formatInstant(nowMs)}, before ${formatInstant(writtenMs)}`
    tell('clock_backwards', null, `the clock says ${both}, when its e-process was written; no day is added`)
    return grown()
  }
  for (const [changed, was, is] of await changedResults(db, city.id, before)) {
    const what = `YES of ${formatDay(changed)} was ${was || 'no market'} and is ${is || 'no market'} now`
    tell('result_changed', changed, `${what}; the day stands as it was added`)
  }
  const today = climateDayAtMs(nowMs, city.standardOffset)
  for (let added = 0; day < today; day++) {
    if (added === MOST_DAYS) return grown([], true)
    const date = formatDay(day)
    const markets = await readMarkets(db, { city: city.id, fromDay: day, toDay: day })
    const found = eventDay(markets, { bracket, day, standardOffset: city.standardOffset }, nowMs)
    if (found.outcome === 'open') return grown()
    if (found.outcome === 'awaited') return grown(found.markets)
    if (found.outcome === 'given up') {
      tell('result_missing', day, `${date} is left out: after a week ${found.reason}`)
      continue
    }
    if (found.outcome === 'settled' && (worked === null || worked < found.lastMinute)) return grown()
    const scored = found.outcome === 'settled' ? await scoreOf(db, growth, before, { day, ...found }) : null
    if (scored === null || found.outcome !== 'settled') {
      tell('no_signals', day, `${date} is left out: no signal of the promoted version was recorded`)
      continue
    }
    const { difference, marketHours: market_hours } = scored
    try {
      const row = { day, difference, market_hours, yes_markets: found.yes.join(','), added_ms: nowMs }
      standing = await addEProcessDay(db, process.promotion_id, row)
    } catch (error) {
      if (!isKwxError(error) || !CHANGED.has(error.code)) throw error
      tell('changed_elsewhere', day, error.message)
      return grown()
    }
    added++
    tell(
      'day_added',
      day,
      `${date} is added: ${difference.toFixed(4)} nats against the market in ${market_hours} market-hours`,
    )
    if (before.latchedSince === null && standing.latchedSince === day) tell('latched', day, latchedSentence(day))
  }
  return grown()
}

/** What is said when a champion is stood down. */
export const latchedSentence = (day: number): string =>
  `worse than the market since ${formatDay(day)}: stood down until the next promotion`

/** Somebody else wrote the process since it was read. */
const CHANGED: ReadonlySet<string> = new Set(['E_PROCESS_DAY', 'E_PROCESS_ENDED', 'E_PROCESS_CLOCK'])

/** Null where no signal counts. */
async function scoreOf(
  db: Database,
  { city, bracket }: Growth,
  { process }: EProcessStanding,
  { day, tickers, yes, lastMinute }: Extract<EventDay, { outcome: 'settled' }> & { readonly day: number },
) {
  // An event trades from the day before. What came before the process began is not its own.
  const firstDay = Math.max(day - 1, process.first_day)
  const rows = await readScoredSignals(db, {
    ...{ city: city.id, bracket, tickers, modelIds: process.model_ids },
    fromMinute: climateDayStart(firstDay, city.standardOffset) + 1,
    toMinute: lastMinute,
  })
  return dayDifference(rows, new Set(yes))
}

async function changedResults(
  db: Database,
  city: string,
  { process, days }: EProcessStanding,
): Promise<readonly (readonly [day: number, was: string, is: string])[]> {
  const watched = days.slice(-WATCHED_DAYS)
  if (watched.length === 0) return []
  const markets = await readMarkets(db, { city, fromDay: watched[0]!.day, toDay: watched.at(-1)!.day })
  const byDay = Map.groupBy(markets, ({ day }) => day)
  return watched.flatMap(({ day, yes_markets: was }) => {
    const is = yesTickers(byDay.get(day) ?? [], process.bracket).join(',')
    return is === was ? [] : [[day, was, is] as const]
  })
}
