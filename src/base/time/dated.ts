import { parseDay } from './days.ts'

/** A fact that holds on the days from `from` to `until`, both inclusive; an absent end is open. */
export interface Dated {
  readonly from?: string
  readonly until?: string
}

/** Whether a dated fact holds on a day. */
export const holdsOn = ({ from, until }: Dated, day: number): boolean =>
  (from === undefined || parseDay(from) <= day) && (until === undefined || day <= parseDay(until))
