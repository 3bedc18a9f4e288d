/** Where a step learns what time it is. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() }

/** A clock that stands still: `KWX_CLOCK` as an instant, tests, replays. */
export const fixedClock = (ms: number): Clock => ({ now: () => ms })
