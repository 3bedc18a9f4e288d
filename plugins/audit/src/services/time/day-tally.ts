import type { DayMembership } from 'kwx/contracts'
import { type CivilTime, climateDayAt, MINUTES_PER_DAY } from 'kwx/time'

/** Until then the origin counted to the day before, minutes of the wall clock. */
const SIX_AM = 360

/** The day of an instant by each rule. */
interface DaysOf {
  /** Local standard time all year: the climate day. */
  readonly climate: number
  readonly civil: number
  readonly utc: number
  readonly sixAm: number
}

/** Days of an epoch minute; `civil` covers it. */
export function daysOf(minute: number, civil: CivilTime, standardOffset: number): DaysOf {
  const local = minute + civil.offsetAt(minute)
  return {
    climate: climateDayAt(minute, standardOffset),
    civil: Math.floor(local / MINUTES_PER_DAY),
    utc: Math.floor(minute / MINUTES_PER_DAY),
    sixAm: Math.floor((local - SIX_AM) / MINUTES_PER_DAY),
  }
}

/** Counts rows by the climate day they lie on, and those that another rule would move. */
export class DayTally {
  #rows = 0
  #before = 0
  #own = 0
  #after = 0
  #civil = 0
  #utc = 0
  #sixAm = 0

  readonly #clock: CivilTime
  readonly #offset: number

  constructor(civil: CivilTime, standardOffset: number) {
    this.#clock = civil
    this.#offset = standardOffset
  }

  /**
   * @param minute  epoch minute that the row is about: of a candle the one before its stamp
   * @returns its climate day
   */
  add(minute: number, ownDay: number): number {
    const { climate, civil, utc, sixAm } = daysOf(minute, this.#clock, this.#offset)
    this.#rows++
    if (climate < ownDay) this.#before++
    else if (climate > ownDay) this.#after++
    else this.#own++
    if (civil !== climate) this.#civil++
    if (utc !== climate) this.#utc++
    if (sixAm !== climate) this.#sixAm++
    return climate
  }

  counts(): DayMembership {
    return {
      rows: this.#rows,
      before: this.#before,
      own_day: this.#own,
      after: this.#after,
      would_change: { civil_midnight: this.#civil, utc: this.#utc, before_6am: this.#sixAm },
    }
  }
}

/** Sums of memberships. */
export function sumOf(memberships: readonly DayMembership[]): DayMembership {
  const total = (pick: (one: DayMembership) => number) => memberships.reduce((sum, one) => sum + pick(one), 0)
  return {
    rows: total(({ rows }) => rows),
    before: total(({ before }) => before),
    own_day: total(({ own_day }) => own_day),
    after: total(({ after }) => after),
    would_change: {
      civil_midnight: total(({ would_change }) => would_change.civil_midnight),
      utc: total(({ would_change }) => would_change.utc),
      before_6am: total(({ would_change }) => would_change.before_6am),
    },
  }
}
