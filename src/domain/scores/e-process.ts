import { EXIT, KwxError } from '../../base/errors.ts'

/**
 * Two processes of wealth over the days of one forecast and one benchmark. Plain data: JSON keeps it whole.
 *
 * d_t is the day's mean over market-hours of the loss of the forecast minus that of the benchmark, clipped to ±clip for
 * *for* and below at −clip for *against*. Evidence *for* is about clipped differences only: it says nothing where a day was
 * clipped above.
 */
export interface EProcess {
  readonly format: 1
  /** c, nats, fixed before the first day. */
  readonly clip: number
  readonly days: number
  /** Days whose difference was beyond ±clip. */
  readonly clipped: number
  readonly last_day: number | null
  /** Σ of the clipped differences, nats. */
  readonly sum: number
  /** Log wealth of each bet that the forecast is better: Σ log(1 − λ_k d_t). */
  readonly log_for: readonly number[]
  /** Log wealth of each bet that the forecast is worse: Σ log(1 + λ_k d_t). */
  readonly log_against: readonly number[]
  /** Largest log of each process so far, >= 0, the log of the start. */
  readonly peak_for: number
  readonly peak_against: number
  /** The first day on which the process stood at 20 or above. Never taken back. */
  readonly for_since: number | null
  readonly against_since: number | null
}

/** What the processes stand at. By Ville's inequality a process whose null holds ever reaches 20 with probability 5 %. */
export interface EValues {
  /** Evidence that the forecast is better, against E[d_t | past] >= 0. At most 1e300. */
  readonly eFor: number
  /** Evidence that the forecast is worse, against E[d_t | past] <= 0. At most 1e300. */
  readonly eAgainst: number
  readonly peakFor: number
  readonly peakAgainst: number
}

/** Nats; d_t beyond it is clipped. */
export const E_CLIP = 0.5
/** A process at or above it is evidence at the level 1/20. */
export const E_BAR = 20

/**
 * Fractions of the largest bet 1/c, which halve, and the share of the wealth that is put on each at the start, a third
 * of the one before.
 *
 * The best constant bet is the mean of d_t over its variance. In practice |d_t| is far below c and that bet lies near or
 * above 1/c; the smaller bets are for volatile differences and for long confidence sequences. Of the rules in
 * bench/verdicts/bets.js, equal shares, a predictable plug-in (aGRAPA) and online Newton steps found a noisier
 * forecaster at most as often. One bet of 0.95 found it more often and was rejected, because it loses on differences
 * whose variance exceeds c times twice their mean.
 */
const E_BETS: readonly { readonly fraction: number; readonly share: number }[] = [0, 1, 2, 3, 4].map((k) => ({
  fraction: 0.95 / 2 ** k,
  share: 3 ** (4 - k) / 121,
}))

/**
 * A process without days.
 *
 * @throws KwxError E_PROCESS_CLIP when the clip is not a finite number above 0
 */
export function startEProcess(clip: number = E_CLIP): EProcess {
  if (!(clip > 0 && clip < Infinity)) {
    throw new KwxError(`Differences of days are clipped to ±${clip} nats; expected a finite number above 0.`, {
      code: 'E_PROCESS_CLIP',
      exit: EXIT.usage,
      hint: `Set the clip to ${E_CLIP}, or leave it out.`,
      details: { clip: String(clip) },
    })
  }
  const none = E_BETS.map(() => 0)
  return {
    format: 1,
    clip,
    days: 0,
    clipped: 0,
    last_day: null,
    sum: 0,
    log_for: none,
    log_against: none,
    peak_for: 0,
    peak_against: 0,
    for_since: null,
    against_since: null,
  }
}

/**
 * The process with one more day. The state that is passed in stays as it is.
 *
 * Each wealth is the mixture Σ_k share_k Π_t (1 ∓ λ_k d_t) over fixed bets λ_k in (0, 1/c). A product is never negative
 * and does not grow in expectation while its null holds, whatever the dependence between days, so the number of times it
 * is read does not matter.
 *
 * @param day  climate day, whole number above that of the day before
 * @param difference  d_t before clipping, nats, finite
 * @throws KwxError E_PROCESS_DAY    when the day was given before, or is earlier than the last one
 * @throws KwxError E_PROCESS_VALUE  when the day is no whole number or the difference is not finite
 * @throws KwxError E_PROCESS_STATE  when the state was not made by these functions
 * @source Waudby-Smith & Ramdas 2023, JRSS B 86(1), sections 4 and 5; Henzi & Ziegel 2022, Biometrika 109(3); Choe &
 *   Ramdas 2023, Operations Research 72(4); Ville 1939
 * @cost O(bets)
 */
