import { type EProcessStanding, liveEProcess } from 'kwx/database'
import { confidenceSequence, eValues } from 'kwx/scores'
import { formatDay } from 'kwx/time'
import type { Place } from '../storage/registry.ts'
import type { World } from './world.ts'

/** How a champion has done on settled days since its promotion, against the market. Differences are nats of log loss. */
export interface ShownEProcess {
  readonly promotion: number
  readonly state: 'no day yet' | 'growing' | 'stood down'
  /** The first day that counts: the one after the promotion. */
  readonly first_day: string
  readonly days: number
  readonly last_day: string | null
  /** Evidence that it is better, and that it is worse, than the market. */
  readonly e_for: number
  readonly e_against: number
  readonly peak_for: number
  readonly peak_against: number
  /** Differences of days are clipped to ±clip. */
  readonly clip: number
  readonly clipped: number
  /** Running mean of the clipped differences with its confidence sequence; null without days. */
  readonly mean: number | null
  readonly low: number | null
  readonly high: number | null
  readonly level: number
  /** The day on which *against* first stood at 20 or above: stood down from then on. */
  readonly latched_since: string | null
}

/**
 * The e-process of what is live; null for a challenger, and where files and history disagree about the version.
 *
 * @throws KwxError as `liveEProcess`
 */
export async function shownEProcess(world: World, place: Place, version: string): Promise<ShownEProcess | null> {
  if (place.role !== 'champion') return null
  const standing = await liveEProcess(await world.database(), place)
  return standing?.process.version === version ? shown(standing) : null
}

function shown({ process, state, latchedSince }: EProcessStanding): ShownEProcess {
  const { eFor, eAgainst, peakFor, peakAgainst } = eValues(state)
  const { mean, low, high, level } = confidenceSequence(state)
  const isEmpty = state.days === 0
  return {
    promotion: process.promotion_id,
    state: latchedSince !== null ? 'stood down' : isEmpty ? 'no day yet' : 'growing',
    first_day: formatDay(process.first_day),
    days: state.days,
    last_day: dayOrNull(state.last_day),
    ...{ e_for: eFor, e_against: eAgainst, peak_for: peakFor, peak_against: peakAgainst },
    ...{ clip: process.clip, clipped: state.clipped },
    ...(isEmpty ? { mean: null, low: null, high: null } : { mean, low, high }),
    level,
    latched_since: dayOrNull(latchedSince),
  }
}

const dayOrNull = (day: number | null): string | null => (day === null ? null : formatDay(day))

/** Lines for a person. */
export function eProcessLines(
  { city, bracket }: { readonly city: string; readonly bracket: string },
  one: ShownEProcess,
): string[] {
  const { days, first_day, last_day, e_for, e_against, mean, low, high, level, clipped, clip, latched_since } = one
  const heading = `e-process of promotion ${one.promotion}: ${one.state}`
  if (days === 0) return [`${heading}; the first day that counts is ${first_day}`]
  return [
    `${heading}, ${days} settled days from ${first_day} to ${last_day}, ${clipped} clipped to ±${clip}`,
    `  for ${figure(e_for)} (peak ${figure(one.peak_for)}), against ${figure(e_against)} (peak ${figure(one.peak_against)}); 20 is evidence`,
    `  mean difference of log loss ${mean!.toFixed(4)}, at ${(100 * level).toFixed(0)} % at any time within [${low!.toFixed(4)}, ${high!.toFixed(4)}]`,
    ...(latched_since === null
      ? []
      : [`  worse than the market since ${latched_since}: ${city} ${bracket} is stood down until the next promotion`]),
  ]
}

const figure = (value: number): string => (value < 1e4 ? value.toFixed(2) : value.toExponential(1))