export function growEProcess(state: EProcess, day: number, difference: number): EProcess {
  checkState(state)
  if (!Number.isSafeInteger(day) || !Number.isFinite(difference)) {
    throw new KwxError(`Day ${day} has the difference ${difference}; expected a whole day and a finite number.`, {
      code: 'E_PROCESS_VALUE',
      exit: EXIT.error,
      hint: 'Score the day again.',
      details: { day: String(day), difference: String(difference) },
    })
  }
  const last = state.last_day
  if (last !== null && day <= last) {
    const found = day === last ? 'was given already' : `comes after day ${last}`
    throw new KwxError(`Day ${day} ${found}; expected days in rising order, each once.`, {
      code: 'E_PROCESS_DAY',
      exit: EXIT.error,
      hint: 'Give only the days after the last one, or start a new process.',
      details: { day, last_day: last },
    })
  }
  const { clip } = state
  const d = Math.min(clip, Math.max(-clip, difference))
  // A large loss only multiplies the wealth of *against*: clipped, a rare one that costs more than all gains is unseen.
  const loss = Math.max(-clip, difference)
  const log_for = state.log_for.map((log, k) => log + Math.log1p((-E_BETS[k]!.fraction * d) / clip))
  const log_against = state.log_against.map((log, k) => log + Math.log1p((E_BETS[k]!.fraction * loss) / clip))
  const [now, nowAgainst] = [logMixture(log_for), logMixture(log_against)]
  return {
    format: 1,
    clip,
    days: state.days + 1,
    clipped: state.clipped + (Math.abs(difference) > clip ? 1 : 0),
    last_day: day,
    sum: state.sum + d,
    log_for,
    log_against,
    peak_for: Math.max(state.peak_for, now),
    peak_against: Math.max(state.peak_against, nowAgainst),
    for_since: state.for_since ?? (now >= LOG_BAR ? day : null),
    against_since: state.against_since ?? (nowAgainst >= LOG_BAR ? day : null),
  }
}

/** The values of both processes, now and at their peaks. @throws KwxError E_PROCESS_STATE */
export function eValues(state: EProcess): EValues {
  checkState(state)
  return {
    eFor: finite(logMixture(state.log_for)),
    eAgainst: finite(logMixture(state.log_against)),
    peakFor: finite(state.peak_for),
    peakAgainst: finite(state.peak_against),
  }
}

/** log Σ_k share_k exp(log wealth k + λ_k c · shift); the shift, in units of c, is 0 for the wealth itself. */
export function logMixture(logs: readonly number[], shift = 0): number {
  const terms = logs.map((log, k) => log + E_BETS[k]!.fraction * shift + Math.log(E_BETS[k]!.share))
  const most = Math.max(...terms)
  return most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0))
}

/** Throws E_PROCESS_STATE unless the state has the shape that these functions make. */
export function checkState(state: EProcess): void {
  const logs = [state?.log_for, state?.log_against]
  const sound =
    state?.format === 1 &&
    state.clip > 0 &&
    logs.every((log) => Array.isArray(log) && log.length === E_BETS.length && log.every(Number.isFinite)) &&
    [state.sum, state.peak_for, state.peak_against].every(Number.isFinite) &&
    [state.days, state.clipped].every((count) => Number.isInteger(count) && count >= 0) &&
    [state.last_day, state.for_since, state.against_since].every((day) => day === null || Number.isInteger(day)) &&
    (state.days === 0) === (state.last_day === null)
  if (sound) return
  throw new KwxError('The state of an e-process is damaged, or another version of kwx wrote it.', {
    code: 'E_PROCESS_STATE',
    exit: EXIT.error,
    hint: 'Make it again from the days that are stored.',
    details: { format: String(state?.format), bets: E_BETS.length },
  })
}

// Rounding of a sum of logarithms must not cost the day on which the bar is met exactly.
const LOG_BAR = Math.log(E_BAR) - 1e-12

const finite = (log: number) => Math.min(1e300, Math.exp(log))
